package archive

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// past is the archive that a Lane reads.
type past interface {
	Counts(ctx context.Context, query outage.Query) ([]outage.Count, error)
	Table(ctx context.Context, query outage.Query, resolution, floor int) (outage.Table, error)
}

// LaneConfig bounds the reads of a Lane. The zero value of each is its default.
type LaneConfig struct {
	// AtOnce is the number of queries that run at the same time, on a processor
	// each; by default half of the processors, from 1 to 2.
	AtOnce int
	// Queue is the number of queries that wait; 16 by default.
	Queue int
	// Patience is how long one waits; 2 seconds by default.
	Patience time.Duration
	// Timeout bounds the run of a query; 10 seconds by default.
	Timeout time.Duration
	// Budget limits the queries of an address; nil is no limit.
	Budget *ratelimit.Limiter
	Now    func() time.Time
}

// DefaultBudget is the limit of queries of addresses, those from the cache not counted.
func DefaultBudget() *ratelimit.Limiter {
	return ratelimit.New(
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 120, Burst: 240},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 600, Burst: 1200},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 6000, Burst: 12000},
	)
}

// Lane runs public queries about past counts, few at a time, so that inserts have priority.
// Concurrent equal queries are run once, and answers are cached for a short time. It is safe
// for concurrent use.
type Lane struct {
	LaneConfig
	past    past
	running chan struct{} // holds a token for each query that runs
	waiting atomic.Int64

	mutex   sync.Mutex
	flights map[laneKey]*flight
	answers answerCache
}

// laneKey is a query. resolution is -1 for counts.
type laneKey struct {
	query             outage.Query
	resolution, floor int
}

// answer is the result of a query.
type answer struct {
	counts []outage.Count
	table  outage.Table
}

// flight is a query that waits or runs for one or more readers.
type flight struct {
	done    chan struct{} // closed when answer and err are set
	cancel  context.CancelFunc
	readers int // those who still wait for it
	answer  answer
	err     error
}

// NewLane makes a Lane over the archive.
func NewLane(db *DB, config LaneConfig) *Lane { return newLane(db, config) }

func newLane(past past, config LaneConfig) *Lane {
	if config.AtOnce == 0 {
		config.AtOnce = max(1, min(2, runtime.GOMAXPROCS(0)/2))
	}
	if config.Queue == 0 {
		config.Queue = 16
	}
	if config.Patience == 0 {
		config.Patience = 2 * time.Second
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Lane{LaneConfig: config, past: past, running: make(chan struct{}, config.AtOnce), flights: map[laneKey]*flight{}}
}

// Counts is DB.Counts. Its error is of CodeUnavailable, or of CodeLimited where the reader's
// address has no budget left.
func (l *Lane) Counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	got, err := l.read(ctx, laneKey{query, -1, 0})
	return slices.Clone(got.counts), err
}

// Table is DB.Table, with the errors of Counts.
func (l *Lane) Table(ctx context.Context, query outage.Query, resolution, floor int) (outage.Table, error) {
	got, err := l.read(ctx, laneKey{query, resolution, floor})
	got.table.Rows = slices.Clone(got.table.Rows)
	return got.table, err
}

func (l *Lane) read(ctx context.Context, key laneKey) (answer, error) {
	l.mutex.Lock()
	if cached, ok := l.answers.get(key, l.Now()); ok {
		l.mutex.Unlock()
		cacheLookupsTotal.WithLabelValues(lookupHit).Inc()
		return cached, nil
	}
	shared, ok := l.flights[key]
	if ok {
		cacheLookupsTotal.WithLabelValues(lookupShared).Inc()
	} else {
		cacheLookupsTotal.WithLabelValues(lookupMiss).Inc()
		if err := l.spend(ctx); err != nil {
			l.mutex.Unlock()
			return answer{}, err
		}
		shared = l.start(ctx, key)
	}
	shared.readers++
	l.mutex.Unlock()
	select {
	case <-shared.done:
		return shared.answer, shared.err
	case <-ctx.Done():
		l.leave(key, shared)
		return answer{}, ctx.Err()
	}
}

// start begins a query, with a context that does not end with that of its first reader.
func (l *Lane) start(ctx context.Context, key laneKey) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started := &flight{done: make(chan struct{}), cancel: cancel}
	l.flights[key] = started
	go func() {
		defer cancel()
		got, err := l.run(ctx, key)
		l.mutex.Lock()
		defer l.mutex.Unlock()
		started.answer, started.err = got, err
		if l.flights[key] == started {
			delete(l.flights, key)
		}
		if err == nil {
			l.answers.put(key, got, l.Now())
		}
		close(started.done)
	}()
	return started
}

// leave removes a reader. A query without readers does not begin; one that runs is not
// interrupted, because the embedded engine cannot interrupt it, and keeps its place until
// then.
func (l *Lane) leave(key laneKey, shared *flight) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if shared.readers--; shared.readers == 0 {
		shared.cancel()
		if l.flights[key] == shared {
			delete(l.flights, key)
		}
	}
}

// run waits for a place and reads.
func (l *Lane) run(ctx context.Context, key laneKey) (got answer, err error) {
	if l.waiting.Add(1) > int64(l.Queue+l.AtOnce) {
		l.waiting.Add(-1)
		return answer{}, unavailable("reading the past", errors.New("too many queries wait"))
	}
	defer l.waiting.Add(-1)
	patience, cancel := context.WithTimeout(ctx, l.Patience)
	defer cancel()
	select {
	case l.running <- struct{}{}:
		defer func() { <-l.running }()
	case <-patience.Done():
		return answer{}, unavailable("waiting to read the past", patience.Err())
	}
	if ctx.Err() != nil {
		return answer{}, unavailable("reading the past", ctx.Err())
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), l.Timeout+time.Second)
	defer stop()
	ctx = bounded(ctx, l.Timeout)
	if key.resolution < 0 {
		got.counts, err = l.past.Counts(ctx, key.query)
	} else {
		got.table, err = l.past.Table(ctx, key.query, key.resolution, key.floor)
	}
	return got, err
}

type readerKey struct{}

// WithReader adds the address to a context whose budget its queries use.
func WithReader(ctx context.Context, addr netip.Addr) context.Context {
	return context.WithValue(ctx, readerKey{}, addr)
}

// spend takes a query from the budget of the reader's address. Queries of the server itself
// have no address and no limit.
func (l *Lane) spend(ctx context.Context) error {
	addr, ok := ctx.Value(readerKey{}).(netip.Addr)
	if !ok || l.Budget == nil {
		return nil
	}
	if wait := l.Budget.Take(addr, 1, l.Now()); wait > 0 {
		return fmt.Errorf("reading the past: %w", &outage.Error{
			Code: outage.CodeLimited, Detail: "too many queries about past counts from this network, please wait", RetryAfter: wait,
		})
	}
	return nil
}
