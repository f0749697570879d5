package frontend

import (
	"context"
	"encoding/xml"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// cacheOEmbed is short beside what the answer says of itself: settings may change.
const cacheOEmbed = "public, max-age=3600"

// oembed sends the frame of a page of a service or an incident, by the page's address
// (https://oembed.com).
func (s *Site) oembed(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	format := c.Query("format", "json")
	if format != "json" && format != "xml" {
		return plainStatus(c, fiber.StatusNotImplemented, "The format must be json or xml.")
	}
	width, ok := limitOf(c.Query("maxwidth"))
	height, also := limitOf(c.Query("maxheight"))
	if !ok || !also {
		return plainStatus(c, fiber.StatusBadRequest, "maxwidth and maxheight must be whole numbers above 0.")
	}
	at, ok := s.embedded(c.UserContext(), strings.Clone(c.Query("url")), s.base())
	if !ok {
		return plainStatus(c, fiber.StatusNotFound, "The url must be that of a service or an incident of this site.")
	}
	made := s.builder.OEmbed(at, s.base(), width, height)
	c.Set(fiber.HeaderCacheControl, cacheOEmbed)
	if format == "json" {
		return c.JSON(made)
	}
	body, err := xml.Marshal(made)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/xml; charset=utf-8")
	return c.SendString(xml.Header + string(body))
}

func plainStatus(c *fiber.Ctx, status int, text string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	return c.Status(status).SendString(text + "\n")
}

// limitOf is a length in pixels; none is no limit.
func limitOf(text string) (pixels int, ok bool) {
	if text == "" {
		return math.MaxInt, true
	}
	pixels, err := strconv.Atoi(text)
	return pixels, err == nil && pixels > 0
}

// embedded is the service and country of a page of the site, by its whole address or its
// path.
func (s *Site) embedded(ctx context.Context, text, base string) (at address.Address, ok bool) {
	of, err := url.Parse(text)
	if err != nil || len(text) > longestEcho || of.Opaque != "" || of.Scheme+of.Host != "" && of.Scheme+"://"+of.Host != base {
		return at, false
	}
	at, ok = address.Parse(s.config.Services, of.Path)
	if !ok || at.Leaf != "" && at.ID == "" {
		return at, false
	}
	if at.ID != "" {
		record, err := s.config.Incidents.Incident(ctx, at.ID)
		if err != nil {
			return at, false
		}
		at = address.Address{Lang: at.Lang, Country: record.Country, Service: record.Service}
	}
	_, known := s.config.Services.Service(at.Service)
	return address.Address{Lang: at.Lang, Country: at.Country, Service: at.Service}, known && (at.Country == "" || outage.Country.Covered(at.Country))
}
