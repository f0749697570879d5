package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/httpcache"
)

// Lifetimes of pages in shared caches. That of a page without some part is shorter, but not
// zero, because parts fail under load. What changed of a page is asked for again until
// there is something, so no cache may answer for longer than a page is rendered.
const (
	cachePublic  = "public, max-age=15, s-maxage=15, stale-while-revalidate=60, stale-if-error=600"
	cachePartial = "public, max-age=5, s-maxage=5"
	cacheChanges = "public, max-age=5, s-maxage=5"
	cacheNever   = "no-store"
)

// headers are those of every page, by the name of its template.
func (s *Site) headers(c *fiber.Ctx, name, cache string) {
	set(c, fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	set(c, fiber.HeaderContentSecurityPolicy, s.assets.styles[name].policy)
	set(c, fiber.HeaderXContentTypeOptions, "nosniff")
	set(c, fiber.HeaderReferrerPolicy, "same-origin")
	set(c, fiber.HeaderCacheControl, cache)
}

// headerETag is the name as the framework writes it.
const headerETag = "Etag"

// set is c.Set for a name that is written as the framework writes it, which it need not
// bring into that form.
func set(c *fiber.Ctx, name, value string) {
	c.Response().Header.SetCanonical(utils.UnsafeBytes(name), utils.UnsafeBytes(value)) // which copies both
}

// send sends a public page, compressed where the reader accepts that, or 304 where the reader
// has it.
func (s *Site) send(c *fiber.Ctx, page *response) error {
	cache := cachePublic
	if page.Meta.Partial {
		cache = cachePartial
	}
	s.headers(c, page.Meta.Name, cache)
	set(c, fiber.HeaderContentLanguage, page.Meta.Lang)
	s.linkTranslations(c, page)
	set(c, headerETag, page.ETag)
	if httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), page.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return sendBody(c, page.Body)
}

// linkTranslations names the page in each language to search engines. Headers do that
// without a byte of the page.
func (s *Site) linkTranslations(c *fiber.Ctx, page *response) {
	if len(page.Meta.Translations) == 0 {
		return
	}
	base := s.base()
	last := page.Meta.links.Load()
	if last == nil || last.base != base {
		last = &translationLinks{base, linksOf(base, page.Meta.Translations)}
		page.Meta.links.Store(last)
	}
	set(c, fiber.HeaderLink, last.header)
}

// translationLinks is the header of a page that was sent last, which is nearly always that
// of the next time: a site has one address.
type translationLinks struct{ base, header string }

func linksOf(base string, list []page.Translation) string {
	var links strings.Builder
	for i, one := range list {
		if i > 0 {
			links.WriteString(", ")
		}
		links.WriteString("<" + base + one.Path + `>; rel="alternate"; hreflang="` + one.Lang + `"`)
	}
	return links.String()
}

// sendPrivate sends a page for one reader.
func (s *Site) sendPrivate(c *fiber.Ctx, status int, name string, page page.Content) error {
	body, _, err := s.builder.Render(name, page)
	if err != nil {
		return err
	}
	s.headers(c, name, cacheNever)
	return c.Status(status).Send(body)
}

// sendData sends JSON of the cache, or 304 where the reader has it.
func sendData(c *fiber.Ctx, found *response, cache string) error {
	return sendFile(c, found, fiber.MIMEApplicationJSONCharsetUTF8, cache)
}

// sendFile sends a file of the cache, or 304 where the reader has it.
func sendFile(c *fiber.Ctx, found *response, kind, cache string) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderETag, found.ETag)
	c.Set(fiber.HeaderCacheControl, cache)
	if httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), found.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if kind == kindPNG { // is compressed already
		return c.Send(found.Plain)
	}
	return sendBody(c, found.Body)
}
