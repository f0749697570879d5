package httpcache

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

const tick = 2 * time.Second

func newTestCache(change func(*Config)) *Cache[string] {
	config := Config{Name: "test", Now: time.Now, FillFor: time.Minute, MostEntries: 100, MostBytes: 1 << 20}
	if change != nil {
		change(&config)
	}
	return New[string](config)
}

func TestFillsOnceInATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, filled := newTestCache(nil), 0
		get := func(ctx context.Context) (*Entry[string], error) {
			return c.GetOrFill(ctx, "k", func(context.Context) (*Entry[string], error) {
				filled++
				time.Sleep(100 * time.Millisecond)
				return NewEntry([]byte{byte('0' + filled)}, "text/plain", time.Now().Add(tick)), nil
			})
		}
		cancelled, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := get(cancelled)
			gone <- err
		}()
		synctest.Wait()
		entries := make(chan *Entry[string], 9)
		for range cap(entries) {
			go func() {
				entry, err := get(t.Context())
				if err != nil {
					t.Error(err)
				}
				entries <- entry
			}()
		}
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled caller got %v", err)
		}
		for range cap(entries) {
			if entry := <-entries; string(entry.Plain) != "1" {
				t.Errorf("one of many got %s", entry.Plain)
			}
		}
		time.Sleep(tick - time.Nanosecond)
		if entry, _ := get(t.Context()); string(entry.Plain) != "1" || filled != 1 {
			t.Errorf("within the tick %d were filled, the last is %s", filled, entry.Plain)
		}
		time.Sleep(time.Nanosecond)
		if entry, _ := get(t.Context()); string(entry.Plain) != "2" || c.Len() != 1 {
			t.Errorf("after the tick it is %s, of %d entries", entry.Plain, c.Len())
		}
	})
}

func TestErrorsAreNotCached(t *testing.T) {
	c, fail := newTestCache(nil), errors.New("unavailable")
	fill := func(context.Context) (*Entry[string], error) {
		if fail != nil {
			return nil, fail
		}
		return NewEntry([]byte("x"), "", time.Now().Add(tick)), nil
	}
	if _, err := c.GetOrFill(t.Context(), "k", fill); !errors.Is(err, fail) {
		t.Fatalf("got %v", err)
	}
	fail = nil
	if entry, err := c.GetOrFill(t.Context(), "k", fill); err != nil || string(entry.Plain) != "x" {
		t.Errorf("then %v", err)
	}
}

// TestStaleWhileFilling returns an expired entry during the fill, within StaleFor.
func TestStaleWhileFilling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, filled := newTestCache(func(c *Config) { c.StaleFor = 10 * time.Second }), 0
		get := func() string {
			entry, err := c.GetOrFill(t.Context(), "k", func(context.Context) (*Entry[string], error) {
				filled++
				number := filled
				time.Sleep(15 * time.Second)
				return NewEntry([]byte(strconv.Itoa(number)), "", time.Now().Add(tick)), nil
			})
			if err != nil {
				t.Error(err)
			}
			return string(entry.Plain)
		}
		get()
		time.Sleep(tick)
		next := make(chan string)
		go func() { next <- get() }()
		synctest.Wait()
		if got := get(); got != "1" {
			t.Errorf("during the fill: %s", got)
		}
		time.Sleep(11 * time.Second)
		if got := get(); got != "2" { // waits
			t.Errorf("when the entry is too old: %s", got)
		}
		if got := <-next; got != "2" || filled != 2 {
			t.Errorf("the filling caller got %s, %d were filled", got, filled)
		}
	})
}

// TestBoundedEntriesStayWithinTheirMemory stores large entries under new keys.
func TestBoundedEntriesStayWithinTheirMemory(t *testing.T) {
	const most = 32 << 20
	c := newTestCache(func(c *Config) { c.MostEntries, c.MostBytes = 1000, most })
	put := func(key string, size int, bounded bool) {
		_, err := c.GetOrFill(t.Context(), key, func(context.Context) (*Entry[string], error) {
			entry := NewEntry(make([]byte, size), "", time.Now().Add(time.Hour))
			entry.Bounded = bounded
			return entry, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 500 {
		put(strconv.Itoa(i), 1<<20, true)
	}
	if c.Len() != most>>20 {
		t.Errorf("%d entries of a MiB are cached", c.Len())
	}
	put("usual", 10, false)
	if c.get("usual") == nil {
		t.Error("an entry that is not bounded is not cached beside them")
	}
}

func TestMatches(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, `"a"`: true, `W/"a"`: true, `"b", W/"a"`: true, `"b"`: false, "*": true, `"b" , *`: true, "a": false,
	} {
		if got := Matches(header, `W/"a"`); got != want {
			t.Errorf("%s: %t", header, got)
		}
	}
}
