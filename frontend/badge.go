package frontend

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// cacheBadge lets image proxies keep a badge for a minute.
const cacheBadge = "public, max-age=60, s-maxage=60, stale-while-revalidate=60, stale-if-error=600"

// badgeColours are the ground and the text of a status. None is green: few
// reports do not prove that all is well.
var badgeColours = map[outage.Status][2]string{
	outage.StatusOutage: {"#0a2342", "#ffd23f"}, outage.StatusElevated: {"#ffd23f", "#0a2342"},
	outage.StatusNormal: {"#dbe6ef", "#0d1b2a"}, outage.StatusUnknown: {"#eef1f4", "#47586a"},
}

// badge answers with the status of a service as a small picture, or as the JSON
// of a shields.io endpoint (https://shields.io/badges/endpoint-badge).
func (s *Site) badge(c *fiber.Ctx) error {
	slug, picture := strings.CutSuffix(c.Params("file"), ".svg")
	if !picture {
		var data bool
		if slug, data = strings.CutSuffix(slug, ".json"); !data {
			return fiber.ErrNotFound
		}
	}
	at, err := s.asked(c, slug)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), waitFor)
	defer cancel()
	f := s.frame(at)
	service, _ := s.Services.Service(at.Service)
	first := f.verdicts(ctx, service)[0]
	worst := first.Status
	name, message := f.ServiceName(service), f.T("badge."+string(worst))
	if in := first.health.Incident; in != nil {
		message = f.because(message, *in)
	}
	cache := cacheBadge
	if f.partial {
		cache = cachePartial
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if !picture {
		return c.JSON(fiber.Map{
			"schemaVersion": 1, "label": name, "message": message, "cacheSeconds": 60,
			"color": badgeColours[worst][0], "labelColor": "#47586a",
		})
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.SendString(drawBadge(name, message, badgeColours[worst]))
}

// drawBadge sets two texts side by side, each stretched to a width that is
// reckoned, since the fonts of readers differ.
func drawBadge(name, message string, colours [2]string) string {
	left, right := textWidth(name), textWidth(message)
	a, b := left+28, right+14
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="22" role="img" aria-label="%[2]s: %[3]s"><title>%[2]s: %[3]s</title>`+
		`<clipPath id="r"><rect width="%[1]d" height="22" rx="4"/></clipPath><g clip-path="url(#r)"><path fill="#2b3b4c" d="M0 0h%[4]dv22H0z"/><path fill="%[5]s" d="M%[4]d 0h%[6]dv22H%[4]dz"/></g>`+
		`<path fill="#ffd23f" d="M12 4c.4 3 4.5 4.7 4.5 8.2a4.5 4.5 0 0 1-9 0C7.5 8.7 11.6 7 12 4z"/>`+
		`<g font-family="Verdana,Noto Sans,sans-serif" font-size="11"><text x="21" y="15" fill="#fff" textLength="%[7]d">%[2]s</text><text x="%[8]d" y="15" fill="%[9]s" textLength="%[10]d">%[3]s</text></g></svg>`,
		a+b, escaped(name), escaped(message), a, colours[0], b, left, a+7, colours[1], right)
}

// textWidth is about how many pixels a text takes at 11 pixels: marks that sit
// on a letter take none.
func textWidth(text string) int {
	width := 0.0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn):
		case strings.ContainsRune("fijlrtI.,'|! ", r):
			width += 4.3
		case unicode.IsUpper(r) || strings.ContainsRune("mw", r):
			width += 8.6
		default:
			width += 7
		}
	}
	return int(width)
}

// escaped is text as it may stand in XML.
func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder takes everything
	return out.String()
}
