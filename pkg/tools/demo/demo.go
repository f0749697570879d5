// Package demo plays a past outage as if it had begun shortly before the server
// started. It owns the data directory of the demo, which it empties at each start.
//
// The reports before the start go straight into the archive; those after it go
// through the intake, as an import does. It computes no incidents: what is found
// in the reports, the detector of the server finds.
package demo

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

const (
	// Scenario is the built-in script that is played.
	Scenario = "whatsapp-2025-02-28"
	// beganBefore is how long before the start of the server the outage began.
	beganBefore = 20 * time.Minute
	// continueFor is how long after its script a demo plays ordinary days.
	continueFor = 365 * 24 * 60
	// alertMinutes is how long before the start incidents are looked for, and
	// what was expected is kept for the chart of a day.
	alertMinutes = 24 * 60
	// learnMinutes is how much of the past the detector learns from: two weeks show
	// both weekends twice, and take half as long as four.
	learnMinutes = 14 * 24 * 60
)

// Archive is where the past is loaded.
type Archive interface {
	// Load inserts reports once for each token.
	Load(ctx context.Context, token string, entries []outage.Entry) error
	// Merge allows or forbids merges of parts in the background.
	Merge(ctx context.Context, may bool) error
}

// Intake takes what happens from the start on.
type Intake interface {
	TakeBatch(ctx context.Context, importer string, body []byte, idempotencyKey string) (outage.BatchReceipt, error)
}

// Official takes what the vendor of the scenario says.
type Official interface {
	Enter(ctx context.Context, service, page string, notice outage.Notice) (outage.Official, error)
}

// Geography finds the cell, the region and the district of a point.
type Geography interface {
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
	DistrictOf(cell outage.Cell, region outage.Region) outage.District
}

// Config is what a demo is made of.
type Config struct {
	World     world.World
	Geography Geography
	HotWindow time.Duration // of the counters, which are restored from the archive
	Now       func() time.Time
	Logger    *slog.Logger
}

// Server is the parts of the server that a demo works with.
type Server struct {
	Archive Archive
	Intake  Intake
	// Official may be nil: then no vendor says anything.
	Official Official
	Reached  func() outage.Minute        // by the detector
	Ready    func(context.Context) error // waits until the server takes reports
}

// Demo is one run of the demo. A nil Demo is none: it is loaded before it begins.
type Demo struct {
	config Config
	Server
	script  *scenario.Script
	options scenario.Options // moved to now
	started outage.Minute    // played from here on, loaded before
	cells   *locateCache

	recent chan struct{} // closed once the archive has the hot window
	filled chan struct{} // closed once the archive has everything
	done   atomic.Int64  // minutes that the archive has
}

// New moves the scenario to the present.
func New(config Config) (*Demo, error) {
	script, err := scenario.Load(Scenario)
	if err != nil {
		return nil, err
	}
	script.Span.To += continueFor
	started := config.Now()
	d := &Demo{
		config: config, script: script, started: outage.MinuteOf(started), cells: newLocateCache(config.Geography),
		recent: make(chan struct{}), filled: make(chan struct{}),
	}
	d.options = scenario.Options{
		Services: config.World.Services, Places: config.World.Cities, Shift: script.ShiftTo(started.Add(-beganBefore)),
	}
	return d, nil
}

// Connect gives the demo the parts of the server, before Run and Loaded.
func (d *Demo) Connect(server Server) { d.Server = server }

// Run loads the past and then plays, until ctx ends.
func (d *Demo) Run(ctx context.Context) error {
	d.config.Logger.Info("replaying an outage as if it began now; reports made meanwhile are counted as well, and deleted at the next start",
		"scenario", d.script.Name, "began", (d.script.Began + d.shift()).Time())
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return d.logProgress(ctx) })
	work.Go(func() error { return d.load(ctx) })
	work.Go(func() error {
		if err := d.Ready(ctx); err != nil {
			return err
		}
		return d.play(ctx)
	})
	work.Go(func() error { return d.playNotices(ctx) })
	return work.Wait()
}

// load fills the archive: first with the hot window, and with the weeks before it
// once the server is ready.
func (d *Demo) load(ctx context.Context) error {
	if err := d.Archive.Merge(ctx, false); err != nil {
		return err
	}
	hot := d.started - outage.Minute(d.config.HotWindow/time.Minute) - 1
	if err := d.fill(ctx, outage.Span{From: hot, To: d.started}); err != nil {
		return err
	}
	close(d.recent)
	if err := d.Ready(ctx); err != nil {
		return err
	}
	if err := d.fill(ctx, outage.Span{From: d.started - d.past(), To: hot}); err != nil {
		return err
	}
	close(d.filled)
	return nil
}

// shift is how far the scenario was moved.
func (d *Demo) shift() outage.Minute { return outage.Minute(d.options.Shift / time.Minute) }

// past is how many minutes are loaded.
func (d *Demo) past() outage.Minute { return d.started - d.script.Span.From - d.shift() }

// WhenRecent waits until the archive has what the counters are restored from.
func (d *Demo) WhenRecent(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return closed(ctx, d.recent)
}

// WhenFilled waits until the archive has what the detector learns from.
func (d *Demo) WhenFilled(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return closed(ctx, d.filled)
}

// AlertFrom is the first minute in which the detector looks for incidents.
func (d *Demo) AlertFrom() outage.Minute {
	if d == nil {
		return 0
	}
	return d.started - alertMinutes
}

// WarmUp is how much of the past the detector learns from.
func (d *Demo) WarmUp() time.Duration {
	if d == nil {
		return 0
	}
	return learnMinutes * time.Minute
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

// Loaded is the share of the past that is loaded and learnt, from 0 to 1.
// Learning takes longer than loading.
func (d *Demo) Loaded() float64 {
	const loading = .2
	part := func(minutes, of outage.Minute) float64 { return max(0, min(1, float64(minutes)/float64(of))) }
	const learns = learnMinutes + alertMinutes
	return loading*part(outage.Minute(d.done.Load()), d.past()) + (1-loading)*part(d.Reached()-d.started+learns, learns)
}

// Sources are the pages that the known counts come from.
func (d *Demo) Sources() []scenario.Source { return d.script.Sources }

// logProgress logs how much is loaded, every few seconds until all is.
func (d *Demo) logProgress(ctx context.Context) error {
	const look, lineEvery = 500 * time.Millisecond, 6 // looks
	began := d.config.Now()
	ticks := time.NewTicker(look)
	defer ticks.Stop()
	for looked := 0; d.Loaded() < 1; looked++ {
		if looked%lineEvery == 0 {
			d.config.Logger.Info("demo: "+d.doing(), "percent", int(100*d.Loaded()))
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
	d.config.Logger.Info("demo is loaded", "percent", 100, "seconds", d.config.Now().Sub(began).Seconds())
	return d.Archive.Merge(ctx, true)
}

// doing names the step that a demo is at before it is loaded.
func (d *Demo) doing() string {
	if outage.Minute(d.done.Load()) < d.past() {
		return "loading four weeks of reports"
	}
	return "learning what is normal"
}
