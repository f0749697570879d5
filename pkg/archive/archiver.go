package archive

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

// Config is the configuration of an Archiver.
type Config struct {
	DB      *DB
	Log     Log
	Batches BatchLog
	Logger  *slog.Logger
	// Journal stores a batch while it is inserted; nil where the log is durable.
	Journal *Journal
	// Every is the longest that an entry waits for a batch while ClickHouse
	// answers.
	Every time.Duration
	// Floor is the least number of reports that the public table shows, which RunFloor
	// computes days with.
	Floor int
	// Records is the most log records of a shard in one batch, as long as they have many
	// rows; up to eight times as many make a batch where they have few.
	Records int
	// fault is called at each step by tests that kill the process there.
	fault func(step string)
}

// leadFor is the length of the archiver's lease. Another server takes over after it.
const leadFor = 15 * time.Second

// Archiver moves the report log into ClickHouse, each entry exactly once.
type Archiver struct {
	Config
	server string
	kicks  chan struct{}

	prepared chan struct{} // closed by recover

	mutex    sync.Mutex
	archived Positions
	advanced chan struct{} // closed and replaced whenever archived grows
	failing  error         // of the last attempt, nil after a success

	most       int              // log records of a shard in the next batch
	maintained outage.Minute    // the minute of the last maintain
	logged     map[string]int64 // damaged parts by table, as last logged
	damaged    atomic.Int64

	repairs     *retry.Schedule
	repairAfter time.Time // the earliest next repair
}

// NewArchiver makes an Archiver. Run archives.
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
		Config: config, most: config.Records, server: rand.Text(), kicks: make(chan struct{}, 1),
		archived: Positions{}, advanced: make(chan struct{}), prepared: make(chan struct{}), logged: map[string]int64{},
		repairs: repairWaits.Schedule(),
	}
}

// Run archives until ctx ends, and retries what fails. It returns an error where ClickHouse
// cannot be used.
func (a *Archiver) Run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.prepare, a.recover} {
		if err := a.retry(ctx, step); err != nil || ctx.Err() != nil {
			return err
		}
	}
	ticks := time.NewTicker(a.Every)
	defer ticks.Stop()
	for {
		a.catchUp(ctx)
		a.maintain(ctx, time.Now())
		select {
		case <-ticks.C:
		case <-a.kicks:
			if a.Failing() != nil { // wait for the next tick while ClickHouse fails
				select {
				case <-ticks.C:
				case <-ctx.Done():
				}
			}
		case <-ctx.Done():
			// A last round for entries that arrived while other components stopped.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leadFor)
			defer cancel()
			a.catchUp(last)
			return nil
		}
	}
}

// retry repeats a step of the start until it succeeds or ctx ends. It returns permanent
// errors of ClickHouse.
func (a *Archiver) retry(ctx context.Context, step func(context.Context) error) error {
	first := min(a.Every, time.Second)
	waits := retry.Waits{First: first, Most: 5 * first}
	err := waits.Do(ctx, func() error {
		err := step(ctx)
		if refused(err) {
			return retry.Permanent(err)
		}
		return err
	}, func(err error) { a.setFailing(ctx, err) })
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// prepare migrates the tables, unless another server has the lease and does so.
func (a *Archiver) prepare(ctx context.Context) error {
	leads, err := a.Batches.Lead(ctx, a.server, leadFor)
	if err != nil || !leads {
		return ofLog(err)
	}
	return a.DB.Prepare(ctx)
}

// A LogError is an error of the report log or of the batch log, not of ClickHouse.
type LogError struct{ error }

// Unwrap returns the error itself.
func (e *LogError) Unwrap() error { return e.error }

func ofLog(err error) error {
	if err == nil {
		return nil
	}
	return &LogError{err}
}

// Failing is the error of the last attempt, or nil. It is a *LogError where the log failed.
func (a *Archiver) Failing() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.failing
}

// catchUp archives batch after batch until the log is empty.
func (a *Archiver) catchUp(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := a.archiveBatch(ctx)
		a.setFailing(ctx, err)
		switch {
		case a.repair(ctx, err, time.Now()):
		case err != nil:
			return
		default:
			a.repairs.Reset()
			if !more {
				return
			}
		}
	}
}

