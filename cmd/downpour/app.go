package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/redisconn"
	"github.com/open-downpour/downpour/pkg/runner"
	"github.com/open-downpour/downpour/pkg/status"
	"github.com/open-downpour/downpour/pkg/tools/demo"
)

// hotEvery is the refresh interval of the hot window.
const hotEvery = time.Second / 2

// hotLag is how long a refresh of a busy window may take beside that.
const hotLag = 2 * time.Second

// app is the server: its components in the order in which they start. Tests make one as
// main does.
type app struct {
	packs    country.Set
	settings serveCommand
	logger   *slog.Logger
	now      func() time.Time

	geography  *cell.Geography
	places     *place.Index
	services   *catalog.Catalog
	connection *redisconn.Conn
	redis      *bucket.Redis
	db         *archive.DB
	archiver   *archive.Archiver
	store      *bucket.Store
	hot        *bucket.Hot
	official   *status.Store
	reader     *public.Reader
	live       *runner.Live
	imports    *runner.Imports
	repository *incident.Repository
	intake     *intake.Service
	notify     *notify.Service
	demo       *demo.Demo // nil without --demo
	readiness  *readiness
	web        *web

	components []component
}

// newApp builds the components and connects them. Only embedded engines run already.
func newApp(ctx context.Context, packs country.Set, settings serveCommand, logger *slog.Logger) (*app, error) {
	return newAppAt(ctx, packs, settings, logger, time.Now)
}

func newAppAt(ctx context.Context, packs country.Set, settings serveCommand, logger *slog.Logger, now func() time.Time) (*app, error) {
	a := &app{packs: packs, settings: settings, logger: logger, now: now}
	for _, build := range []func(context.Context) error{
		a.loadTables, a.openDemo, a.openData, a.openRedis, a.openClickHouse,
		a.buildOfficial, a.buildCounting, a.buildDetection, a.buildIntake, a.buildDemo, a.buildReadiness, a.buildWeb,
	} {
		if err := build(ctx); err != nil {
			return nil, errors.Join(err, a.stopAll())
		}
	}
	return a, nil
}

// openData creates the data directory, where an embedded engine needs one.
func (a *app) openData(context.Context) error {
	if !a.embeddedRedis() && !a.embeddedClickHouse() {
		return nil
	}
	if !a.settings.Demo && demo.IsDirectory(a.settings.Data) {
		return fmt.Errorf("--data: %s belongs to a demo", a.settings.Data)
	}
	if err := os.MkdirAll(a.settings.Data, 0o700); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	return nil
}

func (a *app) loadTables(context.Context) (err error) {
	if a.geography, err = cell.Load(a.packs); err != nil {
		return err
	}
	if a.places, err = place.Load(a.geography, a.packs); err != nil {
		return err
	}
	a.services, err = catalog.Load(a.settings.Catalog, a.places)
	return err
}

// openRedis makes a client of the configured Redis, or starts the embedded one. A Redis
// that does not answer yet is retried while the server runs.
func (a *app) openRedis(ctx context.Context) (err error) {
	redisconn.LogTo(a.logger)
	if a.embeddedRedis() {
		server, err := embedded.StartRedis(context.WithoutCancel(ctx), a.logger)
		if err != nil {
			return err
		}
		a.add(component{name: "embedded redis", stop: server.Close})
		a.connection, err = redisconn.OpenSingle(server.URL())
		if err != nil {
			return err
		}
		a.redis = bucket.NewRedis(a.connection.Client(), a.placeOf)
		a.add(component{name: "redis client", stop: a.connection.Close})
		return nil
	}
	if a.connection, err = redisconn.Open(a.settings.redisConfig()); err != nil {
		return fmt.Errorf("--redis: %w", err)
	}
	a.redis = bucket.NewRedis(a.connection.Client(), a.placeOf)
	a.add(component{name: "redis client", run: a.connection.Run, stop: a.connection.Close})
	if _, err := a.connection.Check(ctx); err != nil {
		return fmt.Errorf("--redis: %w", err)
	}
	return nil
}

func (a *app) embeddedRedis() bool {
	return len(a.settings.Redis) == 1 && a.settings.Redis[0] == "embedded"
}

func (a *app) embeddedClickHouse() bool { return a.settings.Clickhouse == "embedded" }

// openClickHouse connects to the ClickHouse of the settings, or starts the
// embedded one.
func (a *app) openClickHouse(ctx context.Context) (err error) {
	options := archive.Options{URL: a.settings.Clickhouse, Cluster: a.settings.ClickCluster}
	if a.embeddedClickHouse() {
		engine, err := embedded.Open(ctx, embedded.Options{Path: filepath.Join(a.settings.Data, "archive"), Logger: a.logger})
		if err != nil {
			return fmt.Errorf("--clickhouse embedded: %w", err)
		}
		a.add(component{name: "embedded clickhouse", stop: engine.Close})
		options = archive.Options{Transport: engine.Transport()}
	}
	if a.db, err = archive.OpenDB(options); err != nil {
		return fmt.Errorf("--clickhouse: %w", err)
	}
	a.add(component{name: "clickhouse client", stop: a.db.Close})
	if a.embeddedClickHouse() {
		return a.db.Prepare(ctx)
	}
	return nil
}

// archiveEvery is how long reports gather in the log of a Redis that keeps them: an insert
// of a few thousand costs ClickHouse as much as one of many. The live window does not wait
// for it.
const archiveEvery = 5 * time.Second

