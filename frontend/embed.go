package frontend

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

type embedPage struct {
	*frame
	Name     string
	Verdicts []verdict
	Page     string // the page of the service
	AsOf     []locale.Time
}

// embed answers with a small page that others may frame. The query may name a
// country and a language.
func (s *Site) embed(c *fiber.Ctx) error {
	at, err := s.asked(c, c.Params("service"))
	if err != nil {
		return err
	}
	at.Leaf = leafEmbed
	return s.public(c, at)
}

// asked reads the service of an embed or a badge, and the country and language
// that its query may name.
func (s *Site) asked(c *fiber.Ctx, slug string) (address, error) {
	at := address{Lang: locale.Known(strings.Clone(c.Query("lang")))}
	service, ok := s.Services.Service(strings.Clone(slug))
	if !ok {
		return at, &outage.Error{Code: outage.CodeNotFound}
	}
	at.Service = service.Slug
	if country := c.Query("country"); country != "" {
		if at.Country, ok = countryOf(strings.ToLower(country)); !ok || !usedIn(service, at.Country) {
			return at, &outage.Error{Code: outage.CodeNotFound}
		}
	}
	return at, nil
}

// embedPage is the verdict alone.
func (s *Site) embedPage(ctx context.Context, at address) *embedPage {
	service, _ := s.Services.Service(at.Service)
	page := &embedPage{frame: s.frame(at), Page: at.withLeaf("").path()}
	page.Index = false
	page.Name = page.ServiceName(service)
	page.Title = page.T("service.title", "service", page.Name)
	page.Verdicts = page.verdicts(ctx, service)
	for _, country := range at.countries(service) {
		page.AsOf = append(page.AsOf, page.TimeOfDay(s.AsOf(), country))
	}
	return page
}
