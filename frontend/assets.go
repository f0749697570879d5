package frontend

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"path"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed static
var staticFiles embed.FS

// dist holds the scripts that "make build" compiles from islands/. Before that it
// holds a README only, and the pages work without scripts.
//
//go:embed dist
var dist embed.FS

// styles lists the style sheets of each page that stand in it.
var styles = map[string][]string{
	"home":      {"base", "home", "record"},
	"search":    {"base", "home", "prose"},
	"service":   {"base", "details", "form", "service"},
	"place":     {"base", "details", "charts", "related", "service", "incidents", "place"},
	"incidents": {"base", "details", "incidents"},
	"calendar":  {"base", "incidents", "calendar"},
	"day":       {"base", "details", "charts", "incidents", "register"},
	"incident":  {"base", "details", "service", "incidents", "incident"},
	"map":       {"base", "details", "charts", "map"},
	"districts": {"base", "details", "charts", "districts"},
	"report":    {"base", "details", "form", "prose"},
	"thanks":    {"base", "prose"},
	"about":     {"base", "prose"},
	"follow":    {"base", "prose"},
	"mail":      {"base", "prose"},
	"offline":   {"base", "form", "prose", "offline"},
	"credits":   {"base", "prose"},
	"register":  {"base", "details", "charts", "incidents", "register"},
	"vendors":   {"base", "details", "charts", "incidents"},
	"problem":   {"base", "prose"},
	"embed":     {"embed"},
}

// lower lists the style sheets of what the pages of a service and of an incident have
// below their first screen. They are one file, linked where that begins, so that the
// first screen is light and does not wait for it.
var lower = []string{"charts", "related", "record"}

// scripts lists the islands of each page. None is needed to use it.
var scripts = map[string][]string{"home": {"live", "search"}, "search": {"search"}, "service": {"service"}, "incident": {"live"}, "report": {"report"}, "map": {"map"}, "thanks": {"push", "share"}, "follow": {"push"}, "place": {"live", "push"}, "offline": {"offline"}}

// pageStyle is the style element of a page and the policy that allows it. The style
// of the first screen is inline, because on a slow line a request costs more than its
// bytes.
type pageStyle struct {
	style  template.HTML
	policy string // the Content-Security-Policy
}

// file is a static file, served under a name that contains the hash of its content.
type file struct {
	httpcache.Body
	path, kind string
}

// assets are the static files of the pages.
type assets struct {
	styles map[string]pageStyle
	lower  *file // the style sheet of what is below the first screen
	logo   *file // of the operator, nil for none
	icons  map[outage.Status]*file
	files  map[string]*file // by the name in the address
	island map[string]*file // by the name of the script
	worker *file            // nil where it was not built
}

// head is what the head of a page refers to.
func (a *assets) head() page.Head {
	result := page.Head{Styles: map[string]template.HTML{}, Icons: map[outage.Status]string{}, Scripts: map[string][]string{}}
	for page, sheet := range a.styles {
		result.Styles[page] = sheet.style
	}
	result.Lower = a.lower.path
	if a.logo != nil {
		result.Logo = a.logo.path
	}
	for status, icon := range a.icons {
		result.Icons[status] = icon.path
	}
	for page, names := range scripts {
		for _, name := range names {
			if built := a.island[name]; built != nil {
				result.Scripts[page] = append(result.Scripts[page], built.path)
			}
		}
	}
	return result
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssTight   = regexp.MustCompile(` ?([{};,>]) ?`)
)

// minified minifies a style sheet.
func minified(css string) string {
	css = cssSpace.ReplaceAllString(cssComment.ReplaceAllString(css, ""), " ")
	css = cssTight.ReplaceAllString(css, "$1")
	return strings.TrimSpace(strings.NewReplacer(";}", "}", ": ", ":").Replace(css))
}

// styleSheet minifies style sheets and joins them.
func styleSheet(names []string) (string, error) {
	var css strings.Builder
	for _, name := range names {
		source, err := staticFiles.ReadFile("static/css/" + name + ".css")
		if err != nil {
			return "", err
		}
		css.WriteString(minified(string(source)))
	}
	return css.String(), nil
}

