package frontend

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// longestSearch bounds, in characters, what is searched for.
const longestSearch = 60

// search redirects to the only match, or lists the matches. It is not cached,
// because anybody could fill the cache with queries.
func (s *Site) search(c *fiber.Ctx, at address.Address) error {
	text := []rune(strings.TrimSpace(strings.ToValidUTF8(strings.Clone(c.Query("q")), "")))
	query := string(text[:min(len(text), longestSearch)])
	if query == "" {
		return s.sendPublic(c, at)
	}
	found := slices.DeleteFunc(slices.Clone(s.Services.Search(query)), func(service outage.Service) bool {
		return at.Country != "" && !address.UsedIn(service, at.Country)
	})
	if len(found) == 1 || len(found) > 1 && meant(found[0], query) && !meant(found[1], query) {
		s.headers(c, "search", cacheNever)
		return c.Redirect(at.WithService(found[0].Slug).Path(), fiber.StatusSeeOther)
	}
	page := s.builder.SearchPage(at, query, found)
	return s.sendPrivate(c, fiber.StatusOK, "search", page)
}

// meant reports whether a query is exactly one of a service's own names.
func meant(service outage.Service, query string) bool {
	names := slices.Concat([]string{service.Slug, service.Name}, service.Aliases, slices.Collect(maps.Values(service.Names)))
	key := locale.Key(query)
	return slices.ContainsFunc(names, func(name string) bool { return locale.Key(name) == key })
}
