package bucket

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Config is what a Store is made of.
type Config struct {
	Redis   *Redis
	Logger  *slog.Logger
	Now     func() time.Time
	Durable Durable // nil where Redis itself keeps what it acknowledged

	// Cap is the number of reports in a half hour up to which a network prefix
	// that usually has none is judged in full; beyond it each further report weighs
	// less. It is one: whoever has a network of machines is one, until it has shown
	// to be many.
	Cap int
	// Writers is how many batches may be on their way to Redis at once.
	Writers int
	// Batch is the most reports that go in one round trip.
	Batch int
	// Queue is how many reports may wait; beyond it reports are turned away.
	Queue int
	// LogLimit is how many records may wait in the log for the archive; beyond
	// it reports are turned away until the archive has caught up.
	LogLimit int64
	// Patience is how long a report may wait for its acknowledgement.
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

// Store takes reports. Its methods are safe for concurrent use.
type Store struct {
	Config
	queue chan *pending
	ready atomic.Bool // as the last Restore saw it
	full  atomic.Bool // as the last Restore saw it
	busy  atomic.Bool // as the last Restore saw it: imports must wait

	readError atomic.Pointer[error] // of the last Restore

	// What Restore last measured of the log, for the metrics.
	logLength atomic.Int64
	logOldest atomic.Int64 // milliseconds since 1970; 0 is an empty log
	logRead   atomic.Int64 // when logOldest was read, the same

	imports chan struct{} // holds a token for each import under way
}

// pending is a report on its way, and where its sender waits.
type pending struct {
	report outage.Report
	done   chan result // holds one result; a sender that left never blocks it

	timeline timeline
	request  string // with which an imported line came
}

type result struct {
	counted bool
	err     error
}

// NewStore makes a Store, which works once its Run does.
func NewStore(config Config) *Store {
	config.setDefaults()
	return &Store{Config: config, queue: make(chan *pending, config.Queue), imports: make(chan struct{}, importsAtOnce)}
}

// Add stores a report and says whether it counted. When it returns without an
// error, the report is where a crash cannot lose it. Adding a report whose ID
// is known changes nothing and gives the first answer again, so an Add that
// failed may be repeated. Errors carry an outage.Error: of CodeUnavailable where
// the report was certainly not stored, else of CodeOutcomeUnknown.
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

// Undo takes a report back. Its errors are outage.Errors: CodeNotFound where
// no such report is known, CodeForbidden where the token's hash does not fit,
// CodeGone after outage.UndoFor, CodeUnavailable, CodeOutcomeUnknown. Undoing
// twice is no error.
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

// settle waits until the log up to the entry is where a crash cannot lose it.
func (s *Store) settle(ctx context.Context, shard int, entry string) error {
	if s.Durable == nil || entry == "" {
		return nil
	}
	return s.Durable.Wait(ctx, shard, entry)
}
