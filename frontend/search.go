package frontend

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	longestSearch = 60 // characters of what is searched for
	suggestions   = 6
)

// queryOf is what somebody searches for, "" for nothing.
func queryOf(text string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	return string(runes[:min(len(runes), longestSearch)])
}

// search redirects to the service that is meant, or lists the matches. It is not cached,
// because anybody could fill the cache with queries.
func (s *Site) search(c *fiber.Ctx, at address.Address) error {
	query := queryOf(strings.Clone(c.Query("q")))
	if query == "" {
		return s.sendPublic(c, at, at.Key())
	}
	found := s.config.Services.Search(query, at.Country)
	if found.Sure {
		s.headers(c, "search", cacheNever)
		return c.Redirect(at.WithService(found.Services[0].Slug).Path(), fiber.StatusSeeOther)
	}
	places := s.searchPlaces(at, query)
	if len(places) == 1 && len(found.Services)+len(found.Categories) == 0 {
		s.headers(c, "search", cacheNever)
		return c.Redirect(places[0].Path(), fiber.StatusSeeOther)
	}
	page := s.builder.SearchPage(at, query, found, places)
	page.Askable, page.Asked = s.config.Wanted != nil, c.Query("asked") != ""
	return s.sendPrivate(c, fiber.StatusOK, "search", page)
}

// suggestion is a service that somebody who types may mean.
type suggestion struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// suggest lists services for what is typed so far, for the script of the search field.
func (s *Site) suggest(c *fiber.Ctx) error {
	at := homeOf(func(name string) string { return strings.Clone(c.Query(name)) })
	texts, found := locale.New(at.Lang, at.Country), []suggestion{}
	if query := queryOf(strings.Clone(c.Query("q"))); query != "" {
		for _, service := range s.config.Services.Search(query, at.Country).Services {
			if len(found) < suggestions {
				found = append(found, suggestion{texts.ServiceName(service), at.WithService(service.Slug).Path()})
			}
		}
	}
	c.Set(fiber.HeaderCacheControl, cacheFound)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.JSON(found)
}

// postAsk counts a request for a service that search did not find.
func (s *Site) postAsk(c *fiber.Ctx) error {
	if err := s.checkForm(c); err != nil {
		return err
	}
	at := homeOf(func(name string) string { return field(c, name) })
	query := queryOf(field(c, "q"))
	if s.config.Wanted == nil || query == "" {
		return inLanguage(c, at.Lang, &outage.Error{Code: outage.CodeNotFound})
	}
	if err := s.config.Wanted.Ask(c.UserContext(), s.config.ClientOf(c).Addr, query); err != nil {
		return inLanguage(c, at.Lang, err)
	}
	s.headers(c, "search", cacheNever)
	return c.Redirect(at.Path()+"?"+url.Values{"q": {query}, "asked": {"1"}}.Encode(), fiber.StatusSeeOther)
}
