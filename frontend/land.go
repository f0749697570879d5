package frontend

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/locale"
)

// landFiner is how many times finer than the map the lines of the land are that
// a closer look needs. It is that of the cells of the whole country, which then
// lie exactly along them.
const landFiner = 4

// landAnswer is the land as paths.
type landAnswer struct {
	Finer   float64 `json:"finer"`
	Coast   string  `json:"coast"`
	Borders string  `json:"borders"`
}

// cacheLand is long: land changes with the program only.
const cacheLand = "public, max-age=86400, stale-while-revalidate=604800"

// land answers with the lines of a country's land.
func (s *Site) land(c *fiber.Ctx) error {
	country, ok := countryOf(c.Params("country"))
	sheet := s.sheets[sheetKey{country, largeResolution[country]}]
	if !ok || sheet == nil {
		return c.Next()
	}
	found, err := s.cached(c, "land/"+string(country), func() (*made, error) {
		answer := landAnswer{Finer: landFiner}
		answer.Borders, answer.Coast = sheet.lines(landFiner)
		body, err := json.Marshal(answer)
		if err != nil {
			return nil, fmt.Errorf("writing the lines of the land: %w", err)
		}
		return newMade(body, s.frame(address{Lang: locale.Default}), s.Now()), nil
	})
	if err != nil {
		return err
	}
	return sendData(c, found, cacheLand)
}

// sendData answers with JSON of the cache, or with 304 where the reader has it.
func sendData(c *fiber.Ctx, found *made, cache string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderETag, found.ETag)
	c.Set(fiber.HeaderCacheControl, cache)
	if httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), found.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return sendBody(c, found.Body)
}
