package frontend

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
)

// terminals begin the names of programs whose users read text.
var terminals = []string{"curl/", "wget/", "httpie/", "xh/", "fetch/"}

// wantsPlain reports whether text is asked for, by Accept or by a program of a terminal
// that accepts anything.
func wantsPlain(c *fiber.Ctx) bool {
	accept := c.Get(fiber.HeaderAccept)
	if strings.Contains(accept, fiber.MIMETextHTML) { // as browsers write it
		return false
	}
	accept, agent := strings.ToLower(accept), strings.ToLower(c.Get(fiber.HeaderUserAgent))
	if strings.Contains(accept, fiber.MIMETextHTML) {
		return false
	}
	if strings.Contains(accept, fiber.MIMETextPlain) {
		return true
	}
	for _, terminal := range terminals {
		if strings.HasPrefix(agent, terminal) {
			return accept == "" || accept == "*/*"
		}
	}
	return false
}

// plain answers with the page of a service as text. Caches between would give it to
// browsers.
func (s *Site) plain(c *fiber.Ctx, at address.Address) error {
	found, err := s.cached(c, at.Key()+" as text", func() (*response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), waitFor)
		defer cancel()
		return newResponse(s.builder.Plain(ctx, at), page.Meta{}, s.config.Now()), nil
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, at.Lang)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, cacheNever)
	return c.Send(found.Plain)
}
