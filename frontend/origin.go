package frontend

import (
	"fmt"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/patch"
)

// origins are the sites under each address by which requests come, where there is no
// public one. Each has pages and a cache of its own, so that no page that is cached for
// one address is sent at another. It is safe for concurrent use.
type origins struct {
	mutex sync.RWMutex
	of    map[string]*Site
}

// under handles a request by the site under the address by which it came.
func (s *Site) under(handle func(*Site, *fiber.Ctx) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		site, err := s.at(c)
		if err != nil {
			return err
		}
		return handle(site, c)
	}
}

// at is the site under the address of a request; it is s where that is not known or
// makes no difference.
func (s *Site) at(c *fiber.Ctx) (*Site, error) {
	if s.config.PublicURL != "" || s.config.OriginOf == nil {
		return s, nil
	}
	origin := s.config.OriginOf(c)
	if origin == "" {
		return s, nil
	}
	s.origins.mutex.RLock()
	site := s.origins.of[origin]
	s.origins.mutex.RUnlock()
	if site != nil {
		return site, nil
	}
	s.origins.mutex.Lock()
	defer s.origins.mutex.Unlock()
	if site := s.origins.of[origin]; site != nil {
		return site, nil
	}
	earlier, err := patch.NewEarlier()
	if err != nil {
		return nil, fmt.Errorf("making the pages of %s: %w", origin, err)
	}
	made := &Site{
		config: s.config, builder: s.builder.Under(origin), assets: s.assets, cache: newCache(s.config.Now),
		drawing: s.drawing, earlier: earlier, addresses: s.addresses,
	}
	made.config.PublicURL = origin
	s.origins.of[origin] = made
	return made, nil
}

// base is the address of the site in files that need absolute ones, "" where it is not
// known.
func (s *Site) base() string { return s.config.PublicURL }
