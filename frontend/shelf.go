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
)

// made is a public page as it stands for one tick.
type made struct {
	packed
	name    string // of its template
	tag     string
	lang    string
	partial bool
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

// mostShelved bounds the memory that strangers can fill with questions about the
// past; what has no room is made for each reader.
const mostShelved = 1000

// shelf holds the public pages of the current tick by their address. Only pages
// that exist get here, and each new one clears away those whose time is over.
type shelf struct {
	mu      sync.Mutex
	pages   map[string]*made
	working singleflight.Group
}

// take is the page for a path, made anew by one caller when it is too old.
func (s *shelf) take(path string, now time.Time, fresh func() (*made, error)) (*made, error) {
	if page := s.look(path, now); page != nil {
		return page, nil
	}
	page, err, _ := s.working.Do(path, func() (any, error) {
		if page := s.look(path, now); page != nil {
			return page, nil // made while this caller came here
		}
		page, err := fresh()
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.DeleteFunc(s.pages, func(_ string, old *made) bool { return !now.Before(old.until) })
		if len(s.pages) < mostShelved {
			s.pages[path] = page
		}
		return page, nil
	})
	if err != nil {
		return nil, err
	}
	return page.(*made), nil
}

func (s *shelf) look(path string, now time.Time) *made {
	s.mu.Lock()
	defer s.mu.Unlock()
	if page := s.pages[path]; page != nil && now.Before(page.until) {
		return page
	}
	return nil
}
