package page

import (
	"sync"
	"time"
)

// LastGoodFor is how long a reading stands in for newer ones that cannot be had.
const LastGoodFor = 30 * time.Minute

// cachedValue is a reading and when it was made.
type cachedValue struct {
	value any
	at    time.Time
}

// lastGood holds the last good reading of each part of a page. Its keys are made
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
