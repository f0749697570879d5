package frontend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/patch"
	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Config holds the dependencies of a Site. All interfaces but Demo are required,
// and ClientOf; Now, AsOf and Log have defaults.
type Config struct {
	Intake    Intake
	Readings  func() page.Readings // the snapshot of one document
	Incidents page.Incidents
	Register  page.Register
	Services  page.Services
	Shapes    page.Shapes
	Places    page.Places
	// Wanted counts requests for services that search did not find. Nil offers none.
	Wanted Wanted
	// Demo is nil on a server that plays no demo.
	Demo page.Demo
	// Parameters are the numbers by which the server decides, for the page
	// about counting.
	Parameters []outage.Parameter
	// ClientOf identifies the sender of a request. The result is passed to Intake
	// and not stored.
	ClientOf func(*fiber.Ctx) outage.Client
	// WriteOrigins are the origins whose pages may send the forms, beside those
	// of the host that a form was sent to. Nil is none.
	WriteOrigins []string
	// PublicURL is the public address of the site, without a slash at its end. It may be
	// empty: then OriginOf gives that of a request.
	PublicURL string
	// OriginOf is the address of the site by which a request came, "" for one that is not
	// known to be its own: what a stranger names must not stand in a page. Its result is
	// one of few. Nil knows none. Without any address, link previews have no picture.
	OriginOf func(*fiber.Ctx) string
	// Operator is who runs the site; by default nobody is named.
	Operator page.Operator
	// Push says that the server sends messages to browsers.
	Push bool
	// Mail sends letters. Nil offers none.
	Mail Mail
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Log receives errors that a page does not show; slog.Default by default.
	Log *slog.Logger
}

// Source is where a fact about a demo comes from.
type Source = page.Source

// Site is the set of pages. It is safe for concurrent use.
type Site struct {
	config  Config
	builder *page.Builder
	assets  assets
	cache   *httpcache.Cache[meta]
	drawing chan struct{} // has one place, of who draws a picture
	earlier *patch.Earlier
	origins *origins
	// addresses are those that were asked for lately.
	addresses *addresses
}

