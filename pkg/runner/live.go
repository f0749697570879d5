package runner

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Watermark is how long after its end a minute is taken to be complete.
const Watermark = 20 * time.Second

// warmUp is the time before the present that a detector without a state learns from.
const warmUp = 28 * 24 * time.Hour

// Source returns the counts of closed minutes. It may block, and fails while its store is
// unavailable.
type Source interface {
	Counts(ctx context.Context, query outage.Query) ([]outage.Count, error)
}

// BlockSource returns the parts of blocks of networks in the counts of recent minutes, in
// any order. It may block for a round trip, and fail.
type BlockSource interface {
	Blocks(ctx context.Context, span outage.Span) ([]outage.BlockCount, error)
}

// Repository stores incidents. Open takes over from the leader before; Append is
// idempotent, and fails where another server is the leader.
type Repository interface {
	Open(ctx context.Context) error
	Append(ctx context.Context, at time.Time, changes []outage.Incident) error
}

// Lease elects the leader among several servers. It may block for a round trip.
type Lease interface {
	// Hold takes or renews the lease. The term changes whenever it is taken again.
	Hold(ctx context.Context) (term int64, held bool, err error)
	Release(ctx context.Context) error
	// Length is how long it lasts when it is not renewed.
	Length() time.Duration
}

// States stores the state of the detector. Load returns nil where there is none; Store
// fails where another server detects.
type States interface {
	Load(ctx context.Context) ([]byte, error)
	Store(ctx context.Context, state []byte) error
}

// Normals stores the expected counts.
type Normals interface {
	KeepNormals(ctx context.Context, normals []outage.ServiceNormal) error
}

// LiveConfig is what a Live depends on.
type LiveConfig struct {
	Engine engine.Config
	Hot    Source      // the recent minutes
	Blocks BlockSource // of the minutes of Hot; nil for none
	Past   Source      // for what a restart missed, and for a first start
	// HotFrom is the first minute of Hot.
	HotFrom func() outage.Minute
	// WarmUp is the time before the present that a detector without a state learns
	// from; four weeks where it is 0.
	WarmUp time.Duration
	// AlertFrom is the first minute that may open an incident, for a detector
	// without a state. Zero is the current one.
	AlertFrom  outage.Minute
	Repository Repository
	States     States
	Normals    Normals
	Lease      Lease // nil where there is but one server
	Now        func() time.Time
	Logger     *slog.Logger
}

// Live runs an engine in real time, on each minute once it is over. The state is saved
// after each minute, so that a restart continues there and processes the missed minutes.
type Live struct {
	config     LiveConfig
	engine     *engine.Engine
	view       atomic.Pointer[outage.View]
	reached    atomic.Int64
	leads      atomic.Bool
	term       int64     // of the engine
	followedAt time.Time // when the state of another server was last read
}

// NewLive makes a Live. Run detects.
func NewLive(config LiveConfig) *Live { return &Live{config: config} }

// View is the state of all services after the last minute, or nil before the first.
func (l *Live) View() *outage.View { return l.view.Load() }

// Reached is the minute before which all minutes were learnt or processed, 0 before any:
// the progress of a first start or a restart.
func (l *Live) Reached() outage.Minute { return outage.Minute(l.reached.Load()) }

