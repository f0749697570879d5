package api

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// mostOpen bounds the incidents of a summary, the worst first.
const mostOpen = 20

type summaryJSON struct {
	AsOf      string                                   `json:"as_of"`
	Countries map[outage.Country]map[outage.Status]int `json:"countries"`
	Open      []openJSON                               `json:"open"`
	More      int                                      `json:"more"`
}

// openJSON is an incident that is open or recovering, in a few words.
type openJSON struct {
	ID       string          `json:"id"`
	Service  string          `json:"service"`
	Name     string          `json:"name"`
	Country  outage.Country  `json:"country"`
	State    outage.State    `json:"state"`
	Since    string          `json:"since"`
	Ratio    *float64        `json:"ratio"`
	Severity outage.Severity `json:"severity"`
	Verdict  outage.Verdict  `json:"verdict"`
	Cause    *string         `json:"cause"`
	Address  string          `json:"address"`
}

func (a *API) getSummary(c *fiber.Ctx) error {
	q := a.query(c)
	if err := q.err(); err != nil {
		return err
	}
	return a.sendShared(c, "summary", freshLive, func(ctx context.Context) (any, error) { return a.summary(ctx, q.numbers) })
}

func (a *API) summary(ctx context.Context, numbers Readings) (any, error) {
	answer := summaryJSON{
		AsOf: asOf(numbers.AsOf()), Open: []openJSON{},
		Countries: make(map[outage.Country]map[outage.Status]int),
	}
	for _, country := range outage.Countries() {
		answer.Countries[country] = map[outage.Status]int{
			outage.StatusOutage: 0, outage.StatusElevated: 0, outage.StatusNormal: 0, outage.StatusUnknown: 0,
		}
	}
	for _, service := range a.config.Services.Services() {
		for _, country := range describe(service).Countries {
			health, err := numbers.Health(ctx, service.Slug, country)
			if err != nil {
				return nil, err
			}
			answer.Countries[country][health.Status]++
		}
	}
	open, err := a.openNow(ctx)
	if err != nil {
		return nil, err
	}
	answer.More = max(0, len(open)-mostOpen)
	for _, record := range open[:len(open)-answer.More] {
		answer.Open = append(answer.Open, openJSON{
			ID: record.ID, Service: record.Service, Name: a.nameOf(record.Service), Country: record.Country, State: record.State,
			Since: wireTime(record.Since), Ratio: number(&record.Ratio), Severity: record.Severity,
			Verdict: record.Verdict, Cause: orNull(record.Blamed()), Address: addressOf(record),
		})
	}
	return answer, nil
}

// openNow lists the incidents that are open or recovering, the worst first, each
// behind its cause.
func (a *API) openNow(ctx context.Context) ([]public.Incident, error) {
	var open []public.Incident
	for _, state := range []outage.State{outage.StateOpen, outage.StateRecovering} {
		found, _, err := a.config.Incidents.Incidents(ctx, outage.IncidentFilter{State: state}, "", mostIncidents)
		if err != nil {
			return nil, err
		}
		open = append(open, found...)
	}
	slices.SortStableFunc(open, public.BySeverity)
	return public.InOrder(open), nil
}

// nameOf is the English name of a service, or its slug where the catalogue no
// longer has it.
func (a *API) nameOf(slug string) string {
	if service, ok := a.config.Services.Service(slug); ok {
		return service.Name
	}
	return slug
}

// addressOf is the page of an incident.
func addressOf(record public.Incident) string { return "/incidents/" + record.ID }
