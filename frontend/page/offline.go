package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// keptMinutes is the age up to which a report that waited for a connection is sent: "oldest"
// in the scripts.
const keptMinutes = int64(outage.HalfHour / time.Minute)

// offlinePage stands in for any page without a connection. It has no numbers: browsers
// keep it for days.
type offlinePage struct {
	request
	Services  picker
	Countries []choice // to choose from; none where there is one country
	Country   outage.Country
	Saved     locale.Time
	Words     []word // what the scripts say of a report that waits
}

// offline is the page for no connection.
func (s *Builder) offline(at address.Address) *offlinePage {
	page := &offlinePage{request: s.request(at)}
	page.Title, page.Index = page.T("offline.title"), false
	page.Saved = page.Instant(page.read.asOf, "")
	countries := at.Countries(outage.Service{})
	if page.Country = countries[0]; len(countries) > 1 {
		page.Country = ""
		for _, country := range countries {
			page.Countries = append(page.Countries, choice{Value: string(country), Text: page.CountryName(country)})
		}
	}
	page.Services = page.servicePicker(func(outage.Service) bool { return true })
	within := page.Int(keptMinutes)
	page.Words = []word{
		{"waiting", page.T("outbox.waiting", "time", "%t", "n", within)}, {"sent", page.T("outbox.sent", "time", "%t")},
		{"old", page.T("outbox.old", "time", "%t", "n", within)}, {"refused", page.T("outbox.refused", "time", "%t")},
		{"see", page.T("outbox.see")}, {"again", page.T("outbox.again")},
	}
	return page
}

// Hint says what becomes of a report from the page.
func (page *offlinePage) Hint() string {
	return page.T("offline.report.hint", "n", page.Int(keptMinutes))
}

// servicePicker offers services by name.
func (q *request) servicePicker(offered func(outage.Service) bool) picker {
	made := picker{Name: "service", Label: q.T("map.service")}
	for _, service := range q.builder.config.Services.Services() {
		if offered(service) {
			made.Options = append(made.Options, option{Value: service.Slug, Text: q.ServiceName(service), Lang: q.LangOf(service.Names)})
		}
	}
	slices.SortStableFunc(made.Options, func(a, b option) int { return cmp.Or(byName(a.Text, b.Text), cmp.Compare(a.Value, b.Value)) })
	return made
}
