package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"downpour/pkg/bucket"
	"downpour/pkg/catalog"
	"downpour/pkg/cell"
	"downpour/pkg/embedded"
	"downpour/pkg/heatmap"
	"downpour/pkg/intake"
	"downpour/pkg/outage"
	"downpour/pkg/place"
)

// hotEvery is how often the hot window is brought up to date.
const hotEvery = time.Second

// app is the server: its parts in the order in which they start. A test makes
// one as main does.
type app struct {
	settings serveCommand
	logger   *slog.Logger
	now      func() time.Time

	geography *cell.Geography
	places    *place.Index
	services  *catalog.Catalog
	redis     *bucket.Redis
	store     *bucket.Store
	hot       *bucket.Hot
	reader    *heatmap.Reader
	desk      *intake.Desk
	web       *web

	parts []part
}

// newApp builds the parts and connects them. Nothing runs yet, but an embedded
// engine answers.
func newApp(ctx context.Context, settings serveCommand, logger *slog.Logger) (*app, error) {
	return newAppAt(ctx, settings, logger, time.Now)
}

func newAppAt(ctx context.Context, settings serveCommand, logger *slog.Logger, now func() time.Time) (*app, error) {
	a := &app{settings: settings, logger: logger, now: now}
	for _, build := range []func(context.Context) error{a.loadTables, a.openRedis, a.buildCounting, a.buildWeb} {
		if err := build(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *app) loadTables(context.Context) (err error) {
	if a.geography, err = cell.Load(); err != nil {
		return err
	}
	if a.places, err = place.Load(a.geography); err != nil {
		return err
	}
	if a.settings.Catalog == "" {
		a.services, err = catalog.Default()
	} else {
		a.services, err = catalog.Load(a.settings.Catalog)
	}
	return err
}

// openRedis connects to the Redis of the settings, or starts the embedded one.
func (a *app) openRedis(ctx context.Context) (err error) {
	addresses := a.settings.Redis
	if a.embeddedRedis() {
		if err := os.MkdirAll(a.settings.Data, 0o700); err != nil {
			return fmt.Errorf("--data: %w", err)
		}
		server, err := embedded.StartRedis(context.WithoutCancel(ctx), a.logger)
		if err != nil {
			return err
		}
		a.add(part{name: "embedded redis", stop: server.Close})
		addresses = []string{server.URL()}
	}
	if a.redis, err = bucket.OpenRedis(addresses); err != nil {
		return fmt.Errorf("--redis: %w", err)
	}
	a.add(part{name: "redis client", stop: a.redis.Close})
	return nil
}

func (a *app) embeddedRedis() bool {
	return len(a.settings.Redis) == 1 && a.settings.Redis[0] == "embedded"
}

func (a *app) buildCounting(context.Context) error {
	a.store = bucket.NewStore(bucket.Config{Redis: a.redis, Logger: a.logger, Now: a.now})
	a.hot = bucket.NewHot(a.redis, a.geography.RegionOf, a.now, a.logger)
	a.reader = heatmap.New(a.hot, a.now)
	keys, err := a.keys()
	if err != nil {
		return err
	}
	a.desk = intake.New(intake.Config{
		Counter: a.store, Catalog: a.services, Geography: a.geography, Places: a.places,
		Keys: keys, Answers: intake.NewRedis(a.redis.Client()),
		Status: a.status, Now: a.now, PerMinute: a.settings.ReportsPerMin,
	})
	a.add(part{name: "buckets", run: a.store.Run})
	a.add(part{name: "hot window", run: func(ctx context.Context) error { return a.hot.Run(ctx, hotEvery) }})
	a.add(part{name: "intake", run: a.desk.Run})
	return nil
}

// keys are kept where they outlive this process: in Redis, or in a file where
// Redis is a part of the process.
func (a *app) keys() (intake.KeyStore, error) {
	if a.embeddedRedis() {
		return intake.OpenKeyFile(filepath.Join(a.settings.Data, "keys.json"))
	}
	return intake.NewRedis(a.redis.Client()), nil
}

func (a *app) status(service string, country outage.Country) outage.Status {
	health, err := a.reader.Health(context.Background(), service, country)
	if err != nil {
		return outage.StatusUnknown
	}
	return health.Status
}

// warnOfForgetfulRedis says so where a crash of Redis could lose reports that
// were acknowledged.
func (a *app) warnOfForgetfulRedis(ctx context.Context) {
	if setting := a.redis.Appendfsync(ctx); setting != "always" && !a.embeddedRedis() {
		a.logger.Warn("redis may lose acknowledged reports in a crash; set appendonly yes and appendfsync always",
			"appendfsync", setting)
	}
}
