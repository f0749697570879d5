package frontend

import (
	"sync"
	"time"
)

// keptFor is how long a reading stands in for newer ones that cannot be had.
const keptFor = 30 * time.Minute

// kept is a reading and when it was made.
type kept struct {
	value any
	at    time.Time
}

// memory holds the last good reading of each part of a page. Its keys are made
// of services and countries of the catalogue, so strangers cannot fill it.
type memory struct {
	mu   sync.Mutex
	kept map[string]kept
}

func (m *memory) put(key string, value any, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = kept{value, at}
}

func (m *memory) last(key string) (kept, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.kept[key]
	return found, ok
}

// recall reads a part of a page, or gives the last reading where that fails. The
// page then says how old it is. It is false where there is nothing to show.
func recall[T any](f *frame, what, key string, read func() (T, error)) (T, bool) {
	now := f.site.Now()
	value, err := read()
	if err == nil {
		f.site.memory.put(what+key, value, now)
		return value, true
	}
	old, ok := f.site.memory.last(what + key)
	if !ok || now.Sub(old.at) > keptFor {
		f.miss(err, what)
		return value, false
	}
	f.site.Log.Warn("showing an older reading", "what", what, "read", old.at, "error", err)
	f.outdated(old.at)
	return old.value.(T), true
}

// outdated notes that a part of the page is as of an earlier instant.
func (f *frame) outdated(at time.Time) {
	f.partial = true
	if f.stale.IsZero() || at.Before(f.stale) {
		f.stale = at
	}
}

// Notice says what is missing from a page, or how old a part of it is.
func (f *frame) Notice() string {
	switch {
	case f.away:
		return f.T("stale.away", "time", f.TimeOfDay(f.stale, f.zone()).Text)
	case !f.stale.IsZero():
		return f.T("stale", "time", f.TimeOfDay(f.stale, f.zone()).Text)
	case f.missing:
		return f.T("missing")
	}
	return ""
}
