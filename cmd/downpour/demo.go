package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/frontend"
	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

const (
	demoScenario = "whatsapp-2025-02-28"
	// demoBegan is how long before the start of the server the outage began.
	demoBegan = 20 * time.Minute
	// demoGoesOn is how long after its script a demo plays ordinary days.
	demoGoesOn = 365 * 24 * 60
	// demoAlerts is how long before the start incidents are looked for, and
	// what was expected is kept for the chart of a day.
	demoAlerts = 24 * 60
	// demoLearns is how much of the past the detector learns from: two weeks show
	// both weekends twice, and take half as long as four.
	demoLearns = 14 * 24 * 60
)

// demo plays a past outage as if it had begun shortly before the server. Four
// weeks and a day of reports go straight into the archive; from the minute of the
// start on they come in one by one, as an import does. What is found in them, the
// detector finds.
//
// A nil demo is none: it is loaded before it begins.
type demo struct {
	script  *scenario.Script
	options scenario.Options // moved to now
	started outage.Minute    // played from here on, loaded before
	ground  *ground
	logger  *slog.Logger
	now     func() time.Time

	db      *archive.DB
	desk    *intake.Desk
	reached func() outage.Minute        // by the detector
	ready   func(context.Context) error // waits until the server takes reports

	recent chan struct{} // closed once the archive has the hot window
	filled chan struct{} // closed once the archive has everything
	done   atomic.Int64  // minutes that the archive has
}

// newDemo moves the scenario to the present. The archive, the intake and the
// detector are given to it when they are built.
func newDemo(services []outage.Service, geography *cell.Geography, now func() time.Time, logger *slog.Logger) (*demo, error) {
	script, err := scenario.Load(demoScenario)
	if err != nil {
		return nil, err
	}
	script.Span.To += demoGoesOn
	places, err := world.Cities(geography)
	if err != nil {
		return nil, err
	}
	started := now()
	d := &demo{
		script: script, started: outage.MinuteOf(started), ground: newGround(geography), logger: logger, now: now,
		recent: make(chan struct{}), filled: make(chan struct{}),
	}
	d.options = scenario.Options{Services: services, Places: places, Shift: script.ShiftTo(started.Add(-demoBegan))}
	return d, nil
}

// run loads the past and then plays, until ctx ends.
func (d *demo) run(ctx context.Context) error {
	d.logger.Info("replaying an outage as if it began now; reports made meanwhile count beside, and are gone at the next start",
		"scenario", d.script.Name, "began", (d.script.Began + d.shift()).Time())
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return d.tell(ctx) })
	work.Go(func() error { return d.load(ctx) })
	work.Go(func() error {
		if err := d.ready(ctx); err != nil {
			return err
		}
		return d.play(ctx)
	})
	return work.Wait()
}

// load fills the archive: first with the hot window, and with the weeks before it
// once the server is ready.
func (d *demo) load(ctx context.Context) error {
	if err := d.db.Merge(ctx, false); err != nil {
		return err
	}
	hot := d.started - outage.Minute(bucket.HotWindow/time.Minute) - 1
	if err := d.fill(ctx, outage.Span{From: hot, To: d.started}); err != nil {
		return err
	}
	close(d.recent)
	if err := d.ready(ctx); err != nil {
		return err
	}
	if err := d.fill(ctx, outage.Span{From: d.started - d.past(), To: hot}); err != nil {
		return err
	}
	close(d.filled)
	return nil
}

// shift is how far the scenario was moved.
func (d *demo) shift() outage.Minute { return outage.Minute(d.options.Shift / time.Minute) }

// past is how many minutes are loaded.
func (d *demo) past() outage.Minute { return d.started - d.script.Span.From - d.shift() }

// whenRecent waits until the archive has what the counters are restored from.
func (d *demo) whenRecent(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return closed(ctx, d.recent)
}

// whenFilled waits until the archive has what the detector learns from.
func (d *demo) whenFilled(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return closed(ctx, d.filled)
}

// alertFrom is the first minute in which the detector looks for incidents.
func (d *demo) alertFrom() outage.Minute {
	if d == nil {
		return 0
	}
	return d.started - demoAlerts
}

// warmUp is how much of the past the detector learns from.
func (d *demo) warmUp() time.Duration {
	if d == nil {
		return 0
	}
	return demoLearns * time.Minute
}

// closed waits for a channel to be closed.
func closed(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Loaded is how much of the past is there and learnt, from 0 to 1. Learning
// takes longer than loading.
func (d *demo) Loaded() float64 {
	const loading = .2
	part := func(minutes, of outage.Minute) float64 { return max(0, min(1, float64(minutes)/float64(of))) }
	const learns = demoLearns + demoAlerts
	return loading*part(outage.Minute(d.done.Load()), d.past()) + (1-loading)*part(d.reached()-d.started+learns, learns)
}

// Sources are the pages that the known counts come from.
func (d *demo) Sources() []frontend.Source {
	var sources []frontend.Source
	for _, source := range d.script.Sources {
		sources = append(sources, frontend.Source{URL: source.URL, Says: source.Says})
	}
	return sources
}

// tell writes how far the demo is, every few seconds until it is there.
func (d *demo) tell(ctx context.Context) error {
	const look, lineEvery = 500 * time.Millisecond, 6 // looks
	began := d.now()
	ticks := time.NewTicker(look)
	defer ticks.Stop()
	for looked := 0; d.Loaded() < 1; looked++ {
		if looked%lineEvery == 0 {
			d.logger.Info("demo: "+d.doing(), "percent", int(100*d.Loaded()))
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
	d.logger.Info("demo is loaded", "percent", 100, "seconds", d.now().Sub(began).Seconds())
	return d.db.Merge(ctx, true)
}

// doing is what a demo that is not loaded does.
func (d *demo) doing() string {
	if outage.Minute(d.done.Load()) < d.past() {
		return "loading four weeks of reports"
	}
	return "learning what is normal"
}
