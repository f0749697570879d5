package frontend

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"
)

//go:embed static/site.css
var styleSource string

//go:embed static/icon.svg
var iconSource string

// assets is what pages carry besides their text. The style sheet stands inside
// each page: on a slow line one more request costs more than its bytes.
type assets struct {
	style    template.HTML // the whole style element
	policy   string        // the Content-Security-Policy, with the style's hash
	icon     string
	iconName string // changes with the icon, so that it may be kept for ever
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssTight   = regexp.MustCompile(` ?([{};,]) ?`)
)

// smaller takes out of a style sheet what only its authors read.
func smaller(css string) string {
	css = cssSpace.ReplaceAllString(cssComment.ReplaceAllString(css, ""), " ")
	css = cssTight.ReplaceAllString(css, "$1")
	return strings.TrimSpace(strings.ReplaceAll(css, ";}", "}"))
}

func loadAssets() assets {
	css := smaller(styleSource)
	sum := sha256.Sum256([]byte(css))
	icon := sha256.Sum256([]byte(iconSource))
	return assets{
		style: template.HTML("<style>" + css + "</style>"),
		policy: "default-src 'none'; style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		icon:     iconSource,
		iconName: "icon." + hex.EncodeToString(icon[:4]) + ".svg",
	}
}

// static serves the files whose names carry their hash.
func (s *Site) static(c *fiber.Ctx) error {
	if c.Params("name") != s.assets.iconName {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return s.sendIcon(c)
}

// favicon answers browsers that ask for an icon without reading the page.
func (s *Site) favicon(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return s.sendIcon(c)
}

func (s *Site) sendIcon(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.SendString(s.assets.icon)
}
