package page

import (
	"context"
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

type servicePage struct {
	request
	Name      string
	NameLang  string // where the name is not in the language of the page
	Countries []link
	Verdicts  []verdict
	Panels    []regionPanel
	Symptoms  []share
	Symptom   string // how many reports the shares refer to
	Networks  []networkTable
	Form      form
	Related   related
	Past      []entry
	Record    record
	AsOf      []locale.Time
	Push      *push // nil where no messages are sent
}

// Announcement is read out by screen readers when the page changes.
func (page *servicePage) Announcement() string { return page.Verdicts[0].Sentence }

// service is the page of one service, or the part of it that changes by the minute
// for the leaf of that part.
func (s *Builder) service(ctx context.Context, at address.Address) *servicePage {
	service, _ := s.config.Services.Service(at.Service)
	page := &servicePage{request: s.request(at)}
	page.Name, page.NameLang = page.ServiceName(service), page.LangOf(service.Names)
	page.Title = page.T("service.title", "service", page.Name)
	if at.Country != "" {
		page.Title = page.T("service.title.in", "service", page.Name, "in", page.InCountry(at.Country))
	}
	page.Countries = page.countryLinks(at.WithCountry("").Countries(service))
	page.Verdicts = page.verdicts(ctx, service)
	for i := range page.Verdicts {
		page.addOpen(ctx, service.Slug, &page.Verdicts[i])
	}
	if page.Icon = page.Verdicts[0].Status; page.Verdicts[0].Unusual() {
		page.Mark = page.Verdicts[0].Word
	}
	for _, country := range at.Countries(service) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(page.read.asOf, country))
	}
	if at.Leaf != address.LeafStatus {
		page.addDetails(ctx, service)
	}
	return page
}

// addDetails adds what is below the verdict.
func (page *servicePage) addDetails(ctx context.Context, service outage.Service) {
	page.Form = page.form(service, nil)
	page.Form.Back = slices.ContainsFunc(page.Verdicts, func(v verdict) bool { return v.Notable() || v.health.Incident != nil })
	for i, v := range page.Verdicts {
		result := page.panel(ctx, service, v.Country)
		if i > 0 { // a second map and a second table of hours are too large for slow lines
			result.Chart.Hours, result.Chart.Lengths = nil, nil
			result.HasMap, result.MapPath = false, v.Path+"#map-"+string(v.Country)
		}
		page.Panels = append(page.Panels, result)
	}
	page.symptoms(ctx, service)
	page.networks(ctx, service)
	page.Related = page.related(ctx, service)
	page.Past = page.past(ctx, service.Slug)
	page.Record = page.record(service.Slug)
	if page.Push = page.push(service, page.At.Country); page.Push != nil && page.Form.Back {
		page.Push = page.pushUntilBack(service, page.At.Country)
	}
	page.Summary = page.T("service.summary", "service", page.Name)
	if len(page.Verdicts) == 1 {
		page.Summary = page.Verdicts[0].Sentence + " " + page.Verdicts[0].Numbers
	}
}
