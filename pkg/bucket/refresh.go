package bucket

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// reading is the sequence numbers of the shards at the time of a Refresh.
type reading struct {
	at        time.Time
	sequences [Shards]int64
}

// settleTime is how long a minute is compared with its counters in Redis after it changed. A
// master of Redis that was replaced while it hung can show changes that its replica never
// received, under sequence numbers that the replica then gives to other changes. The minutes of
// both are compared, every settleEvery, as long as a client may still take the old master for
// the master: one shard after the other, because Redis answers nothing else while it reads
// many counters. A whole read, of a day, is taken as settled but for the minutes of settleMinutes.
const (
	settleTime    = 30 * time.Second
	settleEvery   = 5 * time.Second
	settleMinutes = 5
)

// Refresh brings the window up to date. It follows the report log of each shard, whose rows say
// which counters they changed; reads the counters themselves where the log no longer has all
// changes; compares the minutes that changed lately with their counters now and then; and drops
// the minutes that are older than the window.
func (h *Hot) Refresh(ctx context.Context) error {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	for more := true; more; {
		var err error
		if more, err = h.refresh(ctx); err != nil {
			return err
		}
	}
	return nil
}

// refresh is one round of Refresh; more says that another one has further records to read.
func (h *Hot) refresh(ctx context.Context) (more bool, err error) {
	whole, now := len(h.readings) == 0, h.now()
	settles := h.due(now)
	var since [Shards]int64
	for shard := range Shards {
		since[shard] = h.positions[shard].sequence
		if settles[shard] && !whole {
			since[shard] = h.readings[0].sequences[shard]
		}
	}
	reads, err := h.redis.changes(ctx, h.positions, since)
	if err != nil {
		return false, err
	}
	reset := h.lost(reads)
	if reset {
		h.logger.Warn("redis lost its data; reading the hot window again")
		// The old positions are replaced only after all is read, so that after an
		// error the next refresh finds the loss again.
		if reads, err = h.redis.changes(ctx, [Shards]position{}, [Shards]int64{}); err != nil {
			return false, err
		}
	}
	found := h.newUpdate(whole || reset)
	doubted, unknown := h.follow(found, reads, whole || reset, settles)
	if err := h.compare(ctx, found, doubted, unknown); err != nil {
		return false, err
	}
	h.apply(found, reset)
	h.remember(found, reset)
	h.settled = now
	if settles[0] {
		h.sumUp(found.span)
	}
	return slices.ContainsFunc(reads[:], func(read shardRead) bool { return read.more }), nil
}

// due are the shards whose turn to be compared came after the last refresh.
func (h *Hot) due(now time.Time) (due [Shards]bool) {
	const turn = int64(settleEvery / Shards)
	last := now.UnixNano() / turn
	first := last - Shards
	if !h.settled.IsZero() {
		first = max(first, h.settled.UnixNano()/turn)
	}
	for n := first + 1; n <= last; n++ {
		due[n%Shards] = true
	}
	return due
}

// lost reports whether any shard lost the data that the window was read from.
func (h *Hot) lost(reads [Shards]shardRead) bool {
	for shard, read := range reads {
		if lost(h.positions[shard].sequence, read.sequence) {
			return true
		}
	}
	return false
}

// newUpdate is an empty one; a whole one follows nothing that was read before.
func (h *Hot) newUpdate(whole bool) *update {
	made := &update{
		placeOf: h.redis.placeOf, span: h.Span(), changed: map[shardMinute]*minuteUpdate{},
		failed: func(err error) { h.logger.Error("skipping an unreadable counter", "error", err) },
	}
	if !whole {
		made.prints, made.positions = h.prints, h.positions
	}
	return made
}

// follow takes over what the logs have. doubted are the minutes of shards to compare with their
// counters, and unknown those whose counters are to be read. All that changed is unsettled
// from now on; of a whole read only the last minutes are.
func (h *Hot) follow(found *update, reads [Shards]shardRead, whole bool, settles [Shards]bool) (doubted map[shardMinute]bool, unknown map[outage.Minute]bool) {
	now := h.now()
	doubted, unknown = map[shardMinute]bool{}, map[outage.Minute]bool{}
	for shard, read := range reads {
		followed := !whole && found.follow(shard, read)
		if !followed {
			found.jump(shard, read)
		}
		for _, minute := range read.minutes {
			at := shardMinute{shard, minute}
			if minute < found.span.From {
				continue
			}
			if !whole || minute >= found.span.To-settleMinutes {
				h.unsettled[at] = now
			}
			if !followed {
				unknown[minute] = true
			} else if settles[shard] {
				doubted[at] = true
			}
		}
	}
	h.addUnsettled(doubted, found.span, settles)
	return doubted, unknown
}

