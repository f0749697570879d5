package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
)

// longestHave is the maximum length of the hashes that a reader sends, in bytes.
const longestHave = 300

// sendParts sends the parts of a public page that a reader does not have yet, all from
// one snapshot, or 204. The page is the one that everybody gets, so that a page which
// takes in the answer is the same as one that is loaded anew.
func (s *Site) sendParts(c *fiber.Ctx, key string, whole *response) error {
	have := strings.Clone(c.Query("have"))
	if len(have) > longestHave {
		have = ""
	}
	c.Set(fiber.HeaderCacheControl, cachePublic)
	changed := page.Changed(whole.Meta.Parts, have)
	if changed == nil {
		return c.SendStatus(fiber.StatusNoContent)
	}
	found, err := s.cached(c, key+" "+have+" "+whole.ETag, func() (*response, error) {
		done := newResponse(changed, page.Meta{}, s.Now())
		done.Bounded = true
		return done, nil
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set("X-Robots-Tag", "noindex")
	return sendBody(c, found.Body)
}
