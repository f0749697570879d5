package page

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// mapPage is the large map: all countries, any service, any time.
type mapPage struct {
	request
	State   address.MapState
	Pickers []picker
	Times   []picker // of the time, which are closed at first
	Panels  []mapPanel
	Switch  []link
	Earlier *link
	Later   *link
	Latest  *link
}

// option is a choice of a form.
type option struct {
	Value, Text, Lang string
	Chosen            bool
}

// picker is a select element.
type picker struct {
	Name, Label string
	Options     []option
}

// tool is a button of the map client, with its picture as a path.
type tool struct{ Do, Text, Drawing string }

// word is a text for the map client, with its key.
type word struct{ Name, Text string }

// mapPanel is one country on the large map.
type mapPanel struct {
	regionPanel
	Projection *draw.Projection
	Scale      string // for the map client
}

func (s *Builder) MapPage(ctx context.Context, at address.Address, state address.MapState) *mapPage {
	page := &mapPage{request: s.requestIn(at, state.Country), State: state}
	page.Title, page.Summary = page.T("map.title"), page.T("map.summary")
	if service, ok := s.config.Services.Service(state.Service); ok {
		page.Title = page.T("map.title.of", "service", page.ServiceName(service))
	}
	page.Index = state.Length == address.DefaultLength && state.At == state.Span.To-outage.Quarter && state.Show == ""
	page.choices()
	page.steps()
	page.drawMaps(ctx)
	return page
}

// Timed reports whether another time was chosen, so that the choices of the time are open.
func (page *mapPage) Timed() bool {
	return page.State.Length != address.DefaultLength || page.State.Each != address.DefaultEach
}

// choices fills the selects of the form.
func (page *mapPage) choices() {
	state := page.State
	services := []option{{Text: page.T("map.all"), Chosen: state.Service == ""}}
	for _, service := range page.builder.config.Services.Services() {
		services = append(services, option{
			Value: service.Slug, Text: page.ServiceName(service), Lang: page.LangOf(service.Names), Chosen: service.Slug == state.Service,
		})
	}
	countries := []option{{Text: page.T("country.all"), Chosen: state.Country == ""}}
	for _, country := range outage.Countries() {
		countries = append(countries, option{Value: string(country), Text: page.CountryName(country), Chosen: country == state.Country})
	}
	var spans, parts []option
	if state.Length == "" {
		spans = append(spans, option{Value: address.FormatMinute(state.Span.From), Text: page.T("map.length.given"), Chosen: true})
	}
	for _, length := range address.Lengths {
		spans = append(spans, option{Value: length, Text: page.T("map.length." + length), Chosen: length == state.Length})
	}
	for _, each := range address.Eaches {
		value := strconv.Itoa(each) + "m"
		parts = append(parts, option{Value: value, Text: page.T("map.each." + value), Chosen: each == state.Each})
	}
	page.Pickers = []picker{
		{"service", page.T("map.service"), services}, {"country", page.T("form.country"), countries},
	}
	page.Times = []picker{{"from", page.T("map.length"), spans}, {"each", page.T("map.each"), parts}}
}

// Tools are the buttons that move the map without dragging.
func (p mapPanel) Tools() []tool {
	return []tool{
		{"in", p.T("map.in"), "M12 5v14M5 12h14"}, {"out", p.T("map.out"), "M5 12h14"},
		{"left", p.T("map.left"), "M14 6l-6 6 6 6"}, {"up", p.T("map.up"), "M6 14l6-6 6 6"},
		{"down", p.T("map.down"), "M6 10l6 6 6-6"}, {"right", p.T("map.right"), "M10 6l6 6-6 6"},
		{"whole", p.T("map.whole"), "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"},
	}
}

