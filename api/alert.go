package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/capalert"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/public"
)

// alertAddress is the path of an incident as an alert.
func alertAddress(id string) string { return "/api/v1/incidents/" + id + "/alert" }

// getAlert sends the latest state of an incident as an alert of the Common Alerting
// Protocol.
func (a *API) getAlert(c *fiber.Ctx) error {
	q := a.query(c)
	if err := q.err(); err != nil {
		return err
	}
	base, id := a.baseOf(c), utils.CopyString(c.Params("id"))
	return a.sendWindow(c, base+alertAddress(id), func(ctx context.Context) (*answer, error) {
		in, err := a.config.Incidents.Incident(ctx, id)
		if err != nil {
			return nil, err
		}
		body, err := capalert.Write(a.alertOf(base, in, a.summaryOf(ctx, q.numbers, in)))
		if err != nil {
			return nil, err
		}
		return a.newAnswer(capalert.MediaType+"; charset=utf-8", body), nil
	})
}

// summaryOf sums up an incident in English, without what cannot be counted.
func (a *API) summaryOf(ctx context.Context, numbers Readings, in public.Incident) string {
	extent, err := numbers.Extent(ctx, in)
	where, alsoErr := numbers.Extremes(ctx, in.Service, in.Country, in.WorstIn(numbers.Now()))
	if err := errors.Join(err, alsoErr); err != nil {
		a.config.Logger.Debug("counting the reports of an incident for its summary", "incident", in.ID, "error", err)
	}
	return a.sentences.Summary(locale.Default, in, extent, where)
}

// alertOf is the message of the last change of an incident. Its id has the number of the
// change after a hyphen; those of webhooks have a dot.
func (a *API) alertOf(base string, in public.Incident, summary string) capalert.Message {
	service, _ := a.config.Services.Service(in.Service)
	message := capalert.Message{
		Sender: cmp.Or(base, "downpour"), Sent: lastChange(in), Exercise: a.config.Exercise, Service: cmp.Or(service.Name, in.Service), Country: in.Country,
		State: in.State, Severity: in.Severity, Verdict: in.Verdict, OpenedAt: in.OpenedAt, Headline: a.sentences.Headline(in),
		Description: summary, URL: base + addressOf(in), Where: a.sentences.Where(locale.Default, in),
		Regions: in.Footprint.Regions, Districts: in.Footprint.Districts, MergedInto: in.MergedInto,
	}
	number := func(n int) string { return fmt.Sprintf("%s-%d", in.ID, n) }
	for i := range max(0, len(in.Changes)-1) {
		message.Earlier = append(message.Earlier, capalert.Reference{ID: number(i + 1), Sent: in.Changes[i].At})
	}
	message.ID = number(len(message.Earlier) + 1)
	return message
}
