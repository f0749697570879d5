package frontend

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
)

// listIncidents sends a page of the list.
func (s *Site) listIncidents(c *fiber.Ctx, at address.Address) error {
	of := func(name string) string { return strings.Clone(c.Query(name)) }
	if country, ok := address.ParseCountry(of("country")); ok {
		return c.Redirect(at.WithCountry(country).Path(), fiber.StatusMovedPermanently)
	}
	filter, err := address.ParseIncidentQuery(s.config.Services, of)
	if err != nil {
		return err
	}
	if of("format") == "csv" {
		return s.incidentsFile(c, at, filter)
	}
	done, err := s.cached(c, at.Path()+filter.Query(), func() (*response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), waitFor)
		defer cancel()
		list, err := s.builder.ListIncidents(ctx, at, filter)
		if err != nil {
			return nil, err
		}
		if filter.Arbitrary() {
			return s.renderBounded("incidents", list)
		}
		return s.render("incidents", list)
	})
	if err != nil {
		return err
	}
	return s.send(c, done)
}

// incidentsFile sends the list as CSV, with the columns of the register.
func (s *Site) incidentsFile(c *fiber.Ctx, at address.Address, filter address.IncidentQuery) error {
	filter.Cursor = ""
	key := at.WithLang(locale.Default).Path() + ".csv" + filter.Query()
	found, err := s.cachedFile(c, key, func() ([]byte, error) { return s.builder.IncidentsCSV(at, filter) })
	if err != nil {
		return err
	}
	c.Attachment("incidents.csv")
	return sendFile(c, found, kindCSV, cacheFile)
}
