package frontend

import (
	"cmp"
	"context"
	"slices"

	"downpour/pkg/outage"
)

const (
	// chartStep is the length in minutes of a step of the 24-hour chart: that of
	// the verdict above it, so that the two show the same numbers.
	chartStep = 10
	day       = 24 * 60 // minutes
	// mapMinutes is how far back the map and the table beside it look.
	mapMinutes = 60
	// firstRegions is how many rows of the table stand open.
	firstRegions = 8
)

type servicePage struct {
	*frame
	Name      string
	Countries []link
	Verdicts  []verdict
	Panels    []panel
	Symptoms  []share
	Symptom   string // how many reports the shares are of
	Form      form
	Past      []entry
	AsOf      []moment
	Missing   bool
}

// panel is one country on a page: chart, map and table.
type panel struct {
	*frame
	Country     outage.Country
	Name        string
	Chart       chart
	HasChart    bool
	Map         heatmap
	HasMap      bool
	Heading     string // of the map
	Span        string
	Empty       string // stands for a table without rows
	First, Rest []share
}

// More invites to the rows that do not stand open.
func (p panel) More() string { return p.Say("region.more", "n", int64(len(p.Rest))) }

// share is a row with a bar. Width is in percent of the longest.
type share struct {
	Name, Number string
	Width        int
}

// service is the page of one service.
func (s *Site) service(ctx context.Context, at address) *servicePage {
	service, _ := s.Services.Service(at.Service)
	page := &servicePage{frame: s.frame(at)}
	page.Name = page.words.serviceName(service)
	page.Countries = page.countryLinks(at.withCountry("").countries(service))
	page.Form = page.form(service, nil)
	for _, country := range at.countries(service) {
		health, err := s.Readings.Health(ctx, service.Slug, country)
		if err != nil {
			page.miss(err, "health")
		} else {
			page.Verdicts = append(page.Verdicts, page.verdict(service, country, health))
		}
		page.AsOf = append(page.AsOf, page.moment(s.Now(), country))
		page.Panels = append(page.Panels, page.panel(ctx, service, country))
	}
	slices.SortStableFunc(page.Verdicts, func(a, b verdict) int { return byTrouble(a.health, b.health) })
	page.sortPanels()
	page.symptoms(ctx, service)
	page.Past = page.past(ctx, service.Slug)
	page.Title = page.Say("service.title", "service", page.Name)
	if at.Country != "" {
		page.Title = page.Say("service.title.in", "service", page.Name, "in", page.words.in(at.Country))
	}
	page.Summary = page.Say("service.summary", "service", page.Name)
	if len(page.Verdicts) == 1 {
		page.Summary = page.Verdicts[0].Sentence + " " + page.Verdicts[0].Numbers
	}
	page.Missing = page.partial
	return page
}

// sortPanels puts the panels in the order of the verdicts. One without a
// verdict comes last.
func (page *servicePage) sortPanels() {
	rank := func(p panel) int {
		at := slices.IndexFunc(page.Verdicts, func(v verdict) bool { return v.Country == p.Country })
		return (at + len(page.Panels) + 1) % (len(page.Panels) + 1)
	}
	slices.SortStableFunc(page.Panels, func(a, b panel) int { return cmp.Compare(rank(a), rank(b)) })
}

// panel reads and draws one country. What cannot be read is left out.
func (f *frame) panel(ctx context.Context, service outage.Service, country outage.Country) panel {
	now := outage.MinuteOf(f.site.Now())
	to := (now + 1).Ceil(outage.Quarter) // the open quarter hour is shown too
	made := f.placePanel(ctx, service, country, outage.Span{From: to - mapMinutes, To: to})
	made.Heading, made.Empty = f.Say("map.heading"), f.Say("region.empty")

	last := (now + 1).Ceil(chartStep)
	series, err := f.site.Readings.Series(ctx, service.Slug, country, "", outage.Span{From: last - day, To: last}, chartStep)
	if err != nil {
		f.miss(err, "series")
	} else {
		made.Chart = f.chart(series, country, f.Say("chart.name", "service", f.words.serviceName(service), "in", f.words.in(country)))
		made.HasChart = true
	}
	return made
}

// placePanel reads and draws where the reports of a span of whole quarter hours
// came from.
func (f *frame) placePanel(ctx context.Context, service outage.Service, country outage.Country, span outage.Span) panel {
	made := panel{frame: f, Country: country, Name: f.countryName(country)}
	readings, name, in := f.site.Readings, f.words.serviceName(service), f.words.in(country)
	heat, err := readings.Heatmap(ctx, service.Slug, country, mapResolution, span)
	if err != nil {
		f.miss(err, "heatmap")
	} else {
		made.Map = f.heatmap(heat, country, f.Say("map.name", "service", name, "in", in))
		made.HasMap = true
	}
	until := min(span.To, outage.MinuteOf(f.site.Now()))
	made.Span = f.stretch(span.From.Time(), until.Time(), country)

	regions, err := readings.Regions(ctx, service.Slug, country, span)
	if err != nil {
		f.miss(err, "regions")
	}
	rows := f.regions(regions)
	made.First, made.Rest = rows[:min(len(rows), firstRegions)], rows[min(len(rows), firstRegions):]
	return made
}

// regions makes the table beside a map, most reports first.
func (f *frame) regions(counts []outage.RegionCount) []share {
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b outage.RegionCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Region, b.Region))
	})
	var rows []share
	for _, c := range counts {
		name := f.site.Shapes.RegionName(c.Region, f.At.Lang)
		if c.Region == "" {
			name = f.Say("region.none")
		}
		rows = append(rows, share{Name: name, Number: f.words.integer(c.Reports), Width: width(c.Reports, counts[0].Reports)})
	}
	return rows
}

// symptoms reads what people say is broken, over a day.
func (page *servicePage) symptoms(ctx context.Context, service outage.Service) {
	now := outage.MinuteOf(page.site.Now()).Floor(outage.Quarter)
	span := outage.Span{From: now - day, To: now}
	found, err := page.site.Readings.Symptoms(ctx, service.Slug, page.At.Country, "", span)
	if err != nil {
		page.miss(err, "symptoms")
		return
	}
	page.Symptoms, page.Symptom = page.shares(service, found), page.Say("symptoms.of", "n", found.Total)
}

// shares makes the table of what people say is broken.
func (f *frame) shares(service outage.Service, found outage.Symptoms) []share {
	var most int64
	for _, item := range found.Items {
		most = max(most, item.Reports)
	}
	var rows []share
	for _, item := range found.Items {
		rows = append(rows, share{
			Name: f.symptom(service, item.Symptom), Number: f.words.percent(item.Share), Width: width(item.Reports, most),
		})
	}
	return rows
}

// symptom names a symptom that may have left the catalogue since.
func (f *frame) symptom(service outage.Service, slug string) string {
	if slug == "" {
		return f.Say("symptoms.none")
	}
	if symptom, ok := service.Symptom(slug); ok {
		return f.words.symptomName(symptom)
	}
	return slug
}

func width(n, most int64) int {
	if most <= 0 || n <= 0 {
		return 0
	}
	return max(1, int(100*n/most))
}
