package page

import (
	"cmp"
	"context"
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const (
	day = 24 * 60 // minutes
	// firstRegions is the number of rows that are not collapsed.
	firstRegions = 8
)

// regionPanel is one country on a page: chart, map and table.
type regionPanel struct {
	*layout
	Country  outage.Country
	Name     string
	Chart    chart
	HasChart bool
	Map      heatmap
	HasMap   bool
	MapPath  string // address of the map if this page does not draw it
	// DistrictPath is the address of the table of districts, "" on a page without.
	DistrictPath string
	Heading      string // of the map
	Span         string
	Empty        string // key of the text instead of a table without rows
	First, Rest  []share
	Districts    *districtTable // the districts with most reports, nil where they are not shown
}

// More is the label of the collapsed rows.
func (p regionPanel) More() string { return p.T("region.more", "n", int64(len(p.Rest))) }

// MapOf is the text of the link to the map on another page.
func (p regionPanel) MapOf() string { return p.T("map.of", "in", p.InCountry(p.Country)) }

// LargeMap is the large map of the page's service.
func (p regionPanel) LargeMap() string {
	return address.CurrentMap(p.At.Lang, p.At.Service, p.At.Country).Path()
}

// share is a row with a bar. Width is in percent of the longest.
type share struct {
	Name, Number string
	Width        int
}

// panel reads and draws one country. What cannot be read is left out.
func (q *request) panel(ctx context.Context, service outage.Service, country outage.Country) regionPanel {
	hour := public.LastHour(q.read.asOf)
	result := q.regionMap(ctx, service, country, hour)
	result.Map.Worst, result.Map.Spared = q.extremeTexts(q.read.extremes(ctx, service.Slug, country, hour))
	result.Heading, result.Empty = q.T("map.heading"), "region.empty"
	q.addDistricts(ctx, &result, hour.To)

	q.addChart(ctx, &result, service, country)
	return result
}

// addDistricts adds the districts with most reports, and only their address where
// the page shows several countries and has no room for them.
func (q *request) addDistricts(ctx context.Context, panel *regionPanel, to outage.Minute) {
	state := address.CurrentMap(q.At.Lang, q.At.Service, panel.Country)
	panel.DistrictPath = state.WithLevel(address.LevelDistrict).Path()
	if q.At.Country == "" {
		return
	}
	state.At = to - outage.Quarter
	if table, ok := q.districts(ctx, state, panel.Country, firstDistricts); ok && len(table.Rows) > 0 {
		table.Path, table.Span = panel.DistrictPath, "" // which is that of the map
		panel.Districts = &table
	}
}

// regionMap reads and draws the map and the table of a span of whole 15-minute
// buckets.
func (q *request) regionMap(ctx context.Context, service outage.Service, country outage.Country, span outage.Span) regionPanel {
	result := regionPanel{layout: q.layout, Country: country, Name: q.CountryName(country)}
	readings, name, in := q.read.readings, q.ServiceName(service), q.InCountry(country)
	// The span of an incident belongs to the key; that of now changes each minute.
	key := "/" + service.Slug + "/" + string(country) + q.At.ID
	heat, ok := q.read.heat(ctx, service, country, q.At.ID, span)
	if ok {
		result.Map = q.heatmap(heat, country, q.T("map.name", "service", name, "in", in), draw.ScaleOf(q.At.Show == address.ShowReports, heat))
		result.HasMap = true
		span = heat.Span
	}
	until := min(span.To, outage.MinuteOf(q.read.asOf))
	result.Span = q.TimeSpan(span.From.Time(), until.Time(), country)

	regions, _ := readOrLastGood(q.read, "regions", key, func() ([]public.RegionCount, error) {
		return readings.Regions(ctx, service.Slug, country, span)
	})
	rows := q.words.regions(regions)
	result.First, result.Rest = rows[:min(len(rows), firstRegions)], rows[min(len(rows), firstRegions):]
	return result
}

// regions makes the table beside a map, most reports first.
func (n names) regions(counts []public.RegionCount) []share {
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b public.RegionCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Region, b.Region))
	})
	var rows []share
	for _, c := range counts {
		name := n.shapes.RegionName(c.Region, n.Lang())
		if c.Region == "" {
			name = n.T("region.none")
		}
		rows = append(rows, share{Name: name, Number: n.Int(c.Reports), Width: width(c.Reports, counts[0].Reports)})
	}
	return rows
}

// markedIncidents is the maximum number of incidents that a chart shades.
const markedIncidents = 12

// during lists the incidents of a service that a chart of a span shades.
func (r *reader) during(ctx context.Context, service string, country outage.Country, span outage.Span) []public.Incident {
	filter := outage.IncidentFilter{Service: service, Country: country, Span: span}
	found, _, err := r.incidents.Incidents(ctx, filter, "", markedIncidents)
	if err != nil {
		r.miss(err, "incidents")
	}
	return found
}
