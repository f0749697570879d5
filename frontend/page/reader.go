package page

import (
	"context"
	"log/slog"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// freshness is what a page lacks, and how old it is.
type freshness struct {
	partial bool      // the page is soon to be made again
	missing bool      // some numbers could not be had
	away    bool      // the counts cannot be read, nor reports taken
	stale   time.Time // when the oldest of what is shown from memory was read
}

// outdated notes that a part of the page is as of an earlier instant.
func (f *freshness) outdated(at time.Time) {
	f.partial = true
	if f.stale.IsZero() || at.Before(f.stale) {
		f.stale = at
	}
}

// noticeAfter is the age of the counts from which a page says so.
const noticeAfter = 2 * time.Minute

// reader reads what one page shows, and notes what could not be had.
type reader struct {
	readings  Readings
	incidents Incidents
	lastGood  *lastGood
	now, asOf time.Time
	log       *slog.Logger
	fresh     *freshness
}

// miss notes a number that could not be had.
func (r *reader) miss(err error, what string) {
	r.fresh.partial, r.fresh.missing = true, true
	r.log.Warn("reading for a page", "what", what, "error", err)
}

// readOrLastGood reads a part of a page, or gives the last reading where that fails. The
// page then says how old it is. It is false where there is nothing to show.
func readOrLastGood[T any](r *reader, what, key string, read func() (T, error)) (T, bool) {
	now := r.now
	value, err := read()
	if err == nil {
		r.lastGood.put(what+key, value, now)
		return value, true
	}
	old, ok := r.lastGood.last(what + key)
	if !ok || now.Sub(old.at) > LastGoodFor {
		r.miss(err, what)
		return value, false
	}
	r.log.Warn("showing an older reading", "what", what, "read", old.at, "error", err)
	r.fresh.outdated(old.at)
	return old.value.(T), true
}

// statusOf is how the service of an open incident does now, as all other pages
// say it.
func (r *reader) statusOf(ctx context.Context, in outage.Incident) outage.Status {
	health, err := r.readings.Health(ctx, in.Service, in.Country)
	if err != nil {
		r.miss(err, "health")
		return outage.StatusElevated
	}
	return health.Status
}
