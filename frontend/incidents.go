package frontend

import (
	"context"

	"downpour/pkg/outage"
)

// listedIncidents is how many incidents the list shows; the API has the rest.
const listedIncidents = 50

type incidentsPage struct {
	*frame
	Countries   []link
	Open, Ended []entry
	More        string // says that there are older ones; "" where there are none
}

// incidents is the list of incidents, those under way first, the rest newest
// first.
func (s *Site) incidents(ctx context.Context, at address) *incidentsPage {
	page := &incidentsPage{frame: s.frame(at)}
	page.Title, page.Summary = page.Say("incidents.title"), page.Say("incidents.summary")
	if at.Country != "" {
		page.Title = page.Say("incidents.title.in", "in", page.words.in(at.Country))
	}
	page.Countries = page.countryLinks(outage.Countries())
	records, next, err := s.Incidents.Incidents(ctx, outage.IncidentFilter{Country: at.Country}, "", listedIncidents)
	if err != nil {
		page.miss(err, "incidents")
	}
	for _, record := range records {
		made := page.entry(record)
		if over(record.Incident) {
			page.Ended = append(page.Ended, made)
			continue
		}
		made.Status = page.statusOf(ctx, record.Incident)
		page.Open = append(page.Open, made)
	}
	if next != "" {
		page.More = page.Say("incidents.more", "n", int64(len(records)))
	}
	return page
}

// statusOf is how the service of an open incident does now, as all other pages
// say it.
func (f *frame) statusOf(ctx context.Context, in outage.Incident) outage.Status {
	health, err := f.site.Readings.Health(ctx, in.Service, in.Country)
	if err != nil {
		f.miss(err, "health")
		return outage.StatusElevated
	}
	return health.Status
}
