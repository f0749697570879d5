package bucket

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

type shardChange struct {
	sequence int64
	minutes  []outage.Minute
}

type shardMinute struct {
	shard  int
	minute outage.Minute
}

// reading is the sequence numbers of the shards at the time of a Refresh.
type reading struct {
	at        time.Time
	sequences [Shards]int64
}

// settleTime is how long a change is read again after it was first read. A master of Redis
// that was replaced while it hung can show changes that its replica never received, under
// sequence numbers that the replica then gives to other changes. Both are read again, every
// settleEvery, as long as a client may still take the old master for the master. A whole
// read, of a day, is taken as settled but for the minutes of settleMinutes.
const (
	settleTime    = 30 * time.Second
	settleEvery   = 5 * time.Second
	settleMinutes = 5
)

// Hot is a copy of the counters in Redis in the memory of this process, updated by
// Refresh. Reading it costs no round trip, and while Redis is unavailable returns the last
// copy.
type Hot struct {
	redis  *Redis
	now    func() time.Time
	logger *slog.Logger

	refreshing sync.Mutex // held by Refresh; guards readings, unsettled and decoded
	readings   []reading  // the oldest is the newest that is older than settleTime
	unsettled  map[shardMinute]time.Time
	decoded    map[shardMinute]*decodedMinute // of the unsettled minutes
	settled    time.Time                      // when the unsettled minutes were last read again

	mutex     sync.RWMutex // guards what is below
	minutes   map[outage.Minute]*minuteCounts
	refreshed time.Time
	version   int64         // grows with each change
	fresh     chan struct{} // closed after the first Refresh
}

// minuteCounts are the counts of one minute. A value in Hot.minutes is immutable; a change
// of a shard replaces it.
type minuteCounts struct {
	shards *[Shards][]outage.Count // nil once they are settled and summed up
	placed map[string]countList    // by service, those of the shards
	access map[string]countList    // by service, those by access network
	totals map[string]countList    // by service: country and kind only
}

