package bucket

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

type change struct {
	sequence int64
	minutes  []outage.Minute
}

type shardMinute struct {
	shard  int
	minute outage.Minute
}

// Hot is the hot window in the memory of this process: a copy of the counters
// in Redis, brought up to date by Refresh. Reading it costs no round trip and
// works on while Redis is away, with what was last seen.
type Hot struct {
	redis    *Redis
	regionOf func(outage.Cell) outage.Region
	now      func() time.Time
	logger   *slog.Logger

	refreshing sync.Mutex // held by Refresh; guards sequences
	sequences  [Shards]int64

	mutex     sync.RWMutex // guards what is below
	minutes   map[outage.Minute]*minuteCounts
	refreshed time.Time
	version   int64         // grows with each change
	fresh     chan struct{} // closed after the first Refresh
}

// minuteCounts are the counts of one minute. A value is never changed once it
// is in Hot.minutes; a change of a shard makes a new one.
type minuteCounts struct {
	shards [Shards][]outage.Count
	placed map[string][]outage.Count // by service, as in the shards
	access map[string][]outage.Count // by service, those by access network
	totals map[string][]outage.Count // by service: country and kind only
}

// NewHot makes an empty window. regionOf is asked for the region of each
// counted cell.
func NewHot(redis *Redis, regionOf func(outage.Cell) outage.Region, now func() time.Time, logger *slog.Logger) *Hot {
	return &Hot{
		redis: redis, regionOf: regionOf, now: now, logger: logger,
		minutes: map[outage.Minute]*minuteCounts{}, fresh: make(chan struct{}),
	}
}

// Refreshed is when the window last agreed with Redis; zero before the first time.
func (h *Hot) Refreshed() time.Time {
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return h.refreshed
}

// WaitFresh returns once the window agreed with Redis for the first time, or
// with the error of ctx.
func (h *Hot) WaitFresh(ctx context.Context) error {
	select {
	case <-h.fresh:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Span is the stretch of minutes that the window covers now, the minute under
// way included.
func (h *Hot) Span() outage.Span {
	now := h.now()
	return outage.Span{From: outage.MinuteOf(now.Add(-HotWindow)) + 1, To: outage.MinuteOf(now) + 1}
}

// Run refreshes the window at the given interval until ctx ends, and sooner
// until it was fresh for the first time.
func (h *Hot) Run(ctx context.Context, every time.Duration) error {
	wasDown := false
	first := retry.Waits{First: every / 10, Most: every}.Schedule()
	for {
		err := h.Refresh(ctx)
		if down := err != nil && ctx.Err() == nil; down != wasDown && !h.Refreshed().IsZero() {
			wasDown = down
			h.logger.Info("hot window changed state", "stale", down, "error", err)
		}
		wait := every
		if h.Refreshed().IsZero() {
			wait = first.Next()
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// Refresh reads what changed in Redis since the last time, and forgets what is
// older than the window.
func (h *Hot) Refresh(ctx context.Context) error {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	changes, err := h.redis.changes(ctx, h.sequences)
	if err != nil {
		return err
	}
	forgotten := false
	for shard := range changes {
		forgotten = forgotten || lost(h.sequences[shard], changes[shard].sequence)
	}
	if forgotten {
		h.logger.Warn("redis lost its data; reading the hot window again")
		// The old sequences stay until all is read, so that a refresh which fails
		// on the way leaves the next one to find the same.
		if changes, err = h.redis.changes(ctx, [Shards]int64{}); err != nil {
			return err
		}
	}
	span := h.Span()
	var wanted []shardMinute
	for shard := range changes {
		for _, minute := range changes[shard].minutes {
			if minute >= span.From {
				wanted = append(wanted, shardMinute{shard, minute})
			}
		}
	}
	read, err := h.redis.counters(ctx, wanted)
	if err != nil {
		return err
	}
	h.apply(wanted, read, span, forgotten)
	for shard := range changes {
		h.sequences[shard] = changes[shard].sequence
	}
	return nil
}

// generation is how many changes a shard counts before its sequence runs into
// that of another memory. Each memory, begun by add.lua or restored, counts in
// one of the generations, by the time at which it began.
const (
	generation  = 1 << 36
	generations = 1 << 16
)

// lost reports whether the data of a shard are others than the one in which the
// sequence before was read, so that nothing of what was read before holds.
func lost(before, now int64) bool {
	return before != 0 && (now < before || now/generation != before/generation)
}

func (h *Hot) apply(wanted []shardMinute, read []map[string]string, span outage.Span, forgotten bool) {
	decoded := make([][]outage.Count, len(read))
	for i, fields := range read {
		decoded[i] = h.decode(wanted[i].minute, fields)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if forgotten {
		clear(h.minutes)
	}
	if len(wanted) > 0 || forgotten {
		h.version++
	}
	fresh := map[outage.Minute]*minuteCounts{}
	for i, w := range wanted {
		minute, ok := fresh[w.minute]
		if !ok {
			minute = &minuteCounts{}
			if old := h.minutes[w.minute]; old != nil {
				minute.shards = old.shards
			}
			fresh[w.minute] = minute
		}
		minute.shards[w.shard] = decoded[i]
	}
	for at, minute := range fresh {
		minute.index()
		h.minutes[at] = minute
	}
	for at := range h.minutes {
		if at < span.From {
			delete(h.minutes, at)
		}
	}
	if h.refreshed.IsZero() {
		close(h.fresh)
	}
	h.refreshed = h.now()
}

func (h *Hot) decode(minute outage.Minute, fields map[string]string) []outage.Count {
	counts := make([]outage.Count, 0, len(fields))
	for field, value := range fields {
		count, err := decodeCount(field, value)
		if err != nil {
			h.logger.Error("skipping an unreadable counter", "error", err)
			continue
		}
		count.Start = minute
		if count.Cell != 0 {
			count.Region = h.regionOf(count.Cell)
		}
		counts = append(counts, count)
	}
	return counts
}

func (m *minuteCounts) index() {
	m.placed, m.access = map[string][]outage.Count{}, map[string][]outage.Count{}
	totals := outage.Sums{}
	for _, counts := range m.shards {
		for _, count := range counts {
			if count.Network != "" {
				m.access[count.Service] = append(m.access[count.Service], count)
				continue
			}
			m.placed[count.Service] = append(m.placed[count.Service], count)
			totals.Add(count, outage.Query{Step: 1})
		}
	}
	m.totals = map[string][]outage.Count{}
	for _, count := range totals.Counts() {
		m.totals[count.Service] = append(m.totals[count.Service], count)
	}
}

// Counts answers a query from the window. Minutes outside of it count nothing.
// The order of the answer is that of outage.Sums. It never fails.
func (h *Hot) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return countsOf(h.minutes, query), nil
}

func countsOf(minutes map[outage.Minute]*minuteCounts, query outage.Query) []outage.Count {
	sums := outage.Sums{}
	for at, minute := range minutes {
		if !query.Span.Contains(at) {
			continue
		}
		index := minute.totals
		switch {
		case query.ByNetwork:
			index = minute.access
		case query.ByPlace || query.BySymptom:
			index = minute.placed
		}
		if query.Service != "" {
			sums.AddAll(index[query.Service], query)
			continue
		}
		for _, counts := range index {
			sums.AddAll(counts, query)
		}
	}
	return sums.Counts()
}
