package httpcache

import (
	"context"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Entry is a response that is valid until an instant. M is the caller's metadata.
type Entry[M any] struct {
	Body
	ETag  string
	Meta  M
	Until time.Time
	// Bounded entries have keys of an open set, such as any place or any time. They are
	// cached while there is room, and only as long as they are valid.
	Bounded bool
}

// NewEntry is an entry that is compressed at level Quick.
func NewEntry[M any](plain []byte, meta M, until time.Time) *Entry[M] {
	return &Entry[M]{Body: NewBody(plain, Quick), ETag: ETag(plain), Meta: meta, Until: until}
}

// Config is the configuration of a cache.
type Config struct {
	Name string // in the metrics
	Now  func() time.Time
	// FillFor bounds one fill.
	FillFor time.Duration
	// StaleFor is how long an expired entry is still returned while the next one is
	// being filled.
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
	found   results
}

// New is an empty cache.
func New[M any](config Config) *Cache[M] {
	return &Cache[M]{config: config, entries: map[string]*Entry[M]{}, filling: map[string]bool{}, found: newResults(config.Name)}
}

// Len is the number of entries.
func (c *Cache[M]) Len() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.entries)
}

// Get is the entry of a key that GetOrFill returns without a fill, or nil.
func (c *Cache[M]) Get(key string) *Entry[M] {
	entry := c.get(key)
	if entry != nil {
		c.found.hits.Inc()
	}
	return entry
}

// GetOrFill is the entry of a key, filled by one caller for all when it has expired.
// During the fill other callers get the expired entry, within StaleFor, or else wait. The
// fill has a context of its own, so that its caller may be cancelled. Errors are those of
// fill, which are not cached, and of ctx.
func (c *Cache[M]) GetOrFill(ctx context.Context, key string, fill func(context.Context) (*Entry[M], error)) (*Entry[M], error) {
	if entry := c.Get(key); entry != nil {
		return entry, nil
	}
	c.found.misses.Inc()
	filled := c.flights.DoChan(key, func() (any, error) {
		if entry := c.get(key); entry != nil {
			return entry, nil // filled in the meantime
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

// get is an entry that is valid, or has expired within StaleFor while the next one is
// being filled; else nil.
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

// end stores an entry, nil where the fill failed, and drops expired ones.
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
