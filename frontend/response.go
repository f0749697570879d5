package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// How long shared caches may keep a page. A page that lacks a part is asked
// for again sooner, but still not by every reader: parts fail under load.
const (
	cachePublic  = "public, max-age=15, s-maxage=15, stale-while-revalidate=60, stale-if-error=600"
	cachePartial = "public, max-age=5, s-maxage=5"
	cacheNever   = "no-store"
)

// headers are those of every page, by the name of its template.
func (s *Site) headers(c *fiber.Ctx, name, cache string) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentSecurityPolicy, s.assets.sheets[name].policy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderCacheControl, cache)
}

// send answers with a public page, compressed where the reader takes that, or
// with 304 where the reader has it.
func (s *Site) send(c *fiber.Ctx, page *made) error {
	cache := cachePublic
	if page.partial {
		cache = cachePartial
	}
	s.headers(c, page.name, cache)
	c.Set(fiber.HeaderContentLanguage, page.lang)
	c.Set(fiber.HeaderETag, page.tag)
	if matches(c.Get(fiber.HeaderIfNoneMatch), page.tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return page.packed.send(c)
}

// sendPrivate answers with a page that is for one reader only.
func (s *Site) sendPrivate(c *fiber.Ctx, status int, name string, page content) error {
	body, err := s.pages.render(name, page)
	if err != nil {
		return err
	}
	s.headers(c, name, cacheNever)
	return c.Status(status).Send(body)
}

// matches compares tags as RFC 9110, section 13.1.2 does for If-None-Match.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
