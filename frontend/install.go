package frontend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	typeManifest = "application/manifest+json"
	// workerName is the script that answers for the pages without a connection. It may
	// answer for all of them only at an address above them.
	workerName = "worker"
	workerPath = "/worker.js"
)

// appIcon is an icon for home screens, at a fixed address.
type appIcon struct {
	path, purpose string // no purpose: it is not in the manifest
	size          int
	full          bool
}

var appIcons = []appIcon{
	{"/icon-192.png", "any", 192, false}, {"/icon-512.png", "any", 512, false},
	{"/icon-maskable-192.png", "maskable", 192, true}, {"/icon-maskable-512.png", "maskable", 512, true},
	{touchIcon, "", 180, true},
}

// touchIcon is where systems look that read no manifest.
const touchIcon = "/apple-touch-icon.png"

// install adds what makes the site an application of a phone: the manifest in each
// language, icons, and the worker that answers without a connection.
func (s *Site) install(router fiber.Router) {
	router.Get("/manifest.webmanifest", s.manifest)
	router.Get("/manifest-:lang.webmanifest", s.manifest)
	for _, icon := range appIcons {
		router.Get(icon.path, s.appIcon(icon))
	}
	router.Get(workerPath, s.worker)
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type manifestShortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// manifest lets a browser install the site in the language of the page. The id is that of
// all languages, so that it is installed once.
func (s *Site) manifest(c *fiber.Ctx) error {
	lang := locale.Default
	if named := c.Params("lang"); named != "" {
		lang = strings.Clone(named)
		if lang == locale.Default || !slices.Contains(s.languages(), lang) {
			return c.Next()
		}
	}
	words, home := locale.New(lang, ""), address.Address{Lang: lang}
	body, err := json.Marshal(map[string]any{
		"name": s.config.Operator.Name, "short_name": s.config.Operator.Name, "description": words.T("home.lead"),
		"id": "/", "start_url": home.Path(), "scope": "/", "display": "minimal-ui", "lang": lang, "dir": "ltr",
		"background_color": s.config.Operator.Colour, "theme_color": s.config.Operator.Colour, "categories": []string{"news", "utilities"},
		"icons": s.manifestIcons(), "shortcuts": []manifestShortcut{
			{words.T("map.title"), home.WithLeaf(address.LeafMap).Path()}, {words.T("incidents.title"), home.WithLeaf(address.LeafIncidents).Path()},
		},
	})
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return sendFound(c, typeManifest, body)
}

func (s *Site) manifestIcons() []manifestIcon {
	vector := s.assets.icons[outage.StatusNormal]
	if s.assets.logo != nil && s.assets.logo.kind == "image/svg+xml" {
		vector = s.assets.logo
	}
	icons := []manifestIcon{{vector.path, "any", vector.kind, "any"}}
	for _, icon := range appIcons {
		if icon.purpose != "" {
			size := strconv.Itoa(icon.size)
			icons = append(icons, manifestIcon{icon.path, size + "x" + size, kindPNG, icon.purpose})
		}
	}
	return icons
}

// appIcon draws an icon when it is first asked for.
func (s *Site) appIcon(icon appIcon) fiber.Handler {
	return func(c *fiber.Ctx) error {
		found, err := s.cached(c, icon.path, func() (*response, error) {
			drawn, err := draw.IconPNG(draw.Icon{Size: icon.size, Full: icon.full, Field: colourOf(s.config.Operator.Colour), Raster: rasterLogo(s.config.Operator)})
			if err != nil {
				return nil, err
			}
			made := newResponse(drawn, page.Meta{}, s.config.Now())
			made.Until = s.config.Now().Add(contactFor) // it changes with a start of the server only
			return made, nil
		})
		if err != nil {
			return err
		}
		return sendFile(c, found, kindPNG, "public, max-age=86400")
	}
}

// colourOf reads a colour of the form #0a2342, which the settings hold.
func colourOf(text string) color.RGBA {
	result := color.RGBA{A: 255}
	_, _ = fmt.Sscanf(text, "#%02x%02x%02x", &result.R, &result.G, &result.B)
	return result
}

// rasterLogo is the logo of the operator if it is made of pixels, else nil.
func rasterLogo(operator page.Operator) image.Image {
	if operator.LogoKind != kindPNG {
		return nil
	}
	logo, err := png.Decode(bytes.NewReader(operator.Logo))
	if err != nil {
		return nil
	}
	return logo
}

// worker sends the script that answers without a connection. Browsers look for a newer
// one themselves.
func (s *Site) worker(c *fiber.Ctx) error {
	if s.assets.worker == nil {
		return c.Next()
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; connect-src 'self'")
	return s.assets.worker.send(c)
}