// maintain looks whether the tables are there, deletes expired identities and checks for
// damaged parts, once a minute, unless a batch may be half inserted.
func (a *Archiver) maintain(ctx context.Context, now time.Time) {
	minute := outage.MinuteOf(now)
	if minute == a.maintained || a.Failing() != nil || ctx.Err() != nil {
		return
	}
	if err := a.DB.checkExists(ctx); lost(err) && !a.repair(ctx, err, now) {
		a.maintained = minute
		return
	}
	if err := errors.Join(a.DB.Expire(ctx, now), a.inspect(ctx)); err != nil {
		a.Logger.Warn("maintaining the archive failed", "error", err)
		return
	}
	a.maintained = minute
}

func (a *Archiver) setFailing(ctx context.Context, err error) {
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

// archiveBatch moves one batch from the log to the archive, or completes the
// current one. more reports that the log may have others.
func (a *Archiver) archiveBatch(ctx context.Context) (more bool, err error) {
	leads, err := a.Batches.Lead(ctx, a.server, leadFor)
	if err != nil || !leads {
		return false, ofLog(err)
	}
	batch, err := a.Batches.Current(ctx)
	if err != nil {
		return false, ofLog(err)
	}
	if batch != nil {
		return true, a.finish(ctx, *batch, nil)
	}
	entries, to, more, err := a.Log.Oldest(ctx, a.most)
	if err != nil || len(entries) == 0 {
		return false, ofLog(err)
	}
	a.adapt(len(entries), more)
	token, err := a.DB.newToken(ctx)
	if err != nil {
		return false, err
	}
	fresh := Batch{Token: token, To: to}
	a.fault("before plan")
	if err := a.Batches.Begin(ctx, fresh); err != nil {
		return false, ofLog(err)
	}
	a.fault("planned")
	return more, a.finish(ctx, fresh, entries)
}

// Rows of a batch: an insert of few costs nearly as much as one of many, and one of too many
// takes memory.
const (
	fewRows  = 16_384
	manyRows = 65_536
)

// adapt sets how many log records make the next batch, by the rows of the last one. more
// says that records were left.
func (a *Archiver) adapt(rows int, more bool) {
	switch {
	case more && rows < fewRows:
		a.most = min(2*a.most, 8*a.Records)
	case rows > manyRows:
		a.most = max(a.most/2, a.Records)
	}
}

// finish moves a batch that is in the batch log into the archive. entries are its
// rows where they are already known.
func (a *Archiver) finish(ctx context.Context, batch Batch, entries []outage.Entry) error {
	if !batch.Done {
		if err := a.insert(ctx, batch, entries); err != nil {
			return err
		}
		a.fault("inserted")
		batch.Done = true
		if err := a.Batches.Advance(ctx, batch.Token, &batch); err != nil {
			return ofLog(err)
		}
		a.fault("marked")
	}
	if a.Journal != nil {
		if err := a.Journal.remove(); err != nil {
			return err
		}
	}
	if err := a.Log.Trim(ctx, batch.To); err != nil {
		return ofLog(err)
	}
	a.fault("trimmed")
	if err := a.Batches.Advance(ctx, batch.Token, nil); err != nil {
		return ofLog(err)
	}
	a.fault("ended")
	a.settle(batch.To)
	return nil
}

// insert writes the rows of a batch into the tables. Where entries are not known,
// an earlier insert may have been made.
func (a *Archiver) insert(ctx context.Context, batch Batch, entries []outage.Entry) (err error) {
	insert := a.DB.insert
	if entries == nil {
		insert = a.DB.insertAgain
		if entries, err = a.Log.Read(ctx, batch.To); err != nil {
			return ofLog(err)
		}
	}
	if a.Journal != nil {
		if err := a.Journal.write(batch.Token, entries); err != nil {
			return err
		}
	}
	stop := timeInsert()
	err = insert(ctx, batch.Token, entries)
	stop()
	if err != nil {
		return fmt.Errorf("archiving %d reports: %w", len(entries), err)
	}
	rowsTotal.Add(float64(len(entries)))
	return nil
}

// recover completes the batch that a process before this one left in the
// journal.
func (a *Archiver) recover(ctx context.Context) error {
	if a.Journal != nil {
		token, entries, err := a.Journal.read()
		if err == nil && token != "" {
			err = a.DB.insertAgain(ctx, token, entries)
		}
		if err == nil {
			err = a.Journal.remove()
		}
		if err != nil {
			return fmt.Errorf("completing the last batch: %w", err)
		}
	}
	close(a.prepared)
	return nil
}

// Prepared is closed once the tables exist and the last batch of the process before this
// one is complete.
func (a *Archiver) Prepared() <-chan struct{} { return a.prepared }