// Labels are the labels of the map client for the values of a cell, Statuses the
// words for its status, the worst first.
func (p mapPanel) Labels() []word {
	return []word{
		{"town", p.T("map.town")}, {"region", p.T("region.col")}, {"reports", p.T("region.reports")}, {"expected", p.T("chart.col.expected")},
		{"ratio", p.T("map.col.ratio")}, {"status", p.T("map.col.status")},
	}
}

func (p mapPanel) Statuses() string {
	var words []string
	for _, status := range []outage.Status{outage.StatusOutage, outage.StatusElevated, outage.StatusNormal, outage.StatusUnknown} {
		words = append(words, p.T("status."+string(status)))
	}
	return strings.Join(words, "|")
}

// Coastline is the address of the coastline for closer zoom levels.
func (p mapPanel) Coastline() string { return "/map/land/" + string(p.Country) }

// Width and Height are those of the country's map, in its units.
func (p mapPanel) Width() int  { return p.Projection.Width }
func (p mapPanel) Height() int { return p.Projection.Height }

// steps links to the times before and after this one.
func (page *mapPage) steps() {
	state := page.State
	to := func(at outage.Minute, key string) *link {
		if !state.Span.Contains(at) || at == state.At {
			return nil
		}
		return &link{Path: state.WithAt(at).Path(), Text: page.T(key)}
	}
	page.Earlier = to(state.At-outage.Quarter, "map.earlier")
	page.Later = to(state.At+outage.Quarter, "map.later")
	page.Latest = to(state.Span.To-outage.Quarter, "map.latest")
	page.Switch = []link{
		{Path: state.WithShow("").Path(), Text: page.T("map.unusual"), Current: state.Show == ""},
		{Path: state.WithShow(address.ShowReports).Path(), Text: page.T("map.reports"), Current: state.Show == address.ShowReports},
	}
}

// drawMaps reads and draws the countries.
func (page *mapPage) drawMaps(ctx context.Context) {
	state, compared := page.State, false
	for _, country := range state.Countries(page.builder.config.Services) {
		heat := page.largeHeat(ctx, country, state.Shown())
		scale := draw.ScaleOf(state.Show == address.ShowReports, page.busiest(ctx, country, heat))
		compared = compared || heat.HasRatios()
		result := mapPanel{
			regionPanel: regionPanel{layout: page.layout, Country: country, Name: page.CountryName(country), Empty: "map.empty", HasMap: true},
			Projection:  page.builder.maps[mapKey{country, country.LargeResolution()}], Scale: scale.String(),
		}
		result.Map = page.heatmap(heat, country, page.captionOf(state, country), scale)
		result.Map.Legend = legend(page.Localizer, scale, scale.Measure != draw.Counts) // also for other times
		result.Map.Worst, result.Map.Spared = page.extremeTexts(page.read.extremes(ctx, state.Service, country, state.Shown()))
		result.Span = page.when(state, country)
		result.First = page.rowsOf(ctx, state, country)
		if table, ok := page.districts(ctx, state, country, firstDistricts); ok && len(table.Rows) > 0 {
			result.Districts = &table
		}
		page.Panels = append(page.Panels, result)
	}
	if !compared && state.Show == "" {
		page.Switch = nil // counts are all there is
	}
}

// largeHeat reads the cells of a country at the resolution of the large map.
func (page *mapPage) largeHeat(ctx context.Context, country outage.Country, span outage.Span) public.Heatmap {
	heat, err := page.read.readings.Heatmap(ctx, page.State.Service, country, country.LargeResolution(), span)
	if err != nil {
		page.read.miss(err, "heatmap")
	}
	heat.Resolution = country.LargeResolution() // the land is drawn even if nothing could be read
	return heat
}

