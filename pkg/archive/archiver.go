package archive

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"downpour/pkg/outage"
)

// Config is what an Archiver is made of.
type Config struct {
	DB     *DB
	Log    Log
	Plans  Plans
	Logger *slog.Logger
	// Every is the longest that an entry waits for a batch while ClickHouse
	// answers.
	Every time.Duration
	// Records is the most log records of a shard that one batch takes.
	Records int
	// fault is called at each step by tests that kill the process there.
	fault func(step string)
}

// leadFor is how long a server archives before it must say so again. Another
// server takes over after it.
const leadFor = 15 * time.Second

// Archiver moves the log into ClickHouse.
type Archiver struct {
	Config
	server string
	kicks  chan struct{}

	mutex    sync.Mutex
	archived Positions
	advanced chan struct{} // closed and replaced whenever archived grows
	failing  error         // why the last try failed, nil after a success
}

// NewArchiver makes an Archiver, which works while its Run does.
func NewArchiver(config Config) *Archiver {
	if config.Every == 0 {
		config.Every = time.Second
	}
	if config.Records == 0 {
		config.Records = 64
	}
	if config.fault == nil {
		config.fault = func(string) {}
	}
	return &Archiver{
		Config: config, server: rand.Text(), kicks: make(chan struct{}, 1),
		archived: Positions{}, advanced: make(chan struct{}),
	}
}

// Run archives until ctx ends. What fails is tried again: it is all in the log.
// It returns an error where ClickHouse is one that the archive cannot use.
func (a *Archiver) Run(ctx context.Context) error {
	ticks := time.NewTicker(a.Every)
	defer ticks.Stop()
	for {
		err := a.prepare(ctx)
		if err == nil || ctx.Err() != nil {
			break
		}
		if refused(err) {
			return err
		}
		a.note(ctx, err)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
	for {
		a.catchUp(ctx)
		select {
		case <-ticks.C:
		case <-a.kicks:
			if a.Failing() != nil { // no hurry while ClickHouse is away
				select {
				case <-ticks.C:
				case <-ctx.Done():
				}
			}
		case <-ctx.Done():
			// One more round for what came while the other parts stopped.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leadFor)
			defer cancel()
			a.catchUp(last)
			return nil
		}
	}
}

// prepare brings the tables up to date, unless another server leads and does.
func (a *Archiver) prepare(ctx context.Context) error {
	leads, err := a.Plans.Lead(ctx, a.server, leadFor)
	if err != nil || !leads {
		return err
	}
	return a.DB.Prepare(ctx)
}

// Failing is why the archive does not advance, or nil.
func (a *Archiver) Failing() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.failing
}

// catchUp archives batch after batch until the log holds none.
func (a *Archiver) catchUp(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := a.round(ctx)
		a.note(ctx, err)
		if err != nil || !more {
			return
		}
	}
}

func (a *Archiver) note(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	a.mutex.Lock()
	before := a.failing
	a.failing = err
	a.mutex.Unlock()
	if err != nil && before == nil {
		a.Logger.Warn("archive does not advance; reports wait in the log", "error", err)
	}
	if err == nil && before != nil {
		a.Logger.Info("archive advances again")
	}
}

// round takes one batch from the log to the archive, or goes on with the one
// under way. more says that the log may hold others.
func (a *Archiver) round(ctx context.Context) (more bool, err error) {
	leads, err := a.Plans.Lead(ctx, a.server, leadFor)
	if err != nil || !leads {
		return false, err
	}
	plan, err := a.Plans.Standing(ctx)
	if err != nil {
		return false, err
	}
	if plan != nil {
		return true, a.finish(ctx, *plan, nil)
	}
	entries, to, more, err := a.Log.Oldest(ctx, a.Records)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	fresh := Plan{Token: rand.Text(), To: to}
	a.fault("before plan")
	if err := a.Plans.Begin(ctx, fresh); err != nil {
		return false, err
	}
	a.fault("planned")
	return more, a.finish(ctx, fresh, entries)
}

// finish brings a batch that is written down into the archive. entries are its
// rows where they are already known.
func (a *Archiver) finish(ctx context.Context, plan Plan, entries []outage.Entry) error {
	if !plan.Done {
		if entries == nil {
			var err error
			if entries, err = a.Log.Read(ctx, plan.To); err != nil {
				return err
			}
		}
		if err := a.DB.insert(ctx, plan.Token, entries); err != nil {
			return fmt.Errorf("archiving %d reports: %w", len(entries), err)
		}
		a.fault("inserted")
		plan.Done = true
		if err := a.Plans.Advance(ctx, plan.Token, &plan); err != nil {
			return err
		}
		a.fault("marked")
	}
	if err := a.Log.Trim(ctx, plan.To); err != nil {
		return err
	}
	a.fault("trimmed")
	if err := a.Plans.Advance(ctx, plan.Token, nil); err != nil {
		return err
	}
	a.fault("ended")
	a.settle(plan.To)
	return nil
}

// settle tells those who wait that the log is archived up to the positions.
func (a *Archiver) settle(to Positions) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for shard, id := range to {
		a.archived[shard] = id
	}
	close(a.advanced)
	a.advanced = make(chan struct{})
}

// Wait returns once the log of a shard is archived up to an entry, or with the
// error of ctx. It makes the next batch begin at once.
func (a *Archiver) Wait(ctx context.Context, shard int, entry string) error {
	for {
		a.mutex.Lock()
		reached := !before(a.archived[shard], entry)
		advanced := a.advanced
		a.mutex.Unlock()
		if reached {
			return nil
		}
		select {
		case a.kicks <- struct{}{}:
		default:
		}
		select {
		case <-advanced:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// before compares ids of log records, which are milliseconds and a sequence
// number with a dash between them.
func before(a, b string) bool {
	aMillis, aSequence := splitID(a)
	bMillis, bSequence := splitID(b)
	if aMillis != bMillis {
		return aMillis < bMillis
	}
	return aSequence < bSequence
}

func splitID(id string) (millis, sequence uint64) {
	first, second, _ := strings.Cut(id, "-")
	millis, _ = strconv.ParseUint(first, 10, 64) // an id that is none counts as 0
	sequence, _ = strconv.ParseUint(second, 10, 64)
	return millis, sequence
}
