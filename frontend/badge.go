package frontend

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// cacheBadge lets image proxies keep a badge for a minute.
const cacheBadge = "public, max-age=60, s-maxage=60, stale-while-revalidate=60, stale-if-error=600"

// badge sends the status of a service as a small picture, or as the JSON of a shields.io
// endpoint (https://shields.io/badges/endpoint-badge).
func (s *Site) badge(c *fiber.Ctx) error {
	slug, picture := strings.CutSuffix(c.Params("file"), ".svg")
	if !picture {
		var data bool
		if slug, data = strings.CutSuffix(slug, ".json"); !data {
			return fiber.ErrNotFound
		}
	}
	at, err := s.badgeAddress(c, slug)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), waitFor)
	defer cancel()
	shown := s.builder.Badge(ctx, at)
	cache := cacheBadge
	if shown.Partial {
		cache = cachePartial
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if !picture {
		return c.JSON(fiber.Map{
			"schemaVersion": 1, "label": shown.Name, "message": shown.Message, "cacheSeconds": 60,
			"color": draw.BadgeColours[shown.Status][0], "labelColor": "#47586a",
		})
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.SendString(draw.Badge(shown.Name, shown.Message, draw.BadgeColours[shown.Status]))
}

// embed sends a small page that other sites may frame. The query may name a
// country and a language.
func (s *Site) embed(c *fiber.Ctx) error {
	at, err := s.badgeAddress(c, c.Params("service"))
	if err != nil {
		return err
	}
	at.Leaf = address.LeafEmbed
	return s.sendPublic(c, at, at.Key())
}

// badgeAddress reads the service of an embed or a badge, and the country and language
// that its query may name.
func (s *Site) badgeAddress(c *fiber.Ctx, slug string) (address.Address, error) {
	at := address.Address{Lang: locale.Known(strings.Clone(c.Query("lang")))}
	service, ok := s.config.Services.Service(strings.Clone(slug))
	if !ok {
		return at, &outage.Error{Code: outage.CodeNotFound}
	}
	at.Service = service.Slug
	if country := c.Query("country"); country != "" {
		if at.Country, ok = address.ParseCountry(strings.ToLower(country)); !ok || !address.UsedIn(service, at.Country) {
			return at, &outage.Error{Code: outage.CodeNotFound}
		}
	}
	return at, nil
}
