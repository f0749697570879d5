package bucket

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Config is the configuration of a Store.
type Config struct {
	Redis   *Redis
	Logger  *slog.Logger
	Now     func() time.Time
	Durable Durable // nil where Redis itself is persistent

	// Cap is the number of reports in a half hour up to which the reports of a network
	// prefix without usual reporters have full weight; further reports weigh less. It
	// is one by default: a network counts as one person until it has shown more over
	// weeks.
	Cap int
	// Writers is how many batches are sent to Redis concurrently.
	Writers int
	// Batch is the most reports of one round trip.
	Batch int
	// Queue is how many reports may wait; beyond it reports are rejected.
	Queue int
	// LogLimit is how many records of the log may wait for the archive; beyond it
	// reports are rejected until the archive has caught up.
	LogLimit int64
	// Patience is the timeout of a report.
	Patience time.Duration
}

func (c *Config) setDefaults() {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	defaults := []struct {
		value *int
		is    int
	}{{&c.Cap, 1}, {&c.Writers, 2}, {&c.Batch, 512}, {&c.Queue, 16_384}}
	for _, d := range defaults {
		if *d.value == 0 {
			*d.value = d.is
		}
	}
	if c.LogLimit == 0 {
		c.LogLimit = 2_000_000
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
}

// Store stores reports. Its methods are safe for concurrent use.
type Store struct {
	Config
	queue chan *pending
	// Of the last Restore.
	ready atomic.Bool
	full  atomic.Bool // the log is full
	busy  atomic.Bool // imports must wait

	readError atomic.Pointer[error] // of the last Restore

	// The log as Restore last measured it, for the metrics.
	logLength atomic.Int64
	logOldest atomic.Int64 // milliseconds since 1970; 0 is an empty log
	logRead   atomic.Int64 // when logOldest was read, in the same unit

	imports chan struct{} // one token for each import in progress
}

// pending is a report to store, and the channel for its result.
type pending struct {
	report outage.Report
	done   chan result // of capacity one, so that a caller that left does not block the writer

	timeline timeline
	request  string // of an imported line
}

type result struct {
	counted bool
	err     error
}

// NewStore makes a Store. Run writes the reports.
func NewStore(config Config) *Store {
	config.setDefaults()
	return &Store{Config: config, queue: make(chan *pending, config.Queue), imports: make(chan struct{}, importsAtOnce)}
}

// Add stores a report and returns whether it counted. When it returns without an error, a
// crash does not lose the report. Adding a report whose ID is in the ledger changes
// nothing and returns the first outcome, so that an Add that failed may be repeated.
// Errors carry an outage.Error: of CodeUnavailable where the report was certainly not
// stored, else of CodeOutcomeUnknown.
func (s *Store) Add(ctx context.Context, report outage.Report) (counted bool, err error) {
	if s.full.Load() {
		return false, unavailable("queueing a report", errors.New("the log is full, the archive does not keep up"))
	}
	waiting := &pending{report: report, done: make(chan result, 1)}
	select {
	case s.queue <- waiting:
	default:
		return false, unavailable("queueing a report", errors.New("the queue is full"))
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	select {
	case result := <-waiting.done:
		return result.counted, result.err
	case <-ctx.Done():
		return false, ambiguous("waiting for a report to be stored", ctx.Err(), reportAmbiguous)
	}
}

// Undo undoes a report. Its errors are outage.Errors: CodeNotFound for an unknown report,
// CodeForbidden where the token's hash differs, CodeGone after outage.UndoFor,
// CodeUnavailable, CodeOutcomeUnknown. Undoing twice is no error.
func (s *Store) Undo(ctx context.Context, id outage.ReportID, undoHash uint64) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	outcome, entry, possible, err := s.Redis.undo(ctx, id, undoHash, s.Now())
	switch {
	case possible:
		return ambiguous("undoing a report", err, undoAmbiguous)
	case err != nil:
		return unavailable("undoing a report", err)
	}
	switch outcome {
	case "absent":
		return &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no report of the last minutes has this id"}
	case "forbidden":
		return &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "the undo token does not belong to this report"}
	case "late":
		return &outage.Error{Code: outage.CodeGone, Field: "id", Detail: "a report can be taken back for 10 minutes"}
	}
	if err := s.settle(ctx, int(id.Shard)%Shards, entry); err != nil {
		return ambiguous("waiting for a retraction to be stored", err, undoAmbiguous)
	}
	return nil
}

// settle waits until the log up to the entry survives a crash.
func (s *Store) settle(ctx context.Context, shard int, entry string) error {
	if s.Durable == nil || entry == "" {
		return nil
	}
	return s.Durable.Wait(ctx, shard, entry)
}
