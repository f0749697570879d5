package frontend

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
)

// vendors sends the table of what vendors published.
func (s *Site) vendors(c *fiber.Ctx, at address.Address) error {
	page, err := s.cached(c, at.Path(), func() (*response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), waitFor)
		defer cancel()
		page, err := s.builder.VendorsPage(ctx, at)
		if err != nil {
			return nil, err
		}
		return s.render("vendors", page)
	})
	if err != nil {
		return err
	}
	return s.send(c, page)
}
