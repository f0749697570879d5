package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/patch"
)

// longestHave is the maximum length of the hashes that a reader sends, in bytes.
const longestHave = 300

// sendParts sends what changed of the parts of a public page since those that a reader
// has, all from one snapshot, or 204. The page is the one that everybody gets, so that a
// page which takes in the answer is the same as one that is loaded anew.
func (s *Site) sendParts(c *fiber.Ctx, key string, whole *response) error {
	have := strings.Clone(c.Query("have"))
	if len(have) > longestHave {
		have = ""
	}
	c.Set(fiber.HeaderCacheControl, cacheChanges)
	if have == patch.Hashes(whole.Meta.Parts) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	found, err := s.cached(c, key+" "+have+" "+whole.ETag, func() (*response, error) {
		changes, err := s.earlier.Answer(key, whole.Meta.Parts, have)
		if err != nil {
			return nil, err
		}
		done := newResponse(changes, page.Meta{}, s.config.Now())
		done.Bounded = true
		return done, nil
	})
	if err != nil {
		return err
	}
	if len(found.Plain) == 0 {
		return c.SendStatus(fiber.StatusNoContent)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set("X-Robots-Tag", "noindex")
	return sendBody(c, found.Body)
}