// buildCounting makes the way of a report from the buckets to the archive. An
// embedded Redis keeps nothing, so with it a report is acknowledged only when
// the archive has it.
func (a *app) buildCounting(context.Context) error {
	archiving := archive.Config{
		DB: a.db, Log: a.redis, Batches: archive.NewRedisBatchLog(a.redis.Client()), Floor: public.Floor, Logger: a.logger,
	}
	if a.embeddedRedis() {
		archiving.Journal = archive.NewJournal(filepath.Join(a.settings.Data, "batch"))
	} else {
		archiving.Every = archiveEvery
		a.redis.Linger = hotEvery + hotLag
	}
	a.archiver = archive.NewArchiver(archiving)
	counting := bucket.Config{Redis: a.redis, Logger: a.logger, Now: a.now}
	if a.embeddedRedis() {
		counting.Durable = a.archiver
	}
	a.store = bucket.NewStore(counting)
	a.hot = bucket.NewHot(a.redis, a.now, a.logger)
	lane := archive.NewLane(a.db, archive.LaneConfig{Budget: archive.DefaultBudget()})
	a.reader = public.New(public.Config{
		DistrictOf: a.districtOf, Towns: a.geography, Official: a.official,
		Hot: a.hot, Past: lane, Normals: a.db, View: a.view, Now: a.now, Refreshed: a.hot.Refreshed, Version: a.hot.Version,
		Freeze: func() (public.Hot, time.Time) { window := a.hot.Window(); return window, window.Refreshed() },
	})
	var past bucket.Past = a.db
	if a.settings.has(roleArchive) {
		past = a.archiver // which reads once the last batch of the process before is complete
		a.add(component{name: "archive", run: a.archiver.Run})
		a.add(component{name: "public table of past days", run: a.archiver.RunFloor})
	}
	if a.settings.has(roleIntake) {
		a.add(component{name: "counters", run: func(ctx context.Context) error {
			if err := errors.Join(a.whenPrepared(ctx), a.demo.WhenRecent(ctx)); err != nil {
				return err
			}
			return a.store.RunRestore(ctx, past)
		}})
		a.add(component{name: "buckets", run: a.store.Run})
	}
	a.add(component{name: "hot window", run: func(ctx context.Context) error { return a.hot.Run(ctx, hotEvery) }})
	return nil
}

// whenPrepared waits until the archive has its tables, for as long as that takes
// where ClickHouse answers: without it the server does what it can. The tables are made by
// servers that archive; others do not wait.
func (a *app) whenPrepared(ctx context.Context) error {
	if !a.settings.has(roleArchive) {
		return ctx.Err()
	}
	const atMost = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	select {
	case <-a.archiver.Prepared():
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
	}
	return nil
}

func (a *app) buildIntake(context.Context) error {
	settings := intake.Config{
		Counter: a.store, Catalog: a.services, Geography: a.geography, Places: a.places,
		Imports: a.imports, HotWindow: bucket.HotWindow, Logger: a.logger,
		Status: a.status, Now: a.now, PerMinute: a.settings.ReportsPerMin,
	}
	if err := a.openSecrets(&settings); err != nil {
		return err
	}
	var err error
	if settings.Hosters, err = a.settings.hosters(); err != nil {
		return err
	}
	a.intake = intake.New(settings)
	a.add(component{name: "intake", run: a.intake.Run})
	return nil
}

// openSecrets finds the keys and the answers where they outlive this process:
// in Redis, or in files where Redis is a part of the process.
func (a *app) openSecrets(settings *intake.Config) (err error) {
	if !a.embeddedRedis() {
		inRedis := intake.NewRedis(a.redis.Client(), a.connection.Rewrite)
		settings.Keys, settings.Answers = inRedis, inRedis
		return nil
	}
	if settings.Keys, err = intake.OpenKeyFile(filepath.Join(a.settings.Data, "keys.json"), a.logger); err != nil {
		return err
	}
	answers, err := intake.OpenAnswerFile(filepath.Join(a.settings.Data, "answers.db"), a.logger)
	if err != nil {
		return err
	}
	settings.Answers = answers
	a.add(component{name: "answers", run: answers.Run, stop: answers.Close})
	return nil
}

func (a *app) status(service string, country outage.Country) outage.StatusNumbers {
	health, err := a.reader.Health(context.Background(), service, country)
	if err != nil {
		return outage.StatusNumbers{Status: outage.StatusUnknown}
	}
	return outage.StatusNumbers{Status: health.Status, Window: health.Window, Observed: health.Observed, Expected: health.Expected}
}

// warnIfRedisMayLoseReports logs that a crash of Redis could lose reports that
// were acknowledged.
func (a *app) warnIfRedisMayLoseReports(ctx context.Context) {
	if setting := a.connection.Appendfsync(ctx); setting != "always" && !a.embeddedRedis() {
		a.logger.Warn("redis may lose acknowledged reports in a crash; set appendonly yes and appendfsync always",
			"appendfsync", setting)
	}
}

// placeOf is the region of a cell and the district that has most of it.
func (a *app) placeOf(cell outage.Cell) (outage.Region, outage.District) {
	region := a.geography.RegionOf(cell)
	return region, a.geography.DistrictOf(cell, region)
}

// districtOf is the region and the district of a cell of any resolution: for one coarser
// than those that reports are placed in, of its middle.
func (a *app) districtOf(cell outage.Cell) (outage.Region, outage.District) {
	if cell.Resolution() < outage.CellFine {
		middle, _, region, err := a.geography.Locate(a.geography.Center(cell))
		if err != nil { // in the sea
			return a.geography.RegionOf(cell), ""
		}
		return region, a.geography.DistrictOf(middle, region)
	}
	return a.placeOf(cell)
}
