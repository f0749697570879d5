package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
)

// longestSearch bounds, in characters, what is searched for.
const longestSearch = 60

// search redirects to the service that is meant, or lists the matches. It is not cached,
// because anybody could fill the cache with queries.
func (s *Site) search(c *fiber.Ctx, at address.Address) error {
	text := []rune(strings.TrimSpace(strings.ToValidUTF8(strings.Clone(c.Query("q")), "")))
	query := string(text[:min(len(text), longestSearch)])
	if query == "" {
		return s.sendPublic(c, at)
	}
	found := s.Services.Search(query, at.Country)
	if found.Sure {
		s.headers(c, "search", cacheNever)
		return c.Redirect(at.WithService(found.Services[0].Slug).Path(), fiber.StatusSeeOther)
	}
	return s.sendPrivate(c, fiber.StatusOK, "search", s.builder.SearchPage(at, query, found))
}
