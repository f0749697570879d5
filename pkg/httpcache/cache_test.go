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
		c, made := newTestCache(nil), 0
		ask := func(ctx context.Context) (*Entry[string], error) {
			return c.GetOrFill(ctx, "k", func(context.Context) (*Entry[string], error) {
				made++
				time.Sleep(100 * time.Millisecond)
				return NewEntry([]byte{byte('0' + made)}, "text/plain", time.Now().Add(tick)), nil
			})
		}
		impatient, leave := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := ask(impatient)
			gone <- err
		}()
		synctest.Wait()
		entries := make(chan *Entry[string], 9)
		for range cap(entries) {
			go func() {
				entry, err := ask(t.Context())
				if err != nil {
					t.Error(err)
				}
				entries <- entry
			}()
		}
		synctest.Wait()
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		for range cap(entries) {
			if entry := <-entries; string(entry.Plain) != "1" {
				t.Errorf("one of many got %s", entry.Plain)
			}
		}
		time.Sleep(tick - time.Nanosecond)
		if entry, _ := ask(t.Context()); string(entry.Plain) != "1" || made != 1 {
			t.Errorf("within the tick %d were made, the last is %s", made, entry.Plain)
		}
		time.Sleep(time.Nanosecond)
		if entry, _ := ask(t.Context()); string(entry.Plain) != "2" || c.Len() != 1 {
			t.Errorf("after the tick it is %s, with %d kept", entry.Plain, c.Len())
		}
	})
}

func TestKeepsNoError(t *testing.T) {
	c, fail := newTestCache(nil), errors.New("away")
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

// TestStaleWhileFilling gives the entry before it to those who come while the next
// one is made, and no older one than that.
func TestStaleWhileFilling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, made := newTestCache(func(c *Config) { c.StaleFor = 10 * time.Second }), 0
		ask := func() string {
			entry, err := c.GetOrFill(t.Context(), "k", func(context.Context) (*Entry[string], error) {
				made++
				number := made
				time.Sleep(15 * time.Second)
				return NewEntry([]byte(strconv.Itoa(number)), "", time.Now().Add(tick)), nil
			})
			if err != nil {
				t.Error(err)
			}
			return string(entry.Plain)
		}
		ask()
		time.Sleep(tick)
		next := make(chan string)
		go func() { next <- ask() }()
		synctest.Wait()
		if got := ask(); got != "1" {
			t.Errorf("while the next is made: %s", got)
		}
		time.Sleep(11 * time.Second)
		if got := ask(); got != "2" { // waits
			t.Errorf("when the entry is too old: %s", got)
		}
		if got := <-next; got != "2" || made != 2 {
			t.Errorf("who began got %s, %d were made", got, made)
		}
	})
}

// TestBoundedEntriesStayWithinTheirMemory keeps large answers under ever new keys.
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
		t.Errorf("%d entries of a MiB are kept", c.Len())
	}
	put("usual", 10, false)
	if c.get("usual") == nil {
		t.Error("a usual entry is not kept beside them")
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
