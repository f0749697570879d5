package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

const (
	// staleAfter is how old the hot window may be before the server is degraded.
	staleAfter = 15 * time.Second
	// checkEvery is how often an engine is tried, and checkPatience how long it
	// has to answer. Both together bound how late /readyz is.
	checkEvery    = 2 * time.Second
	checkPatience = 4 * time.Second
)

// Names of engines in `degraded`.
const (
	redisPart      = "redis"
	clickhousePart = "clickhouse"
	damagedPart    = "archive: damaged parts"
)

// check tries one engine every few seconds.
type check struct {
	engine string
	try    func(context.Context) error
	reason func(error) string
	logger *slog.Logger

	mutex   sync.Mutex
	tried   bool
	failure string // "" while the engine works
}

// run tries until ctx ends.
func (c *check) run(ctx context.Context) error {
	ticks := time.NewTicker(checkEvery)
	defer ticks.Stop()
	for {
		c.once(ctx)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *check) once(ctx context.Context) {
	bounded, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	err := c.try(bounded)
	if ctx.Err() != nil {
		return
	}
	failure := ""
	if err != nil {
		failure = c.reason(err)
	}
	c.mutex.Lock()
	before := c.failure
	c.failure, c.tried = failure, true
	c.mutex.Unlock()
	switch {
	case failure != "" && failure != before:
		c.logger.Warn("engine does not do its work", "engine", c.engine, "reason", failure, "error", err)
	case failure == "" && before != "":
		c.logger.Info("engine does its work again", "engine", c.engine)
	}
}

// state is the last result: why the engine does not work, or "".
func (c *check) state() (failure string, tried bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.failure, c.tried
}

// readiness decides whether this server can take reports now.
type readiness struct {
	app     *app
	writes  *check
	archive *check // nil where ClickHouse is in the process
}

func (a *app) buildReadiness(context.Context) error {
	r := &readiness{app: a, writes: &check{
		engine: redisPart, try: a.redis.Probe, reason: redisconn.Reason, logger: a.logger,
	}}
	a.readiness = r
	a.add(component{name: "trial writes", run: r.writes.run})
	if !a.embeddedClickHouse() {
		r.archive = &check{
			engine: clickhousePart, try: a.db.Ping, logger: a.logger,
			reason: func(error) string { return "clickhouse does not answer" },
		}
		a.add(component{name: "trial reads", run: r.archive.run})
	}
	return nil
}

// Ready reports whether this server works, which parts are degraded, and why it is not
// ready. It is false whenever the response to a report would be 503.
func (w *web) Ready() (ready bool, degraded []string, reason string) {
	why, degraded, reason := w.check()
	return why == "", degraded, reason
}

// A cause is why a server is not ready, as a label of a metric; "" is none.
type cause string

const (
	causeArchive  cause = "archive"
	causeCounters cause = "counters"
	causeDraining cause = "draining"
	causeLog      cause = "log_full"
	causeQueue    cause = "queue_full"
	causeRedis    cause = "redis"
	causeStarting cause = "starting"
)

var causes = []cause{causeArchive, causeCounters, causeDraining, causeLog, causeQueue, causeRedis, causeStarting}

func causeList() string {
	names := make([]string, len(causes))
	for i, one := range causes {
		names[i] = string(one)
	}
	return strings.Join(names, ", ")
}

// check is Ready with the cause.
func (w *web) check() (why cause, degraded []string, reason string) {
	if w.draining.Load() {
		return causeDraining, nil, "draining"
	}
	return w.app.readiness.check()
}

func (r *readiness) check() (why cause, degraded []string, reason string) {
	writes, tried := r.writes.state()
	if err := r.app.store.ReadError(); writes == "" && err != nil {
		writes = redisconn.Reason(err)
	}
	archive := r.archiveFailure()
	refreshed := r.app.hot.Refreshed()
	fullLog, fullQueue := r.app.store.Full()
	if writes != "" {
		degraded = append(degraded, redisPart)
	}
	if archive != "" {
		degraded = append(degraded, clickhousePart)
	}
	if r.app.archiver.Damaged() > 0 {
		degraded = append(degraded, damagedPart)
	}
	stale := !refreshed.IsZero() && r.app.now().Sub(refreshed) > staleAfter
	if stale && writes == "" {
		degraded = append(degraded, redisPart)
	}
	settings := &r.app.settings
	takes, reads := settings.has(roleIntake), settings.has(roleWeb) || settings.has(roleDetect)
	switch {
	case writes != "" && takes:
		return causeRedis, degraded, writes + ", so reports cannot be taken"
	case !tried || refreshed.IsZero() && (takes || reads):
		return causeStarting, degraded, "starting"
	case !takes: // without the other engines it answers from what it read last, or waits for them
		return "", degraded, ""
	case stale:
		return causeRedis, degraded, "redis does not answer in time, so reports cannot be taken"
	case !r.app.store.Ready():
		return causeCounters, degraded, "the counters are not restored yet"
	case fullLog:
		return causeLog, degraded, "the report log is full, because the archive does not keep up"
	case fullQueue:
		return causeQueue, degraded, "too many reports wait for redis"
	case archive != "" && r.app.embeddedRedis():
		return causeArchive, degraded, archive + ", so reports cannot be taken"
	}
	return "", degraded, ""
}

// archiveFailure is why the archive does not advance, or "". A failure of Redis
// is not one of the archive.
func (r *readiness) archiveFailure() string {
	if r.archive != nil {
		if failure, _ := r.archive.state(); failure != "" {
			return failure
		}
	}
	var log *archive.LogError
	if err := r.app.archiver.Failing(); errors.Is(err, archive.ErrJournalDamaged) {
		return "the file 'batch' of the data directory is damaged"
	} else if err != nil && !errors.As(err, &log) {
		return "the archive does not advance"
	}
	return ""
}
