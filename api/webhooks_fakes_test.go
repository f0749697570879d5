package api

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outage"
)

// hooks is one webhook, wh_1, of the key of all tests.
type hooks struct{ world *world }

var hook = notify.Webhook{
	ID: "wh_1", Owner: "importer", CreatedAt: now,
	Settings: notify.Settings{
		URL: "https://receiver.example/hook", Format: notify.FormatPagerDuty, RoutingKey: "hidden", Events: []notify.Kind{notify.KindOpened},
		Services: []string{"whatsapp"}, Families: []string{}, Countries: []outage.Country{countrytest.IN}, Regions: []outage.Region{"IN-WB"},
		Districts: []outage.District{}, Severity: []outage.Severity{}, Symptoms: []string{}, Verdict: []outage.Verdict{},
	},
	Secrets: []notify.Secret{{Text: "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="}},
}

func (h hooks) Create(_ context.Context, owner string, settings notify.Settings, key string) (notify.Webhook, error) {
	h.world.ask("create %s %s%s", owner, settings.URL, key)
	return hook, h.world.err
}

func (h hooks) Webhooks(_ context.Context, owner string) ([]notify.Webhook, error) {
	h.world.ask("webhooks of %s", owner)
	return []notify.Webhook{hook}, h.world.err
}

func (h hooks) Webhook(_ context.Context, _, id string) (notify.Webhook, error) {
	if id != hook.ID {
		return notify.Webhook{}, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "There is no such webhook of this key."}
	}
	return hook, h.world.err
}

func (h hooks) Change(ctx context.Context, owner, id string, change func(*notify.Settings) error) (notify.Webhook, error) {
	found, err := h.Webhook(ctx, owner, id)
	if err == nil {
		err = change(&found.Settings)
	}
	return found, err
}

func (h hooks) Delete(ctx context.Context, owner, id string) error {
	_, err := h.Webhook(ctx, owner, id)
	return err
}

func (h hooks) Rotate(ctx context.Context, owner, id string) (notify.Webhook, error) {
	return h.Webhook(ctx, owner, id)
}

func (h hooks) Test(ctx context.Context, owner, id string) (notify.Delivery, error) {
	_, err := h.Webhook(ctx, owner, id)
	if h.world.limited {
		err = &outage.Error{Code: outage.CodeLimited, Detail: "Too many tests.", RetryAfter: time.Second}
	}
	return notify.Delivery{Event: "test-1.1", Kind: notify.KindTest, Incident: "test-1", At: now, Try: 1, Status: 204, Millis: 31}, err
}

func (h hooks) Deliveries(ctx context.Context, owner, id string) (log, dead []notify.Delivery, err error) {
	_, err = h.Webhook(ctx, owner, id)
	next := now.Add(time.Minute)
	failed := notify.Delivery{Event: "whatsapp-in-1.1", Kind: notify.KindOpened, Incident: "whatsapp-in-1", At: now, Try: 2, Status: 500, Error: "status 500", Millis: 12, Next: &next}
	return []notify.Delivery{failed}, nil, err
}
