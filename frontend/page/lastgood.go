package page

import (
	"sync"
	"time"
)

// keptFor is how long a reading stands in for newer ones that cannot be had.
const LastGoodFor = 30 * time.Minute

// kept is a reading and when it was made.
type cachedValue struct {
	value any
	at    time.Time
}

// memory holds the last good reading of each part of a page. Its keys are made
// of services and countries of the catalogue, so strangers cannot fill it.
type lastGood struct {
	mu     sync.Mutex
	values map[string]cachedValue
}

func (m *lastGood) put(key string, value any, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = cachedValue{value, at}
}

func (m *lastGood) last(key string) (cachedValue, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.values[key]
	return found, ok
}

// recall reads a part of a page, or gives the last reading where that fails. The
// page then says how old it is. It is false where there is nothing to show.
func readOrLastGood[T any](f *frame, what, key string, read func() (T, error)) (T, bool) {
	now := f.builder.Now()
	value, err := read()
	if err == nil {
		f.builder.lastGood.put(what+key, value, now)
		return value, true
	}
	old, ok := f.builder.lastGood.last(what + key)
	if !ok || now.Sub(old.at) > LastGoodFor {
		f.miss(err, what)
		return value, false
	}
	f.builder.Log.Warn("showing an older reading", "what", what, "read", old.at, "error", err)
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
