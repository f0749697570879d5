package archive

import (
	"context"
	"strconv"
	"strings"
)

// settle wakes callers of Wait after the log was archived up to the positions.
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
	millis, _ = strconv.ParseUint(first, 10, 64) // an invalid id counts as 0
	sequence, _ = strconv.ParseUint(second, 10, 64)
	return millis, sequence
}
