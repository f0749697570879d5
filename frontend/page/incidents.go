package page

import (
	"context"
	"math"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// listedIncidents is the number of incidents on one page of the list.
const listedIncidents = 50

type incidentsPage struct {
	request
	Asked       address.IncidentQuery
	Countries   []link
	Pickers     []picker
	Open, Ended []entry
	Newest      string // the first page, "" on it
	Older       string // the next page, "" on the last
}

// ListIncidents is the list of incidents, open ones first, the rest newest first.
// The error is about the cursor.
func (s *Builder) ListIncidents(ctx context.Context, at address.Address, asked address.IncidentQuery) (*incidentsPage, error) {
	page := &incidentsPage{request: s.request(at), Asked: asked}
	page.Title, page.Summary = page.T("incidents.title"), page.T("incidents.summary")
	if at.Country != "" {
		page.Title = page.T("incidents.title.in", "in", page.InCountry(at.Country))
	}
	page.Index = asked == address.IncidentQuery{}
	page.Countries = page.countryLinks(outage.Countries())
	for i := range page.Countries {
		page.Countries[i].Path += asked.WithCursor("").Query()
	}
	page.choices()
	filter := outage.IncidentFilter{Country: at.Country, Service: asked.Service, State: asked.State}
	records, next, err := s.Incidents.Incidents(ctx, filter, asked.Cursor, listedIncidents)
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeInvalid {
		return nil, err
	}
	if err != nil {
		page.read.miss(err, "incidents")
	}
	page.list(ctx, records)
	if asked.Cursor != "" {
		page.Newest = at.Path() + asked.WithCursor("").Query()
	}
	if next != "" {
		page.Older = at.Path() + asked.WithCursor(next).Query()
	}
	return page, nil
}

// list divides the records into open and ended ones. The bars compare the peaks
// with the highest on the page, on a logarithmic scale.
func (page *incidentsPage) list(ctx context.Context, records []public.Incident) {
	worst := 1.
	for _, record := range records {
		worst = max(worst, record.Peak)
	}
	for _, record := range records {
		made := page.words.entry(record)
		made.Width = max(2, int(100*math.Log1p(max(record.Peak, 0))/math.Log1p(worst)))
		if record.Over() {
			page.Ended = append(page.Ended, made)
			continue
		}
		made.Status = page.read.statusOf(ctx, record)
		page.Open = append(page.Open, made)
	}
}

// choices fills the selects of the form.
func (page *incidentsPage) choices() {
	services := []option{{Text: page.T("map.all"), Chosen: page.Asked.Service == ""}}
	for _, service := range page.builder.Services.Services() {
		if page.At.Country != "" && !address.UsedIn(service, page.At.Country) {
			continue
		}
		services = append(services, option{
			Value: service.Slug, Text: page.ServiceName(service), Lang: page.LangOf(service.Names), Chosen: service.Slug == page.Asked.Service,
		})
	}
	states := []option{{Text: page.T("incidents.state.any"), Chosen: page.Asked.State == ""}}
	for _, state := range address.ListedStates {
		states = append(states, option{Value: string(state), Text: page.T("state." + string(state)), Chosen: state == page.Asked.State})
	}
	page.Pickers = []picker{{"service", page.T("map.service"), services}, {"state", page.T("incidents.state"), states}}
}

// ShowsOpen and ShowsEnded report whether the filter allows such incidents.
func (page *incidentsPage) ShowsOpen() bool {
	return page.Asked.State != outage.StateResolved && (page.Asked.Cursor == "" || len(page.Open) > 0)
}

func (page *incidentsPage) ShowsEnded() bool {
	return page.Asked.State == "" || page.Asked.State == outage.StateResolved
}

// Languages links to the same list in each language.
func (page *incidentsPage) Languages() []link {
	links := page.layout.Languages()
	for i := range links {
		links[i].Path += page.Asked.Query()
	}
	return links
}
