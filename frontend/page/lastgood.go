package page

import (
	"sync"
	"time"
)

// LastGoodFor is how long the last good value replaces one that cannot be read.
const LastGoodFor = 30 * time.Minute

// cachedValue is a value and when it was read.
type cachedValue struct {
	value any
	at    time.Time
}

// lastGood holds the last good value of each reading. Its keys are made of services
// and countries of the catalogue, so requests cannot fill it.
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
