package httpcache

import (
	"context"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Entry is an answer that stands until an instant. M is what else its sender needs
// to know of it.
type Entry[M any] struct {
	Body
	ETag  string
	Meta  M
	Until time.Time
	// Bounded entries have keys of an open set: any place, any time. They are kept
	// while there is room, and only as long as they stand.
	Bounded bool
}

// NewEntry is an entry of a text that is compressed quickly.
func NewEntry[M any](plain []byte, meta M, until time.Time) *Entry[M] {
	return &Entry[M]{Body: NewBody(plain, Quick), ETag: ETag(plain), Meta: meta, Until: until}
}

// Config is what a cache is made of.
type Config struct {
	Name string // in the metrics
	Now  func() time.Time
	// FillFor bounds one fill.
	FillFor time.Duration
	// StaleFor is how long after its time an entry is still given to those who
	// would otherwise wait for the next one.
	StaleFor time.Duration
	// MostEntries and MostBytes, before compression, bound the entries that are
	// Bounded.
	MostEntries, MostBytes int
}

// Cache holds entries by key.
type Cache[M any] struct {
	config  Config
	mutex   sync.Mutex
	entries map[string]*Entry[M]
	filling map[string]bool
	flights singleflight.Group
}

// New is an empty cache.
func New[M any](config Config) *Cache[M] {
	return &Cache[M]{config: config, entries: map[string]*Entry[M]{}, filling: map[string]bool{}}
}

// Len is the number of entries.
func (c *Cache[M]) Len() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.entries)
}

// GetOrFill is the entry of a key, filled by one caller for all when its time is
// over. Who comes meanwhile gets the entry before it, within StaleFor, and else
// waits. The fill gets a context of its own: the caller that began it may leave.
// Errors are those of fill, which are not kept, and of ctx.
func (c *Cache[M]) GetOrFill(ctx context.Context, key string, fill func(context.Context) (*Entry[M], error)) (*Entry[M], error) {
	if entry := c.get(key); entry != nil {
		lookups.WithLabelValues(c.config.Name, "hit").Inc()
		return entry, nil
	}
	lookups.WithLabelValues(c.config.Name, "miss").Inc()
	filled := c.flights.DoChan(key, func() (any, error) {
		if entry := c.get(key); entry != nil {
			return entry, nil // filled while this caller came here
		}
		return c.fill(ctx, key, fill)
	})
	select {
	case result := <-filled:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*Entry[M]), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *Cache[M]) fill(ctx context.Context, key string, fill func(context.Context) (*Entry[M], error)) (entry *Entry[M], err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.FillFor)
	defer cancel()
	c.begin(key)
	defer func() { c.end(key, entry) }()
	return fill(ctx)
}

// get is an entry whose time is not over, or not long over while the next one is
// being made; else nil.
func (c *Cache[M]) get(key string) *Entry[M] {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	entry, now := c.entries[key], c.config.Now()
	if entry == nil || !now.Before(entry.Until) && (!c.filling[key] || now.Sub(entry.Until) >= c.config.StaleFor) {
		return nil
	}
	return entry
}

func (c *Cache[M]) begin(key string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.filling[key] = true
}

// end keeps an entry, nil where the fill failed, and drops those whose time is over.
func (c *Cache[M]) end(key string, entry *Entry[M]) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.filling, key)
	if entry == nil {
		return
	}
	now, bounded, size := c.config.Now(), 0, 0
	maps.DeleteFunc(c.entries, func(_ string, old *Entry[M]) bool {
		if now.Sub(old.Until) >= c.config.StaleFor || old.Bounded && !now.Before(old.Until) {
			return true
		}
		if old.Bounded {
			bounded, size = bounded+1, size+len(old.Plain)
		}
		return false
	})
	if !entry.Bounded || bounded < c.config.MostEntries && size+len(entry.Plain) <= c.config.MostBytes {
		c.entries[key] = entry
	}
}
