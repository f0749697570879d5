package notify

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// forgotten are visitors whose subscription is over. They are deleted together: at the end
// of an outage there are many, and a write each would take minutes.
type forgotten struct {
	mutex sync.Mutex
	ids   map[string]bool
}

func (f *forgotten) add(ids ...string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.ids == nil {
		f.ids = map[string]bool{}
	}
	for _, id := range ids {
		f.ids[id] = true
	}
}

// take returns those that were added since the last call.
func (f *forgotten) take() []string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	taken := slices.Collect(maps.Keys(f.ids))
	f.ids = nil
	return taken
}

// deletions are the entries that delete visitors and what became of their events.
func deletions(ids []string) (entries []Entry) {
	for _, id := range ids {
		entries = append(entries, Entry{Kind: entryVisitors, Name: id}, Entry{Kind: entryProgress, Name: id})
	}
	if len(ids) > 0 {
		entries = append(entries, newVersion(entryVisitors))
	}
	return entries
}

// forget deletes a visitor with the next flush.
func (l *leader) forget(id string) { l.forgotten.add(id) }

// forgetExpired deletes visitors whose time is over.
func (l *leader) forgetExpired() {
	now := time.Now()
	for id, visitor := range l.targets.visitors {
		if !now.Before(visitor.ExpiresAt) {
			l.forget(id)
		}
	}
}