// NewHot makes an empty window.
func NewHot(redis *Redis, now func() time.Time, logger *slog.Logger) *Hot {
	return &Hot{
		redis: redis, now: now, logger: logger,
		unsettled: map[shardMinute]time.Time{}, decoded: map[shardMinute]*decodedMinute{}, minutes: map[outage.Minute]*minuteCounts{}, fresh: make(chan struct{}),
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

// Refresh reads the minutes that changed in Redis since the last time, now and then again
// those whose change is younger than settleTime, and drops those older than the window.
func (h *Hot) Refresh(ctx context.Context) error {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	whole, settles := len(h.readings) == 0, h.now().Sub(h.settled) >= settleEvery
	var since, before [Shards]int64
	if !whole {
		before = h.readings[len(h.readings)-1].sequences
		since = before
		if settles {
			since = h.readings[0].sequences
		}
	}
	changes, err := h.redis.changes(ctx, since)
	if err != nil {
		return err
	}
	reset := false
	for shard := range changes {
		reset = reset || lost(before[shard], changes[shard].sequence)
	}
	if reset {
		h.logger.Warn("redis lost its data; reading the hot window again")
		// The old sequences are replaced only after all is read, so that after an
		// error the next refresh finds the loss again.
		if changes, err = h.redis.changes(ctx, [Shards]int64{}); err != nil {
			return err
		}
	}
	span := h.Span()
	wanted := h.changed(changes, span, whole || reset)
	if settles {
		wanted = append(wanted, h.unsettledBefore(span)...)
	}
	wanted = h.withSummed(wanted)
	read, err := h.redis.counters(ctx, wanted)
	if err != nil {
		return err
	}
	h.apply(wanted, read, span, reset)
	h.remember(changes, reset)
	if settles {
		h.settled = h.now()
		h.sumUp()
	}
	return nil
}

// withSummed adds the other shards of minutes that are wanted and were summed up.
func (h *Hot) withSummed(wanted []shardMinute) []shardMinute {
	has := map[shardMinute]bool{}
	for _, w := range wanted {
		has[w] = true
	}
	for _, w := range slices.Clone(wanted) {
		if minute := h.minutes[w.minute]; minute == nil || minute.shards != nil {
			continue
		}
		for shard := range Shards {
			if other := (shardMinute{shard, w.minute}); !has[other] {
				has[other] = true
				wanted = append(wanted, other)
			}
		}
	}
	return wanted
}

// sumUp sums up the shards of minutes that are settled, in which most counts are of places
// that other shards have too.
func (h *Hot) sumUp() {
	unsettled := map[outage.Minute]bool{}
	for key := range h.unsettled {
		unsettled[key.minute] = true
	}
	summed := map[outage.Minute]*minuteCounts{}
	for at, minute := range h.minutes { // only Refresh changes them
		if minute.shards != nil && !unsettled[at] {
			summed[at] = minute.summed()
		}
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	maps.Copy(h.minutes, summed)
}

// changed are the minutes of the span that changed, which are unsettled from now on; of a
// whole read only the last ones are.
func (h *Hot) changed(changes [Shards]shardChange, span outage.Span, whole bool) []shardMinute {
	now := h.now()
	var changed []shardMinute
	for shard := range changes {
		for _, minute := range changes[shard].minutes {
			if minute < span.From {
				continue
			}
			key := shardMinute{shard, minute}
			changed = append(changed, key)
			if !whole || minute >= span.To-settleMinutes {
				h.unsettled[key] = now
			}
		}
	}
	return changed
}

// unsettledBefore are the minutes of the span that changed earlier and are unsettled. It
// forgets those that are to be read for the last time.
func (h *Hot) unsettledBefore(span outage.Span) []shardMinute {
	now := h.now()
	var before []shardMinute
	for key, changed := range h.unsettled {
		if key.minute < span.From || now.Sub(changed) > settleTime {
			delete(h.unsettled, key)
		}
		if key.minute >= span.From && !changed.Equal(now) {
			before = append(before, key)
		}
	}
	return before
}

// remember stores the sequence numbers of a Refresh and drops the readings that no later
// one needs. Readings of a data set that was lost are not compared with those of the next.
func (h *Hot) remember(changes [Shards]shardChange, reset bool) {
	now := h.now()
	if reset {
		h.readings = nil
	}
	read := reading{at: now}
	for shard := range changes {
		read.sequences[shard] = changes[shard].sequence
	}
	h.readings = append(h.readings, read)
	for len(h.readings) > 1 && now.Sub(h.readings[1].at) > settleTime {
		h.readings = h.readings[1:]
	}
}

// generation is the number of sequence numbers of one data set of a shard. Each data set,
// new or restored, begins in one of the generations, chosen by the time at which it
// began, so that a change of the data set is noticed.
const (
	generation  = 1 << 36
	generations = 1 << 16
)

// lost reports whether a shard has another data set than when the sequence before was
// read, so that counts read earlier are invalid.
func lost(before, now int64) bool {
	return before != 0 && (now < before || now/generation != before/generation)
}

func (h *Hot) apply(wanted []shardMinute, read []map[string]string, span outage.Span, reset bool) {
	if reset {
		clear(h.decoded)
	}
	decoded := make([][]outage.Count, len(read))
	for i, fields := range read {
		decoded[i] = h.decode(wanted[i], fields)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if reset {
		clear(h.minutes)
	}
	fresh := map[outage.Minute]*minuteCounts{}
	for i, w := range wanted {
		if decoded[i] == nil {
			continue
		}
		minute, ok := fresh[w.minute]
		if !ok {
			minute = &minuteCounts{shards: &[Shards][]outage.Count{}}
			if old := h.minutes[w.minute]; old != nil && old.shards != nil {
				*minute.shards = *old.shards
			}
			fresh[w.minute] = minute
		}
		minute.shards[w.shard] = decoded[i]
	}
	if len(fresh) > 0 || reset {
		h.version++
	}
	for at, minute := range fresh {
		minute.index(minute.shards[:])
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

// decode reads the counters of a minute; nil where they are as they were.
func (h *Hot) decode(at shardMinute, fields map[string]string) []outage.Count {
	decoded, known := h.decoded[at]
	if !known {
		decoded = newDecodedMinute(len(fields))
	}
	changed := decoded.read(h.redis.placeOf, at.minute, fields, func(err error) {
		h.logger.Error("skipping an unreadable counter", "error", err)
	})
	if _, unsettled := h.unsettled[at]; unsettled {
		h.decoded[at] = decoded
	} else {
		delete(h.decoded, at)
	}
	if known && !changed {
		return nil
	}
	return decoded.counts
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
		index := minute.totals
		switch {
		case query.ByNetwork:
			index = minute.access
		case query.ByPlace || query.BySymptom:
			index = minute.placed
		}
		if query.Service != "" {
			if counts, ok := index[query.Service]; ok {
				counts.addTo(sums, query)
			}
			continue
		}
		for _, counts := range index {
			counts.addTo(sums, query)
		}
	}
	return sums.Counts()
}