// busiest is the map of the time with most reports that the slider reaches, which
// decides on the classes: so colours can be compared while it plays. It is the shown
// one while that cannot be read.
func (page *mapPage) busiest(ctx context.Context, country outage.Country, shown public.Heatmap) public.Heatmap {
	state := page.State
	series, err := page.read.readings.Series(ctx, state.Service, outage.Area{Country: country}, state.Span, outage.Quarter)
	if err != nil {
		page.read.miss(err, "series")
		return shown
	}
	var most, sum int64
	at, parts := state.At, state.Each/outage.Quarter
	for i, p := range series.Points {
		sum += p.Reports
		if i >= parts {
			sum -= series.Points[i-parts].Reports
		}
		if sum > most {
			most, at = sum, p.Start
		}
	}
	if at == state.At {
		return shown
	}
	return page.largeHeat(ctx, country, state.WithAt(at).Shown())
}

// captionOf is the accessible name of the map of a country.
func (q *request) captionOf(state address.MapState, country outage.Country) string {
	in := q.InCountry(country)
	if service, ok := q.builder.config.Services.Service(state.Service); ok {
		return q.T("map.name", "service", q.ServiceName(service), "in", in)
	}
	return q.T("map.name.all", "in", in)
}

// when is the span that the map shows, on the clock of a country.
func (q *request) when(state address.MapState, country outage.Country) string {
	shown := state.Shown()
	until := min(shown.To, outage.MinuteOf(q.read.asOf))
	return q.TimeSpan(shown.From.Time(), max(until, shown.From).Time(), country)
}

// rowsOf are the rows of the table beside the map.
func (q *request) rowsOf(ctx context.Context, state address.MapState, country outage.Country) []share {
	regions, err := q.read.readings.Regions(ctx, state.Service, country, state.Shown())
	if err != nil {
		q.read.miss(err, "regions")
	}
	return q.words.regions(regions)
}

// Action is the address that the form is sent to.
func (page *mapPage) Action() string {
	return address.Address{Lang: page.At.Lang, Leaf: address.LeafMap}.Path()
}

// Path is the address without the time, Languages links to the same state.
func (page *mapPage) Path() string {
	return address.CurrentMap(page.State.Lang, page.State.Service, page.State.Country).Path()
}

func (page *mapPage) Languages() []link {
	links := page.layout.Languages()
	for i := range links {
		links[i].Path = page.State.WithLang(links[i].Lang).Path()
	}
	return links
}

// First is the start of the slider, Shown its position.
func (page *mapPage) First() string { return address.FormatMinute(page.State.Span.From) }
func (page *mapPage) Shown() string { return address.FormatMinute(page.State.At) }
func (page *mapPage) Steps() int {
	return int(page.State.Span.To-page.State.Span.From)/outage.Quarter - 1
}

// PlayFrom is the step at which the slider begins when it plays: three hours back, or
// the start of a span of the past.
func (page *mapPage) PlayFrom() int {
	if page.State.Length == "" {
		return 0
	}
	return max(0, page.Steps()-3*60/outage.Quarter)
}

// Chosen is the time that is shown of a span of the past, Earliest and Newest bound what
// may be chosen, all by UTC in the form of the field.
func (page *mapPage) Chosen() string {
	if page.State.Length != "" {
		return ""
	}
	return page.State.At.Time().Format(address.LocalTime)
}
func (page *mapPage) Earliest() string { return time.Unix(0, 0).UTC().Format(address.LocalTime) }
func (page *mapPage) Newest() string   { return page.read.asOf.UTC().Format(address.LocalTime) }

func (page *mapPage) Step() int { return int(page.State.At-page.State.Span.From) / outage.Quarter }

// Cells is the address that the map client reads cells from.
func (page *mapPage) Cells() string {
	query := page.State.Query()
	for _, name := range []string{"from", "to", "t", "country", "level", "find"} {
		query.Del(name)
	}
	return address.Address{Lang: page.State.Lang, Leaf: address.LeafMap}.Path() + "/cells?" + query.Encode()
}

// Last is the end of a fixed span, "" for one that ends now.
func (page *mapPage) Last() string {
	if page.State.Length != "" {
		return ""
	}
	return address.FormatMinute(page.State.Span.To)
}
