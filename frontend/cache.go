package frontend

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/httpcache"
)

// Lifetimes of cached pages. Within a tick any number of readers costs one
// rendering and one compression of each page.
const (
	tick        = 5 * time.Second
	tickPartial = time.Second
	// staleFor is how long an expired page is still served while the next one is
	// filled.
	staleFor = 30 * time.Second
	// fillFor bounds the time in which a page or a file is made.
	fillFor = 10 * time.Second
	// Bounds of the cache for pages with arbitrary parameters.
	mostBounded  = 1000
	boundedBytes = 32 << 20 // before compression
)

// response is a cached public page. Its key is its address.
type response = httpcache.Entry[meta]

// meta is what is known of a page beside its body.
type meta struct {
	page.Meta
	links *atomic.Pointer[translationLinks]
}

func newCache(now func() time.Time) *httpcache.Cache[meta] {
	return httpcache.New[meta](httpcache.Config{
		Name: "pages", Now: now, FillFor: fillFor, StaleFor: staleFor, MostEntries: mostBounded, MostBytes: boundedBytes,
	})
}

func newResponse(body []byte, about page.Meta, now time.Time) *response {
	until := now.Add(tick)
	if about.Partial {
		until = now.Add(tickPartial)
	}
	return httpcache.NewEntry(body, meta{about, new(atomic.Pointer[translationLinks])}, until)
}

// cached is the page under a key, filled by one request for all that wait. The fill
// continues when that request ends.
func (s *Site) cached(c *fiber.Ctx, key string, make func() (*response, error)) (*response, error) {
	return s.cache.GetOrFill(c.UserContext(), key, func(context.Context) (*response, error) { return make() })
}

// cachedFile is cached for a file of which there are many by address.
func (s *Site) cachedFile(c *fiber.Ctx, key string, make func() ([]byte, error)) (*response, error) {
	return s.cached(c, key, func() (*response, error) {
		body, err := make()
		if err != nil {
			return nil, err
		}
		made := newResponse(body, page.Meta{}, s.config.Now())
		made.Bounded = true
		return made, nil
	})
}

// sendBody responds in the smallest encoding that the reader accepts.
func sendBody(c *fiber.Ctx, body httpcache.Body) error {
	set(c, fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	encoding, encoded := body.Encoded(c.Get(fiber.HeaderAcceptEncoding), c.AcceptsEncodings)
	if encoding != "" {
		set(c, fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(encoded)
}
