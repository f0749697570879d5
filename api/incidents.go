package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

const (
	usualIncidents = 50
	mostIncidents  = 200
)

func (a *API) listIncidents(c *fiber.Ctx) error {
	q := a.query(c, "service", "country", "region", "district", "state", "from", "to", "cursor", "limit")
	area := q.area()
	filter := outage.IncidentFilter{Service: q.service(), Country: area.Country, Region: area.Region, District: area.District, State: q.state(), Span: q.past()}
	limit := q.integer("limit", 1, mostIncidents, usualIncidents)
	if err := q.err(); err != nil {
		return err
	}
	cursor := q.text("cursor")
	key := fmt.Sprintf("incidents %+v %q %d", filter, cursor, limit)
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		page, next, err := a.config.Incidents.Incidents(ctx, filter, cursor, limit)
		if err != nil {
			return nil, err
		}
		items, err := a.listed(ctx, q.numbers, public.InOrder(page))
		if err != nil {
			return nil, err
		}
		return a.newJSON(incidentsJSON{asOf(q.numbers.AsOf()), list[listedIncidentJSON]{Items: items, Next: orNull(next)}})
	})
}

// listed are the items of a list of incidents. Where the counts of one cannot be
// read, those after it are not tried: they would fail alike, each after a while.
func (a *API) listed(ctx context.Context, numbers Readings, incidents []public.Incident) ([]listedIncidentJSON, error) {
	items := make([]listedIncidentJSON, 0, len(incidents))
	away := false
	for _, in := range incidents {
		item := listedIncidentJSON{incidentJSON: a.wireIncident(in), extentJSON: durationOf(numbers, in)}
		if !away {
			var err error
			if item.extentJSON, err = extentOf(ctx, numbers, in); err != nil {
				return nil, err
			}
			away = item.Total == nil
		}
		items = append(items, item)
	}
	return items, nil
}

func (a *API) getIncident(c *fiber.Ctx) error {
	q := a.query(c)
	if err := q.err(); err != nil {
		return err
	}
	in, err := a.config.Incidents.Incident(c.UserContext(), utils.CopyString(c.Params("id")))
	if err != nil {
		return err
	}
	answer := incidentDetailJSON{AsOf: asOf(q.numbers.AsOf()), incidentJSON: a.wireIncident(in)}
	if answer.extentJSON, err = extentOf(c.UserContext(), q.numbers, in); err != nil {
		return err
	}
	if answer.Symptoms, err = symptomsOf(c.UserContext(), q.numbers, in); err != nil {
		return err
	}
	if answer.Networks, err = a.networksOf(c.UserContext(), q.numbers, in); err != nil {
		return err
	}
	if answer.Unaffected, err = a.unaffected(c.UserContext(), in, q.now); err != nil {
		return err
	}
	return a.sendJSON(c, answer, freshReading)
}

// state is a state of incidents, "" for all.
func (q *query) state() outage.State {
	state := outage.State(q.text("state"))
	switch state {
	case "", outage.StatePending, outage.StateOpen, outage.StateRecovering, outage.StateResolved:
		return state
	}
	q.fail(outage.Invalid("state", "It must be pending, open, recovering or resolved."))
	return ""
}

// past is the window between two given times, either of which may be left
// open; the zero span is all time.
func (q *query) past() outage.Span {
	from, hasFrom := q.instant("from")
	to, hasTo := q.instant("to")
	if !hasFrom && !hasTo {
		return outage.Span{}
	}
	span := outage.Span{To: outage.MinuteOf(q.now) + 1}
	if hasFrom {
		span.From = outage.MinuteOf(from)
	}
	if hasTo {
		span.To = outage.MinuteOf(to.Add(time.Minute - time.Nanosecond))
	}
	if span.From >= span.To {
		q.fail(outage.Invalid("from", "The window must start before it ends."))
	}
	return span
}

// extentOf is how much was reported during an incident, without counts while they
// cannot be read.
func extentOf(ctx context.Context, numbers Readings, in public.Incident) (extentJSON, error) {
	wire := durationOf(numbers, in)
	extent, err := numbers.Extent(ctx, in)
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeUnavailable {
		return wire, nil
	} else if err != nil {
		return wire, err
	}
	wire.Total = &extent.Total
	if extent.Any() {
		wire.PeakQuarter = &quarterCountJSON{wireTime(extent.Worst.Start), extent.Worst.Reports}
	}
	return wire, nil
}

// durationOf is the extent of an incident without counts.
func durationOf(numbers Readings, in public.Incident) extentJSON {
	return extentJSON{DurationSeconds: int64(in.Duration(numbers.Now()).Seconds())}
}

// symptomsOf is the symptoms reported during an incident, nil while they cannot be read.
func symptomsOf(ctx context.Context, numbers Readings, in public.Incident) (*symptomSharesJSON, error) {
	found, err := numbers.Symptoms(ctx, in.Service, outage.Area{Country: in.Country}, in.Span(numbers.Now()))
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeUnavailable {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return &symptomSharesJSON{
		From: wireTime(found.Span.From), To: wireTime(found.Span.To),
		Total: found.Total, Withheld: found.Withheld, Items: wireSymptoms(found.Items),
	}, nil
}

// unaffected lists the rest of the family, as far as it is used in the
// country, that had no incident at the time.
func (a *API) unaffected(ctx context.Context, in public.Incident, now time.Time) ([]string, error) {
	calm := []string{}
	service, _ := a.config.Services.Service(in.Service)
	for _, member := range a.config.Services.Family(service.Family) {
		used := len(member.Country) == 0 || slices.Contains(member.Country, in.Country)
		if member.Slug == in.Service || !used {
			continue
		}
		filter := outage.IncidentFilter{Service: member.Slug, Country: in.Country, Span: in.Span(now)}
		found, _, err := a.config.Incidents.Incidents(ctx, filter, "", 1)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			calm = append(calm, member.Slug)
		}
	}
	return calm, nil
}