// addUnsettled adds the minutes of some shards that are in the span, changed earlier and are
// unsettled. It forgets those that are to be compared for the last time.
func (h *Hot) addUnsettled(doubted map[shardMinute]bool, span outage.Span, of [Shards]bool) {
	now := h.now()
	for at, changed := range h.unsettled {
		if !of[at.shard] {
			continue
		}
		if at.minute < span.From || now.Sub(changed) > settleTime {
			delete(h.unsettled, at)
		}
		if at.minute >= span.From && !changed.Equal(now) {
			doubted[at] = true
		}
	}
}

// compare reads the counters of doubted minutes of shards, and those of all shards of the
// minutes that are unknown or turn out to be other than they should be.
func (h *Hot) compare(ctx context.Context, found *update, doubted map[shardMinute]bool, unknown map[outage.Minute]bool) error {
	byShard := map[int][]outage.Minute{}
	for at := range doubted {
		if !unknown[at.minute] {
			byShard[at.shard] = append(byShard[at.shard], at.minute)
		}
	}
	replaced, err := h.read(ctx, found, byShard, false)
	if err != nil {
		return err
	}
	windowReads.WithLabelValues(readUnknown).Add(float64(len(unknown)))
	windowReads.WithLabelValues(readDiffers).Add(float64(len(replaced)))
	maps.Copy(unknown, replaced)
	if len(unknown) == 0 {
		return nil
	}
	for shard := range Shards {
		byShard[shard] = slices.Collect(maps.Keys(unknown))
	}
	_, err = h.read(ctx, found, byShard, true)
	return err
}

// read reads the counters of minutes of shards, and returns the minutes that were replaced:
// always, or where they are other than they should be. A shard whose log no longer has
// the changes of the last moment is read again by the next refresh.
func (h *Hot) read(ctx context.Context, found *update, wanted map[int][]outage.Minute, always bool) (replaced map[outage.Minute]bool, err error) {
	replaced = map[outage.Minute]bool{}
	for shard, all := range wanted {
		for minutes := range slices.Chunk(all, countersAtOnce) {
			read, fields, err := h.redis.counters(ctx, shard, found.positions[shard], minutes)
			if err != nil {
				return nil, err
			}
			followed := found.follow(shard, read)
			for i, minute := range minutes {
				if found.compare(shardMinute{shard, minute}, fields[i], always || !followed) {
					replaced[minute] = true
				}
			}
		}
	}
	return replaced, nil
}

// apply takes over an update.
func (h *Hot) apply(found *update, reset bool) {
	changed := map[outage.Minute]bool{}
	for at := range found.changed {
		changed[at.minute] = true
	}
	fresh := map[outage.Minute]*minuteCounts{}
	for at := range changed {
		parts, replaced := found.parts(at)
		switch {
		case replaced:
			fresh[at] = (*minuteCounts)(nil).plus(indexed(parts))
		case len(parts) > 0:
			fresh[at] = h.minutes[at].plus(indexed(parts)) // only Refresh changes them
		}
	}
	if reset {
		clear(h.prints)
	}
	for at, of := range found.changed {
		h.prints[at] = of.print
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if reset {
		clear(h.minutes)
	}
	if len(fresh) > 0 || reset {
		h.version++
	}
	maps.Copy(h.minutes, fresh)
	maps.DeleteFunc(h.minutes, func(at outage.Minute, _ *minuteCounts) bool { return at < found.span.From })
	if h.refreshed.IsZero() {
		close(h.fresh)
	}
	h.refreshed = h.now()
}

// remember stores the positions of a Refresh and drops the readings that no later one needs.
// Readings of a data set that was lost are not compared with those of the next.
func (h *Hot) remember(found *update, reset bool) {
	now := h.now()
	if reset {
		h.readings = nil
	}
	h.positions = found.positions
	for at, of := range found.changed {
		if of.followed {
			h.unsettled[at] = now
		}
	}
	read := reading{at: now}
	for shard, at := range found.positions {
		read.sequences[shard] = at.sequence
	}
	h.readings = append(h.readings, read)
	for len(h.readings) > 1 && now.Sub(h.readings[1].at) > settleTime {
		h.readings = h.readings[1:]
	}
}

// sumUp sums up the minutes that are settled, and forgets the fingerprints of those before the
// span.
func (h *Hot) sumUp(span outage.Span) {
	unsettled := map[outage.Minute]bool{}
	for at := range h.unsettled {
		unsettled[at.minute] = true
	}
	settled := map[outage.Minute]*minuteCounts{}
	for at, minute := range h.minutes { // only Refresh changes them
		if !minute.settled && !unsettled[at] {
			settled[at] = minute.settle()
		}
	}
	maps.DeleteFunc(h.prints, func(at shardMinute, _ fingerprint) bool { return at.minute < span.From })
	h.mutex.Lock()
	defer h.mutex.Unlock()
	maps.Copy(h.minutes, settled)
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
