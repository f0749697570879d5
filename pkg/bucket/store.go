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
	// Writers is how many batches are sent to Redis concurrently. Each writer has shards
	// of its own, so that a batch has many reports of few shards.
	Writers int
	// Gather is the least time from a batch of several reports to the next one of its
	// writer: while many arrive they share a script call, and one that arrives alone is
	// sent at once.
	Gather time.Duration
	// Batch is the most reports of one round trip.
	Batch int
	// Queue is how many reports may wait, divided among the writers; beyond it reports are
	// rejected.
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
	if c.Gather == 0 {
		c.Gather = 10 * time.Millisecond
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
}

// Store stores reports. Its methods are safe for concurrent use.
type Store struct {
	Config
	queues []chan *pending // of the writers
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
	s := &Store{Config: config, imports: make(chan struct{}, importsAtOnce)}
	for range config.Writers {
		s.queues = append(s.queues, make(chan *pending, config.Queue/config.Writers))
	}
	return s
}

// queueOf is the queue of the writer of a shard.
func (s *Store) queueOf(shard int) chan *pending { return s.queues[shard%len(s.queues)] }

// queued is how many reports wait.
func (s *Store) queued() (n int) {
	for _, queue := range s.queues {
		n += len(queue)
	}
	return n
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
	case s.queueOf(shardOf(report)) <- waiting:
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
	return s.changed(ctx, change{"undoing a report", undoAmbiguous, "a report can be taken back for 10 minutes"}, id, outcome, entry, possible, err)
}

// Move gives a report of the last minutes another place. Errors are those of Undo; a
// report that was taken back is not found. Moving twice is no error.
func (s *Store) Move(ctx context.Context, id outage.ReportID, undoHash uint64, to outage.Place) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	words := change{"moving a report", moveAmbiguous, "a report can be placed for 10 minutes"}
	known, err := s.Redis.latest(ctx, id)
	if err != nil || len(known) == 0 {
		return s.changed(ctx, words, id, "absent", "", false, err)
	}
	from, report := known[0].Report, known[0].Report
	report.Country, report.Region, report.District, report.Cell = to.Country, to.Region, to.District, to.Cell
	outcome, entry, possible, err := s.Redis.move(ctx, from, report, undoHash, s.Now())
	return s.changed(ctx, words, id, outcome, entry, possible, err)
}

// change is a change of a report that is stored, in the words of its errors.
type change struct{ act, ambiguous, late string }

// changed turns the answer of a script that changes a report into an error, and waits
// until the change is stored.
func (s *Store) changed(ctx context.Context, of change, id outage.ReportID, outcome, entry string, possible bool, err error) error {
	switch {
	case possible:
		return ambiguous(of.act, err, of.ambiguous)
	case err != nil:
		return unavailable(of.act, err)
	}
	switch outcome {
	case "absent":
		return &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no report of the last minutes has this id"}
	case "forbidden":
		return &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "the undo token does not belong to this report"}
	case "late":
		return &outage.Error{Code: outage.CodeGone, Field: "id", Detail: of.late}
	case "changed": // by another move
		return unavailable(of.act, errors.New("the report was moved meanwhile"))
	case "placed":
		return &outage.Error{Code: outage.CodeConflict, Field: "place", Detail: "the report has a place that is as exact"}
	}
	if err := s.settle(ctx, int(id.Shard)%Shards, entry); err != nil {
		return ambiguous("waiting until the change of a report is stored", err, of.ambiguous)
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