// New checks the configuration, reads the catalogues and templates that are
// part of the program, and projects the maps. It starts nothing.
func New(config Config) (*Site, error) {
	if config.Intake == nil || config.Readings == nil || config.Incidents == nil || config.Register == nil ||
		config.Services == nil || config.Shapes == nil || config.Places == nil || config.ClientOf == nil {
		return nil, errors.New("making the pages: intake, readings, incidents, register, services, shapes, places and client of a request are all needed")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	config.Operator.Name = cmp.Or(config.Operator.Name, page.DefaultName)
	config.Operator.Colour = cmp.Or(config.Operator.Colour, page.DefaultColour)
	files, err := loadAssets(config.Operator)
	if err != nil {
		return nil, fmt.Errorf("reading the styles and scripts of the pages: %w", err)
	}
	drawings, err := draw.LoadSymbols(staticFiles)
	if err != nil {
		return nil, fmt.Errorf("reading the pictures of symptoms: %w", err)
	}
	letters, err := draw.LoadFonts(dist)
	if err != nil {
		return nil, fmt.Errorf("reading the fonts of pictures: %w", err)
	}
	result, err := page.NewBuilder(page.Config{
		Readings: config.Readings, Incidents: config.Incidents, Register: config.Register, Services: config.Services, Shapes: config.Shapes, Places: config.Places, Demo: config.Demo,
		Parameters: config.Parameters, PublicURL: config.PublicURL, Operator: config.Operator, Push: config.Push, Mail: config.Mail != nil, Now: config.Now, Log: config.Log,
		Head: files.head(), Symbols: drawings, Fonts: letters,
	})
	if err != nil {
		return nil, err
	}
	earlier, err := patch.NewEarlier()
	if err != nil {
		return nil, err
	}
	known, err := newAddresses(config.Services, config.Places)
	if err != nil {
		return nil, err
	}
	return &Site{config: config, builder: result, assets: files, cache: newCache(config.Now), drawing: make(chan struct{}, 1), earlier: earlier, addresses: known, origins: &origins{of: map[string]*Site{}}}, nil
}

// Routes adds the pages to a router. It matches every address that parses as language,
// country and service, so that it is registered last. Unknown
// addresses are passed to the next handler.
func (s *Site) Routes(router fiber.Router) {
	s.found(router)
	s.install(router)
	get := func(path string, handle func(*Site, *fiber.Ctx) error) { router.Get(path, s.under(handle)) }
	router.Get("/static/:name", s.static)
	router.Get("/favicon.ico", s.favicon)
	router.Post("/report", s.under((*Site).postReport))
	router.Post("/undo", s.under((*Site).postUndo))
	router.Post("/place", s.under((*Site).postPlace))
	router.Post("/ask", s.under((*Site).postAsk))
	get("/suggest", (*Site).suggest)
	get("/embed/:service", (*Site).embed)
	get("/badge/:file", (*Site).badge)
	get("/oembed", (*Site).oembed)
	s.mailRoutes(router)
	for _, kind := range []string{kindCSV, kindPNG} {
		file := func(s *Site, c *fiber.Ctx) error { return s.incidentFile(c, kind) }
		get("/incidents/:id."+suffixes[kind], file)
		get("/:lang/incidents/:id."+suffixes[kind], file)
	}
	get("/share.png", (*Site).shareImage)
	get("/share/*", (*Site).shareImage)
	router.Get("/map/land/:country", s.coastline)
	get("/map/cells", (*Site).cells)
	get("/:lang/map/cells", (*Site).cells)
	router.Get("/report", s.home)
	router.Get("/undo", s.home)
	get("/*", (*Site).get)
}

// home redirects GET requests for the targets of forms to the start page.
func (s *Site) home(c *fiber.Ctx) error { return c.Redirect("/", fiber.StatusSeeOther) }

// get handles every page except those of forms.
func (s *Site) get(c *fiber.Ctx) error {
	found, ok := s.addresses.of(c.Path())
	if !ok {
		return c.Next()
	}
	if found.path != c.Path() {
		return c.Redirect(found.path, fiber.StatusMovedPermanently)
	}
	at, key := found.Address, found.path
	switch {
	case at.Leaf == address.LeafThanks:
		return s.thanks(c, at)
	case at.Leaf == address.LeafIncidents && at.ID == "":
		return s.listIncidents(c, at)
	case at.Leaf == address.LeafFollow:
		return s.sendPrivate(c, fiber.StatusOK, "follow", s.builder.FollowPage(at, s.base()))
	case at.Leaf == address.LeafRegister:
		return s.register(c, at)
	case at.Leaf == address.LeafVendors:
		return s.vendors(c, at)
	case at.Leaf == address.LeafMap:
		return s.largeMap(c, at)
	case at == at.WithService("") && c.Query("q") != "":
		return s.search(c, at)
	case at.Service != "" && at.Leaf == "" && wantsPlain(c):
		return s.plain(c, at)
	case at.Service != "" && at.Leaf == "":
		if c.Query("show") == address.ShowReports {
			at.Show = address.ShowReports
		}
		if span := c.Query("chart"); slices.Contains(address.ChartSpans, span) {
			at.Chart = strings.Clone(span)
		}
		if at != found.Address {
			key = at.Key()
		}
	}
	return s.sendPublic(c, at, key)
}

// sendPublic sends the page of the current tick, whose key is that of the address.
func (s *Site) sendPublic(c *fiber.Ctx, at address.Address, key string) error {
	page := s.cache.Get(key)
	if page == nil {
		filled, err := s.fillPublic(c, at, key)
		if err != nil {
			return err
		}
		page = filled
	}
	if page.Meta.Parts != nil && c.Context().QueryArgs().Has("have") {
		return s.sendParts(c, key, page)
	}
	return s.send(c, page)
}

func (s *Site) fillPublic(c *fiber.Ctx, at address.Address, key string) (*response, error) {
	return s.cached(c, key, func() (*response, error) {
		made, err := s.makePage(at)
		if err == nil {
			s.earlier.Remember(key, made.Meta.Parts)
		}
		return made, err
	})
}

// waitFor bounds the time a page waits for its numbers. After it the page is made
// without them.
const waitFor = 3 * time.Second

// makePage reads and renders a public page. It serves all requests of
// the same tick, so it does not end with the request that came first.
func (s *Site) makePage(at address.Address) (*response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), waitFor)
	defer cancel()
	name, page, err := s.builder.Page(ctx, at)
	if err != nil {
		return nil, err
	}
	if at.Place != "" || at.Date != (address.Date{}) {
		return s.renderBounded(name, page)
	}
	return s.render(name, page)
}

// render renders a public page for the cache.
func (s *Site) render(name string, page page.Content) (*response, error) {
	body, about, err := s.builder.Render(name, page)
	if err != nil {
		return nil, err
	}
	return newResponse(body, about, s.config.Now()), nil
}

// renderBounded renders a page of which there are very many, for the bounded part of
// the cache.
func (s *Site) renderBounded(name string, page page.Content) (*response, error) {
	done, err := s.render(name, page)
	if done != nil {
		done.Bounded = true
	}
	return done, err
}
