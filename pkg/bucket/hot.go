package bucket

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

type shardMinute struct {
	shard  int
	minute outage.Minute
}

// Hot is a copy of the counters in Redis in the memory of this process, updated by
// Refresh. Reading it costs no round trip, and while Redis is unavailable returns the last
// copy.
type Hot struct {
	redis  *Redis
	now    func() time.Time
	logger *slog.Logger

	refreshing sync.Mutex // held by Refresh; guards what is below
	readings   []reading  // the oldest is the newest that is older than settleTime
	positions  [Shards]position
	unsettled  map[shardMinute]time.Time
	prints     map[shardMinute]fingerprint // of the counters
	settled    time.Time                   // of the last refresh, after which turns to be compared are due

	mutex     sync.RWMutex // guards what is below
	minutes   map[outage.Minute]*minuteCounts
	refreshed time.Time
	version   int64         // grows with each change
	fresh     chan struct{} // closed after the first Refresh
}

// NewHot makes an empty window.
func NewHot(redis *Redis, now func() time.Time, logger *slog.Logger) *Hot {
	return &Hot{
		redis: redis, now: now, logger: logger,
		unsettled: map[shardMinute]time.Time{}, prints: map[shardMinute]fingerprint{}, minutes: map[outage.Minute]*minuteCounts{}, fresh: make(chan struct{}),
	}
}

// Refreshed is the time of the last Refresh; zero before the first.
func (h *Hot) Refreshed() time.Time {
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	return h.refreshed
}

// WaitFresh returns after the first Refresh, or with the error of ctx.
func (h *Hot) WaitFresh(ctx context.Context) error {
	select {
	case <-h.fresh:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Span is the minutes that the window covers now, the current one included.
func (h *Hot) Span() outage.Span {
	now := h.now()
	return outage.Span{From: outage.MinuteOf(now.Add(-HotWindow)) + 1, To: outage.MinuteOf(now) + 1}
}

// Run refreshes the window at the given interval until ctx ends, and more often before
// the first success. A refresh that takes longer is followed by a pause of a quarter of the interval.
func (h *Hot) Run(ctx context.Context, every time.Duration) error {
	wasDown := false
	first := retry.Waits{First: every / 10, Most: every}.Schedule()
	for {
		began := time.Now()
		err := h.Refresh(ctx)
		wait := max(every-time.Since(began), every/4)
		if down := err != nil && ctx.Err() == nil; down != wasDown && !h.Refreshed().IsZero() {
			wasDown = down
			h.logger.Info("hot window changed state", "stale", down, "error", err)
		}
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

// Counts returns the counts of a query, in the order of outage.Sums. Minutes outside of
// the window have none. It never fails.
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
		for _, part := range minute.parts {
			part.addTo(sums, query)
		}
	}
	return sums.Counts()
}
