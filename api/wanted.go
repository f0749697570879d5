package api

import (
	"fmt"

	"github.com/gofiber/fiber/v2"
)

type wantedJSON struct {
	Day      string `json:"day"`
	Text     string `json:"text"`
	Networks int    `json:"networks"`
}

// listWanted tells the operator which services people asked for.
func (a *API) listWanted(c *fiber.Ctx) error {
	if _, err := a.keyOwner(c); err != nil {
		return err
	}
	q := a.query(c, "cursor")
	q.cursor()
	if err := q.err(); err != nil {
		return err
	}
	found, err := a.config.Wanted.List(c.UserContext())
	if err != nil {
		return fmt.Errorf("reading what people asked for: %w", err)
	}
	items := make([]wantedJSON, len(found))
	for i, w := range found {
		items[i] = wantedJSON(w)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(list[wantedJSON]{Items: items})
}
