package page

import (
	"context"
	"log/slog"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// freshness is whether a page is complete, and how old its numbers are.
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

// noticeAfter is the age of the counts from which a page has a notice.
const noticeAfter = 2 * time.Minute

// reader reads the counts of one page, and records failures in its freshness.
type reader struct {
	readings  Readings
	incidents Incidents
	lastGood  *lastGood
	now, asOf time.Time
	log       *slog.Logger
	fresh     *freshness
	noPast    bool // an extent could not be read, so no other is asked for
}

// miss records a reading that failed.
func (r *reader) miss(err error, what string) {
	r.fresh.partial, r.fresh.missing = true, true
	r.log.Warn("reading for a page", "what", what, "error", err)
}

// readOrLastGood reads a value, or returns the last good one if that fails. The
// page then has a notice of its age. It is false if there is no value.
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

// extent counts the reports of an incident; false while they cannot be read. A list
// is worth reading without them.
func (r *reader) extent(ctx context.Context, in public.Incident) (public.Extent, bool) {
	if r.noPast {
		return public.Extent{}, false
	}
	extent, err := r.readings.Extent(ctx, in)
	if err != nil {
		r.noPast, r.fresh.partial = true, true
		r.log.Warn("reading for a page", "what", "extent", "error", err)
	}
	return extent, err == nil
}

// statusOf is the status of the service of an open incident, as on all other
// pages.
func (r *reader) statusOf(ctx context.Context, in public.Incident) outage.Status {
	health, err := r.readings.Health(ctx, in.Service, in.Country)
	if err != nil {
		r.miss(err, "health")
		return outage.StatusElevated
	}
	return health.Status
}
