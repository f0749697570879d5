package frontend

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// longestSearch bounds, in characters, what is searched for.
const longestSearch = 60

type searchPage struct {
	*frame
	asked string
	Found []link
}

// Query is what was searched for, as it stands in the field again.
func (page *searchPage) Query() string { return page.asked }

// search leads to the service that is meant, or lists those that may be. It
// answers one reader: strangers could fill the cache with questions.
func (s *Site) search(c *fiber.Ctx, at address) error {
	text := []rune(strings.TrimSpace(strings.ToValidUTF8(strings.Clone(c.Query("q")), "")))
	query := string(text[:min(len(text), longestSearch)])
	if query == "" {
		return s.public(c, at)
	}
	found := slices.DeleteFunc(slices.Clone(s.Services.Search(query)), func(service outage.Service) bool {
		return at.Country != "" && !usedIn(service, at.Country)
	})
	if len(found) == 1 || len(found) > 1 && meant(found[0], query) && !meant(found[1], query) {
		s.headers(c, "search", cacheNever)
		return c.Redirect(at.withService(found[0].Slug).path(), fiber.StatusSeeOther)
	}
	page := &searchPage{frame: s.frame(at), asked: query}
	page.Index = false
	page.Title = page.T("search.none", "query", query)
	if len(found) > 0 {
		page.Title = page.T("search.found", "query", query)
	}
	for _, service := range found {
		page.Found = append(page.Found, link{
			Path: page.Service(service.Slug), Text: page.ServiceName(service), Lang: page.LangOf(service.Names),
		})
	}
	return s.sendPrivate(c, fiber.StatusOK, "search", page)
}

// meant reports whether a query is one of a service's own names.
func meant(service outage.Service, query string) bool {
	names := slices.Concat([]string{service.Slug, service.Name}, service.Aliases, slices.Collect(maps.Values(service.Names)))
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, query) })
}
