package main

import (
	"context"
	"net/netip"
	"path/filepath"

	"github.com/open-downpour/downpour/frontend"
	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outbound"
	"github.com/open-downpour/downpour/pkg/public"
)

// webhookAnswer is how much of the answer of a webhook is read, in bytes.
const webhookAnswer = 64 << 10

// buildNotify makes what sends incidents to webhooks. The server whose detector runs
// sends.
func (a *app) buildNotify(incidents public.Incidents) error {
	store, err := a.notifyStore()
	if err != nil {
		return err
	}
	mailer, err := a.settings.mailer()
	if err != nil {
		return err
	}
	a.notify = notify.New(notify.Config{
		Store: store, Incidents: incidents, Counts: func() notify.Counts { return a.reader.Snapshot() }, Services: a.services, Shapes: a.geography, Official: a.official.Official,
		Leads: a.live.Leads, Client: outbound.New(outbound.Options{Private: a.settings.WebhookPrivate, MaxBytes: webhookAnswer}),
		PublicURL: a.settings.publicURL(), Mailer: mailer, Site: a.settings.SiteName, Hub: a.settings.WebsubHub, PushServices: a.settings.pushServices(), Contact: contactAddress(a.settings.SiteContact), PlainHTTP: a.settings.WebhookPrivate, Exercise: a.demo != nil, Logger: a.logger,
	})
	if !a.settings.has(roleDetect) {
		return nil
	}
	a.add(component{name: "webhooks", run: func(ctx context.Context) error {
		if err := a.whenPrepared(ctx); err != nil {
			return err
		}
		return a.notify.Run(ctx)
	}})
	return nil
}

// notifyStore stores webhooks in Redis, or in a file where Redis is a part of the process.
func (a *app) notifyStore() (notify.Store, error) {
	if !a.embeddedRedis() {
		return notify.NewRedisStore(a.redis.Client()), nil
	}
	file, err := notify.OpenFileStore(filepath.Join(a.settings.Data, "webhooks.db"), a.logger)
	if err != nil {
		return nil, err
	}
	a.add(component{name: "webhooks file", stop: file.Close})
	return file, nil
}

// wakeNotify is called after changes of incidents, or of what vendors say, are stored.
func (a *app) wakeNotify() {
	if a.notify != nil {
		a.notify.Wake()
	}
}

// letters are what the pages of the site do with those of notify.
type letters struct{ of *notify.Service }

func (l letters) Request(ctx context.Context, from netip.Addr, mail string, of frontend.Letters) error {
	return l.of.RequestMail(ctx, from, mail, notify.Interest{Service: of.Service, Country: of.Country, Lang: of.Lang, UntilBack: of.UntilBack})
}

func (l letters) Requested(ctx context.Context, token string) (frontend.Letters, error) {
	of, err := l.of.RequestedMail(ctx, token)
	return lettersOf(of), err
}

func (l letters) Confirm(ctx context.Context, token string) (frontend.Letters, string, error) {
	of, err := l.of.ConfirmMail(ctx, token)
	return lettersOf(of.Interest), of.ID, err
}

func lettersOf(of notify.Interest) frontend.Letters {
	return frontend.Letters{Service: of.Service, Country: of.Country, Lang: of.Lang, UntilBack: of.UntilBack}
}

func (l letters) End(ctx context.Context, id string) error { return l.of.Unsubscribe(ctx, id) }
