package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/open-downpour/downpour/pkg/outage"
)

// put stores a webhook and tells the server that sends.
func (s *Service) put(ctx context.Context, webhook Webhook) error {
	entry, err := entryOf(entryWebhooks, webhook.ID, webhook)
	if err != nil {
		return err
	}
	return s.write(ctx, entry)
}

// write stores entries with a new version of the webhooks.
func (s *Service) write(ctx context.Context, entries ...Entry) error {
	if err := s.config.Store.Write(ctx, append(entries, newVersion(entryWebhooks))); err != nil {
		return unavailable(err)
	}
	s.Wake()
	return nil
}

func unavailable(err error) error {
	return outage.Unavailable("storing webhooks", err, "Webhooks cannot be read or changed now.", checkEvery)
}

// Webhooks lists those of an owner, the oldest first.
func (s *Service) Webhooks(ctx context.Context, owner string) ([]Webhook, error) {
	all, err := readAll[Webhook](ctx, s.config.Store, entryWebhooks)
	if err != nil {
		return nil, unavailable(err)
	}
	var own []Webhook
	for _, one := range all {
		if one.Owner == owner {
			own = append(own, *one)
		}
	}
	slices.SortFunc(own, func(a, b Webhook) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return own, nil
}

// Webhook returns one of an owner. That of another is CodeNotFound.
func (s *Service) Webhook(ctx context.Context, owner, id string) (found Webhook, err error) {
	text, err := s.config.Store.Get(ctx, entryWebhooks, id)
	if err != nil {
		return found, unavailable(err)
	}
	if text != nil {
		if err := json.Unmarshal(text, &found); err != nil {
			return found, fmt.Errorf("decoding webhook %s: %w", id, err)
		}
	}
	if text == nil || found.Owner != owner {
		return Webhook{}, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "There is no such webhook of this key."}
	}
	return found, nil
}

// Change gives the settings of a webhook to change, checks and stores them.
func (s *Service) Change(ctx context.Context, owner, id string, change func(*Settings) error) (Webhook, error) {
	s.owners.Lock()
	defer s.owners.Unlock()
	webhook, err := s.Webhook(ctx, owner, id)
	if err != nil {
		return webhook, err
	}
	if err := change(&webhook.Settings); err != nil {
		return webhook, err
	}
	if err := s.check(&webhook.Settings); err != nil {
		return webhook, err
	}
	webhook.Stopped = ""
	return webhook, s.put(ctx, webhook)
}

// Delete removes a webhook and what waits for it.
func (s *Service) Delete(ctx context.Context, owner, id string) error {
	if _, err := s.Webhook(ctx, owner, id); err != nil {
		return err
	}
	return s.write(ctx, Entry{Kind: entryWebhooks, Name: id})
}

// Rotate makes a new secret. The one before it also signs for a day, so that the receiver
// has time to change it.
func (s *Service) Rotate(ctx context.Context, owner, id string) (Webhook, error) {
	s.owners.Lock()
	defer s.owners.Unlock()
	webhook, err := s.Webhook(ctx, owner, id)
	if err != nil {
		return webhook, err
	}
	before := webhook.Secrets[0]
	before.Until = time.Now().Add(rotateFor).UTC()
	webhook.Secrets = []Secret{newSecret(), before}
	return webhook, s.put(ctx, webhook)
}

// Test sends an event of an incident that does not exist, once and at once.
func (s *Service) Test(ctx context.Context, owner, id string) (Delivery, error) {
	webhook, err := s.Webhook(ctx, owner, id)
	if err != nil {
		return Delivery{}, err
	}
	if err := s.allowTest(owner); err != nil {
		return Delivery{}, err
	}
	event := s.testEvent(time.Now().UTC())
	result := s.send(ctx, webhook, &event)
	result.Try = 1
	if !result.delivered() {
		s.config.Logger.Info("webhook test failed", "webhook", webhook.ID, "host", hostOf(webhook.URL), "error", result.Error)
	}
	return of(&event, result), nil
}

// Each owner may send so many tests at once, and one more each testEvery.
const (
	testEvery = 5 * time.Second
	testBurst = 10
)

// allowTest bounds what an owner can make the server send.
func (s *Service) allowTest(owner string) error {
	s.owners.Lock()
	defer s.owners.Unlock()
	of := s.tests[owner]
	if of == nil {
		of = rate.NewLimiter(rate.Every(testEvery), testBurst)
		s.tests[owner] = of
	}
	if !of.Allow() {
		return &outage.Error{Code: outage.CodeLimited, Detail: "Too many tests.", RetryAfter: testEvery}
	}
	return nil
}

// testEvent is of the first service and country. No feed and no page has its incident.
func (s *Service) testEvent(now time.Time) Event {
	service, country := s.config.Services.Services()[0], outage.Countries()[0]
	if len(service.Country) > 0 {
		country = service.Country[0]
	}
	id := "test-" + strings.ToLower(rand.Text())
	in := Incident{
		ID: id, Service: service.Slug, ServiceName: service.Name, Family: service.Family, Country: country, State: outage.StateOpen,
		Severity: outage.SeverityMinor, Verdict: outage.LikelyCause, Scope: outage.ScopeCountry, Regions: []outage.Region{}, Districts: []outage.District{},
		Symptoms: []string{}, OpenedAt: now.Truncate(time.Minute), Title: "Test of a webhook: nothing is wrong",
		Summary: "This is a test event of Downpour. No incident belongs to it.", Where: string(country), URL: s.config.PublicURL,
	}
	return (&seen{}).next(KindTest, now, in)
}

// Deliveries are the latest tries of a webhook and the latest events that were given up,
// the newest first.
func (s *Service) Deliveries(ctx context.Context, owner, id string) (log, dead []Delivery, err error) {
	if _, err := s.Webhook(ctx, owner, id); err != nil {
		return nil, nil, err
	}
	stored, err := s.progressOf(ctx, id)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	return stored.Log, stored.Dead, nil
}

// stopWebhook pauses a webhook whose receiver wants no more.
func (s *Service) stopWebhook(ctx context.Context, webhook Webhook, why string) {
	s.owners.Lock()
	defer s.owners.Unlock()
	now, err := s.Webhook(ctx, webhook.Owner, webhook.ID)
	if err == nil {
		now.Paused, now.Stopped = true, why
		err = s.put(ctx, now)
	}
	if err != nil {
		s.config.Logger.Warn("pausing a webhook", "webhook", webhook.ID, "error", err)
	}
}
