package frontend

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
)

// listIncidents sends a page of the list.
func (s *Site) listIncidents(c *fiber.Ctx, at address.Address) error {
	of := func(name string) string { return strings.Clone(c.Query(name)) }
	if country, ok := address.ParseCountry(of("country")); ok {
		return c.Redirect(at.WithCountry(country).Path(), fiber.StatusMovedPermanently)
	}
	filter, err := address.ParseIncidentQuery(s.Services, of)
	if err != nil {
		return err
	}
	page, err := s.cached(c, at.Path()+filter.Query(), func() (*response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), waitFor)
		defer cancel()
		page, err := s.builder.ListIncidents(ctx, at, filter)
		if err != nil {
			return nil, err
		}
		if filter.Cursor != "" {
			return s.renderBounded("incidents", page)
		}
		return s.render("incidents", page)
	})
	if err != nil {
		return err
	}
	return s.send(c, page)
}
