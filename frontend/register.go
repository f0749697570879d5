package frontend

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
)

// register sends the register with the incidents of a quarter.
func (s *Site) register(c *fiber.Ctx, at address.Address) error {
	quarter := strings.ToUpper(strings.Clone(c.Query("quarter")))
	page, err := s.cached(c, at.Path()+"?quarter="+quarter, func() (*response, error) {
		page, err := s.builder.RegisterPage(at, quarter)
		if err != nil {
			return nil, err
		}
		if quarter != "" {
			return s.renderBounded("register", page)
		}
		return s.render("register", page)
	})
	if err != nil {
		return err
	}
	return s.send(c, page)
}