// Run detects until ctx ends, and repeats what fails.
func (l *Live) Run(ctx context.Context) error {
	defer l.renew(ctx)()
	const every = time.Second
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	var logged string
	for {
		err := l.advance(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != logged {
			l.config.Logger.Warn("detector failed, retrying", "error", err)
		}
		logged = fmt.Sprint(err)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// catchUp processes all minutes that are over.
func (l *Live) catchUp(ctx context.Context) error {
	if l.engine == nil {
		if err := l.restore(ctx); err != nil {
			return err
		}
	}
	closed := outage.MinuteOf(l.config.Now().Add(-Watermark)) - 1
	last, started := l.engine.Last()
	next := last + 1
	if !started {
		next = closed
	}
	for next <= closed {
		// Missed minutes are read in pieces, and the state is saved after each.
		const piece = 24 * 60
		span := outage.Span{From: next, To: min(closed+1, next+piece)}
		if err := l.process(ctx, span); err != nil {
			return err
		}
		next = span.To
	}
	return nil
}

// restore restores the state, or learns from the archive where there is none.
func (l *Live) restore(ctx context.Context) error {
	state, err := l.config.States.Load(ctx)
	if err != nil {
		return fmt.Errorf("loading the detector state: %w", err)
	}
	if err := l.config.Repository.Open(ctx); err != nil {
		return err
	}
	fresh := engine.New(l.config.Engine)
	if state != nil {
		err := fresh.Restore(bytes.NewReader(state))
		if err == nil {
			l.engine = fresh
			l.view.Store(fresh.View())
			return nil
		}
		l.config.Logger.Warn("detector state unreadable, learning from the archive", "error", err)
	}
	config := l.config.Engine
	config.AlertFrom = cmp.Or(l.config.AlertFrom, outage.MinuteOf(l.config.Now().Add(-Watermark)))
	fresh = engine.New(config)
	for from := config.AlertFrom - outage.Minute(cmp.Or(l.config.WarmUp, warmUp)/time.Minute); from < config.AlertFrom; from += 24 * 60 {
		span := outage.Span{From: from, To: min(config.AlertFrom, from+24*60)}
		if err := l.tick(ctx, fresh, span, false); err != nil {
			return err
		}
		l.reached.Store(int64(span.To))
	}
	l.engine = fresh
	return nil
}

// process ticks through a span, stores the changes, and saves the state. After a crash in
// between, the same minutes give the same changes again.
func (l *Live) process(ctx context.Context, span outage.Span) error {
	if err := l.tick(ctx, l.engine, span, true); err != nil {
		// The engine may be in the middle of the span: continue from the saved state.
		l.engine = nil
		return err
	}
	var state bytes.Buffer
	if err := l.engine.Save(&state); err != nil {
		return err
	}
	l.view.Store(l.engine.View())
	l.reached.Store(int64(span.To))
	if err := l.config.States.Store(ctx, state.Bytes()); err != nil {
		return fmt.Errorf("saving the detector state: %w", err)
	}
	return nil
}

// tick ticks an engine through every minute of a span. With report, changes and expected
// counts are stored.
func (l *Live) tick(ctx context.Context, e *engine.Engine, span outage.Span, report bool) error {
	minutes, err := l.read(ctx, span)
	if err != nil {
		return err
	}
	_, started := e.Last()
	var normals []outage.ServiceNormal
	for minute := span.From; minute < span.To; minute++ {
		if err := ctx.Err(); err != nil {
			return err // a day of minutes takes a while
		}
		counts := minutes[minute]
		if !started && !report && !reported(counts) {
			continue // history begins with its first report
		}
		started = true
		began := time.Now()
		changed, err := e.Tick(minute, counts)
		if err != nil {
			return err
		}
		if !report {
			continue
		}
		tickDuration.Observe(time.Since(began).Seconds())
		if len(changed) > 0 {
			if err := l.config.Repository.Append(ctx, (minute + 1).Time(), changed); err != nil {
				return err
			}
		}
		if minute.Floor(outage.NormalSlot) == minute {
			normals = append(normals, e.Normals(minute)...)
		}
	}
	if len(normals) == 0 {
		return nil
	}
	if err := l.config.Normals.KeepNormals(ctx, normals); err != nil {
		l.config.Logger.Warn("storing the expected counts failed", "error", err)
	}
	return nil
}

// read returns the counts of a span, by minute. Blocks of networks are not archived.
func (l *Live) read(ctx context.Context, span outage.Span) (map[outage.Minute][]outage.Judged, error) {
	if span.From < l.config.HotFrom() {
		return Minutes(ctx, l.config.Past, nil, span)
	}
	return Minutes(ctx, l.config.Hot, l.config.Blocks, span)
}

// blockPlace is the key of the parts of blocks.
type blockPlace struct {
	service string
	country outage.Country
	cell    outage.Cell
	minute  outage.Minute
}

// readBlocks reads the parts of blocks in a span.
func readBlocks(ctx context.Context, source BlockSource, span outage.Span) (map[blockPlace][]outage.BlockShare, error) {
	shares := map[blockPlace][]outage.BlockShare{}
	if source == nil {
		return shares, nil
	}
	counts, err := source.Blocks(ctx, span)
	for _, c := range counts {
		at := blockPlace{c.Service, c.Country, c.Cell, c.Start}
		shares[at] = append(shares[at], c.BlockShare)
	}
	return shares, err
}

// Minutes reads the counts of a span as arguments of Engine.Tick, by minute. blocks may be
// nil.
func Minutes(ctx context.Context, source Source, blocks BlockSource, span outage.Span) (map[outage.Minute][]outage.Judged, error) {
	counts, err := source.Counts(ctx, outage.Query{Span: span, Step: 1, ByPlace: true})
	if err != nil {
		return nil, err
	}
	shares, err := readBlocks(ctx, blocks, span)
	if err != nil {
		return nil, err
	}
	minutes := map[outage.Minute][]outage.Judged{}
	for _, c := range counts {
		if !c.Country.Covered() {
			continue // counted while the server covered other countries
		}
		n := int(max(0, c.N))
		judged := outage.Judged{Service: c.Service, Country: c.Country, Cell: c.Cell}
		switch c.Kind {
		case outage.Problem:
			// Counts after the caps may be fractions.
			judged.Reporters = max(0, int(math.Round(c.Judged)))
			judged.Vouched = int(max(0, c.Keyed))
			judged.Capped = max(0, n-judged.Reporters)
			judged.Networks = int(max(0, c.Prefixes))
			judged.Blocks = shares[blockPlace{c.Service, c.Country, c.Cell, c.Start}]
		case outage.Works:
			judged.Works = n
		case outage.Back:
			judged.Back = n
		}
		if judged.Reporters+judged.Capped+judged.Works+judged.Back > 0 {
			minutes[c.Start] = append(minutes[c.Start], judged)
		}
	}
	return minutes, addNamed(ctx, source, span, minutes)
}

// reported reports whether there is a problem report among the counts.
func reported(counts []outage.Judged) bool {
	return slices.ContainsFunc(counts, func(c outage.Judged) bool { return c.Reporters > 0 })
}