// loadAssets makes the files of a site. A colour of its own replaces the usual one in the
// light scheme.
func loadAssets(operator page.Operator) (assets, error) {
	a := assets{styles: map[string]pageStyle{}, icons: map[outage.Status]*file{}, files: map[string]*file{}, island: map[string]*file{}}
	for page, names := range styles {
		css, err := styleSheet(names)
		if err != nil {
			return a, err
		}
		if operator.Colour != "" && operator.Colour != defaultColour {
			css += "@media (prefers-color-scheme:light){:root{--deep:" + operator.Colour + ";--storm:" + operator.Colour + ";--storm-end:" + operator.Colour + "}}"
		}
		a.styles[page] = newPageStyle(css, page)
	}
	css, err := styleSheet(lower)
	if err != nil {
		return a, err
	}
	a.lower = a.add("lower.css", "text/css; charset=utf-8", []byte(css))
	if len(operator.Logo) > 0 {
		a.logo = a.add("logo."+logoEndings[operator.LogoKind], operator.LogoKind, operator.Logo)
	}
	icon, err := staticFiles.ReadFile("static/icon.svg")
	if err != nil {
		return a, err
	}
	for status, colours := range iconColours {
		a.icons[status] = a.add("icon-"+string(status)+".svg", "image/svg+xml", []byte(colours.Replace(string(icon))))
	}
	result, err := dist.ReadDir("dist")
	if err != nil {
		return a, err
	}
	for _, entry := range result {
		name, isScript := strings.CutSuffix(entry.Name(), ".js")
		if !isScript {
			continue
		}
		source, err := dist.ReadFile("dist/" + entry.Name())
		if err != nil {
			return a, err
		}
		if name == workerName { // whose address never changes
			a.worker = &file{Body: httpcache.NewBody(source, httpcache.Best), kind: fiber.MIMETextJavaScriptCharsetUTF8}
			continue
		}
		a.island[name] = a.add(entry.Name(), fiber.MIMETextJavaScriptCharsetUTF8, source)
	}
	return a, nil
}

// logoEndings are those of files, by media type.
var logoEndings = map[string]string{"image/svg+xml": "svg", "image/png": "png"}

const defaultColour = page.DefaultColour // "page" is a name in loadAssets

// iconColours are the colours of the icon by status.
var iconColours = map[outage.Status]*strings.Replacer{
	outage.StatusOutage:   strings.NewReplacer("FIELD", "#0a2342", "DROP", "#ffd23f", "EDGE", "#ffd23f", "RAIN", "#0a2342"),
	outage.StatusElevated: strings.NewReplacer("FIELD", "#ffe9a6", "DROP", "#0a2342", "EDGE", "#0a2342", "RAIN", "#ffd23f"),
	outage.StatusNormal:   strings.NewReplacer("FIELD", "#dbe9f4", "DROP", "#0a2342", "EDGE", "#0a2342", "RAIN", "#dbe9f4"),
	outage.StatusUnknown:  strings.NewReplacer("FIELD", "#e6ebf0", "DROP", "none", "EDGE", "#47586a", "RAIN", "#47586a"),
}

// add adds a file under a name with its hash, so that it may be cached for ever.
func (a *assets) add(name, kind string, body []byte) *file {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
	// A file is compressed once, so at the best level.
	result := &file{Body: httpcache.NewBody(body, httpcache.Best), path: "/static/" + hashed, kind: kind}
	a.files[hashed] = result
	return result
}

// newPageStyle allows a page its own styles, scripts and requests, and nothing else.
// Only the embed may be framed by other sites.
func newPageStyle(css, page string) pageStyle {
	sum := sha256.Sum256([]byte(css))
	policy := "default-src 'none'; style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self'; manifest-src 'self'; base-uri 'none'; "
	if page == "embed" {
		policy += "form-action 'none'; frame-ancestors *"
	} else {
		policy += "script-src 'self'; worker-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'"
	}
	return pageStyle{style: template.HTML("<style>" + css + "</style>"), policy: policy}
}

// static serves the files whose names carry their hash.
func (s *Site) static(c *fiber.Ctx) error {
	found, ok := s.assets.files[c.Params("name")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return found.send(c)
}

// favicon serves browsers that request an icon without reading the page.
func (s *Site) favicon(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return s.assets.icons[outage.StatusNormal].send(c)
}

func (f *file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.kind)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return sendBody(c, f.Body)
}
