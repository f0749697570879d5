package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outbound"
	"github.com/open-downpour/downpour/pkg/status"
)

const (
	// officialLead is the lease of the server that reads status pages. It lasts longer than
	// one round of slow pages.
	officialLead = "dp:{official}:lead"
	officialFor  = 2 * time.Minute

	pageTimeout   = 15 * time.Second
	pageMaxBytes  = 4 << 20
	pageRedirects = 3
)

// buildOfficial makes the store of official statuses and, where the settings ask for it, the
// poller of status pages, on servers with the role detect. A demo reads none: it plays a day
// that is long past.
func (a *app) buildOfficial(context.Context) error {
	a.official = status.NewStore(status.StoreConfig{
		Archive: a.db, Shared: status.NewRedisShared(a.redis.Client()), Changed: a.wakeNotify, Now: a.now, Logger: a.logger,
	})
	a.add(component{name: "official statuses", run: func(ctx context.Context) error {
		if err := a.whenPrepared(ctx); err != nil {
			return err
		}
		return a.official.Run(ctx)
	}})
	if !a.settings.Official || a.settings.Demo || !a.settings.has(roleDetect) {
		return nil
	}
	poller := status.NewPoller(status.PollerConfig{
		Store: a.official, Services: a.services.Services(), Now: a.now, Logger: a.logger,
		Lease: lease.New(a.redis.Client(), officialLead, rand.Text(), officialFor),
		Client: outbound.New(outbound.Options{
			Timeout: pageTimeout, MaxBytes: pageMaxBytes, Redirects: pageRedirects, UserAgent: a.userAgent(),
		}),
	})
	a.add(component{name: "status pages", run: poller.Run})
	return nil
}

// userAgent names this program, and the instance where it has an address.
func (a *app) userAgent() string {
	if a.settings.PublicURL == "" {
		return "Downpour/" + version
	}
	return "Downpour/" + version + " (+" + a.settings.PublicURL + ")"
}
