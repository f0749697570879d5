package page

import (
	"context"
	"math"
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// listedIncidents is the number of incidents on one page of the list.
const listedIncidents = 50

type incidentsPage struct {
	request
	Filter      address.IncidentQuery
	Countries   []link
	Pickers     []picker
	Days        []picker // the first and the last day, each with the one value that was chosen
	Open, Ended []entry
	Newest      string // the first page, "" on it
	Older       string // the next page, "" on the last
}

// ListIncidents is the list of incidents, open ones first, the worst of them at the
// top, the rest newest first.
// The error is about the cursor.
func (s *Builder) ListIncidents(ctx context.Context, at address.Address, filter address.IncidentQuery) (*incidentsPage, error) {
	page := &incidentsPage{request: s.request(at), Filter: filter}
	page.Title, page.Summary = page.T("incidents.title"), page.T("incidents.summary")
	if at.Country != "" {
		page.Title = page.T("incidents.title.in", "in", page.InCountry(at.Country))
	}
	page.Index = filter == address.IncidentQuery{}
	page.Countries = page.countryLinks(at.WithCountry("").Countries(outage.Service{}))
	for i := range page.Countries {
		page.Countries[i].Path += filter.WithCursor("").Query()
	}
	page.choices()
	matching := outage.IncidentFilter{
		Country: at.Country, Service: filter.Service, State: filter.State, Region: filter.Region, Span: filter.Span(page.zone().Zone()),
	}
	var records []public.Incident
	if filter.State == "" { // first all that are open, then the ended ones by the page
		if filter.Cursor == "" {
			records = page.openNow(ctx, matching)
		}
		matching.State = outage.StateResolved
	}
	found, next, err := s.config.Incidents.Incidents(ctx, matching, filter.Cursor, listedIncidents)
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeInvalid {
		return nil, err
	}
	if err != nil {
		page.read.miss(err, "incidents")
	}
	records = append(records, found...)
	slices.SortStableFunc(records, worstOpenFirst)
	page.list(ctx, records)
	if filter.Cursor != "" {
		page.Newest = at.Path() + filter.WithCursor("").Query()
	}
	if next != "" {
		page.Older = at.Path() + filter.WithCursor(next).Query()
	}
	return page, nil
}

// mostOpen is the maximum number of open incidents of one state in the list.
const mostOpen = 200

// worstOpenFirst puts open incidents in the order of their severity before ended
// ones, which stay in theirs.
func worstOpenFirst(a, b public.Incident) int {
	switch {
	case a.Over() && b.Over():
		return 0
	case a.Over():
		return 1
	case b.Over():
		return -1
	}
	return public.BySeverity(a, b)
}

// openNow lists the incidents that are open or recovering.
func (q *request) openNow(ctx context.Context, filter outage.IncidentFilter) (open []public.Incident) {
	for _, state := range []outage.State{outage.StateOpen, outage.StateRecovering} {
		filter.State = state
		found, _, err := q.read.incidents.Incidents(ctx, filter, "", mostOpen)
		if err != nil {
			q.read.miss(err, "incidents")
		}
		open = append(open, found...)
	}
	return open
}

// list divides the records into open and ended groups. The bars compare the peaks
// with the highest on the page, on a logarithmic scale.
func (page *incidentsPage) list(ctx context.Context, records []public.Incident) {
	worst := 1.
	for _, record := range records {
		worst = max(worst, record.Peak)
	}
	for _, group := range public.GroupsOf(records) {
		whole := group.Whole()
		result := page.entry(ctx, group)
		result.Width = max(2, int(100*math.Log1p(max(whole.Peak, 0))/math.Log1p(worst)))
		if whole.Over() {
			page.Ended = append(page.Ended, result)
			continue
		}
		result.Status = page.read.statusOf(ctx, whole)
		page.Open = append(page.Open, result)
	}
}

// Filtered reports whether less than all is listed, so that the filter is open at first.
// A browser neither styles nor lays out its 300 choices while it is closed.
func (page *incidentsPage) Filtered() bool {
	return page.Filter.WithCursor("") != address.IncidentQuery{}
}

// choices fills the selects of the form.
func (page *incidentsPage) choices() {
	services := []option{{Text: page.T("map.all"), Chosen: page.Filter.Service == ""}}
	for _, service := range page.builder.config.Services.Services() {
		if page.At.Country != "" && !address.UsedIn(service, page.At.Country) {
			continue
		}
		services = append(services, option{
			Value: service.Slug, Text: page.ServiceName(service), Lang: page.LangOf(service.Names), Chosen: service.Slug == page.Filter.Service,
		})
	}
	states := []option{{Text: page.T("incidents.state.any"), Chosen: page.Filter.State == ""}}
	for _, state := range address.ListedStates {
		states = append(states, option{Value: string(state), Text: page.T("state." + string(state)), Chosen: state == page.Filter.State})
	}
	page.Pickers = []picker{
		{"service", page.T("map.service"), services}, {"state", page.T("incidents.state"), states}, {"region", page.T("region.col"), page.regions()},
	}
	page.Days = []picker{{"from", page.T("incidents.from"), []option{{Value: page.Filter.From}}}, {"to", page.T("incidents.to"), []option{{Value: page.Filter.To}}}}
}

// regions are the choices of the region, those of each country by name.
func (page *incidentsPage) regions() []option {
	all := []option{{Text: page.T("incidents.state.any"), Chosen: page.Filter.Region == ""}}
	for _, country := range page.At.Countries(outage.Service{}) {
		var named []option
		for _, region := range page.builder.config.Shapes.Regions(country) {
			named = append(named, option{Value: string(region), Text: page.words.regionName(region), Chosen: region == page.Filter.Region})
		}
		slices.SortStableFunc(named, func(a, b option) int { return byName(a.Text, b.Text) })
		all = append(all, named...)
	}
	return all
}

// DayZone says on whose clock the days of the filter begin, "" where it has none.
func (page *incidentsPage) DayZone() string {
	if page.Filter.From == "" && page.Filter.To == "" {
		return ""
	}
	return page.T("calendar.zone", "zone", page.Zone(page.zone()))
}

// Data is the list as CSV.
func (page *incidentsPage) Data() string {
	query := page.Filter.WithCursor("").Query()
	if query == "" {
		return page.At.Path() + "?format=csv"
	}
	return page.At.Path() + query + "&format=csv"
}

// ShowsOpen and ShowsEnded report whether the filter allows such incidents.
func (page *incidentsPage) ShowsOpen() bool {
	return page.Filter.State != outage.StateResolved && (page.Filter.Cursor == "" || len(page.Open) > 0)
}

func (page *incidentsPage) ShowsEnded() bool {
	return page.Filter.State == "" || page.Filter.State == outage.StateResolved
}

// Languages links to the same list in each language.
func (page *incidentsPage) Languages() []link {
	links := page.layout.Languages()
	for i := range links {
		links[i].Path += page.Filter.Query()
	}
	return links
}
