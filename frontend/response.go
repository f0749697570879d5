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

// headers are those of every page.
func (s *Site) headers(c *fiber.Ctx, cache string) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentSecurityPolicy, s.assets.policy)
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
	s.headers(c, cache)
	c.Set(fiber.HeaderContentLanguage, page.lang)
	c.Set(fiber.HeaderETag, page.tag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if matches(c.Get(fiber.HeaderIfNoneMatch), page.tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	switch {
	case takes(c, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(page.brotli())
	case takes(c, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(page.gzip())
	}
	return c.Send(page.body)
}

// takes reports whether a reader reads an encoding. Each is asked for by
// itself, because browsers list them in no order of liking; a reader that lists
// none gets none.
func takes(c *fiber.Ctx, encoding string) bool {
	return c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings(encoding) == encoding
}

// sendPrivate answers with a page that is for one reader only.
func (s *Site) sendPrivate(c *fiber.Ctx, status int, name string, data any) error {
	body, err := s.pages.render(name, data)
	if err != nil {
		return err
	}
	s.headers(c, cacheNever)
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
