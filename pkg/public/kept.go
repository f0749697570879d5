package public

import (
	"sync"
	"time"
)

const (
	// keptFor is how long what was read of the past is kept. What was counted then still
	// changes by imports.
	keptFor  = 10 * time.Minute
	mostKept = 1000
)

// kept keeps answers about what has ended, or about one snapshot, so that a list of them does
// not read the past once for each. It is safe for concurrent use.
type kept[Key comparable, Value any] struct {
	mutex sync.Mutex
	byKey map[Key]keptValue[Value]
}

type keptValue[Value any] struct {
	value Value
	read  time.Time
}

func (k *kept[Key, Value]) get(key Key, now time.Time) (value Value, ok bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	found, ok := k.byKey[key]
	return found.value, ok && !now.Before(found.read) && now.Sub(found.read) < keptFor
}

func (k *kept[Key, Value]) put(key Key, value Value, now time.Time) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.byKey == nil || len(k.byKey) >= mostKept {
		k.byKey = map[Key]keptValue[Value]{}
	}
	k.byKey[key] = keptValue[Value]{value, now}
}
