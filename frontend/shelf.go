package frontend

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// How long a public page is served as it was made. Within a tick a surge of
// readers costs one rendering and one compression of each page.
const (
	tick        = 5 * time.Second
	tickPartial = time.Second
	// staleFor is how long after its time a page is still given to those who
	// would otherwise wait for the next one.
	staleFor = 30 * time.Second
)

// made is a public page as it stands for one tick.
type made struct {
	packed
	name    string // of its template
	tag     string
	lang    string
	partial bool
	passing bool // one of very many, which nobody needs once its time is over
	until   time.Time
}

// newMade works out the page's tag. The tag is weak, because it names the
// compressed page as well.
func newMade(body []byte, f *frame, now time.Time) *made {
	sum := sha256.Sum256(body)
	page := &made{
		packed: pack(body), name: f.name, lang: f.At.Lang, partial: f.partial, until: now.Add(tick),
		tag: `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
	}
	if f.partial {
		page.until = now.Add(tickPartial)
	}
	return page
}

// Bounds of the memory that strangers can fill with questions about any place and
// time: while so much is kept, what is passing is made for each reader.
const (
	mostPassing  = 1000
	passingBytes = 32 << 20 // before compression
)

// shelf holds the public pages of the current tick by their address. Only
// addresses of pages get here, and each new page clears away those whose time is
// long over, and what is passing as soon as its time is.
type shelf struct {
	mu      sync.Mutex
	pages   map[string]*made
	making  map[string]bool
	working singleflight.Group
}

func newShelf() shelf { return shelf{pages: map[string]*made{}, making: map[string]bool{}} }

// take is the page for a key, made anew by one caller when it is too old. Who
// comes meanwhile gets the page before it, so that one reader a tick waits at
// most, however slow the numbers are.
func (s *shelf) take(key string, now time.Time, fresh func() (*made, error)) (*made, error) {
	if page := s.look(key, now); page != nil {
		return page, nil
	}
	page, err, _ := s.working.Do(key, func() (any, error) {
		if page := s.look(key, now); page != nil {
			return page, nil // made while this caller came here
		}
		s.begin(key)
		page, err := fresh()
		s.end(key, page, now)
		return page, err
	})
	if err != nil {
		return nil, err
	}
	return page.(*made), nil
}

// look is a page whose time is not over, or not long over while the next one is
// being made; else nil.
func (s *shelf) look(key string, now time.Time) *made {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := s.pages[key]
	if page == nil || !now.Before(page.until) && (!s.making[key] || now.Sub(page.until) >= staleFor) {
		return nil
	}
	return page
}

func (s *shelf) begin(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.making[key] = true
}

// end keeps a page that was made; nil is one that was not.
func (s *shelf) end(key string, page *made, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.making, key)
	if page == nil {
		return
	}
	passing := 0
	maps.DeleteFunc(s.pages, func(_ string, old *made) bool {
		if now.Sub(old.until) >= staleFor || old.passing && !now.Before(old.until) {
			return true
		}
		if old.passing {
			passing += len(old.body)
		}
		return false
	})
	if !page.passing || len(s.pages) < mostPassing && passing+len(page.body) <= passingBytes {
		s.pages[key] = page
	}
}
