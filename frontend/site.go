package frontend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Config names the parts a Site reads from. All of the interfaces but Demo,
// and ClientOf, are needed; Now and Log have defaults.
type Config struct {
	Intake    Intake
	Readings  Readings
	Incidents Incidents
	Services  Services
	Shapes    Shapes
	// Demo is nil where none is played.
	Demo Demo
	// Parameters are the numbers by which the server decides, for the page that
	// tells how.
	Parameters []outage.Parameter
	// ClientOf says who sent a request. What it returns is passed to Intake
	// and kept nowhere.
	ClientOf func(*fiber.Ctx) outage.Client
	// WriteOrigins are the origins whose pages may send the forms, beside those
	// of the host that a form was sent to. Nil is none.
	WriteOrigins []string
	// PublicURL is the address that strangers reach the site at, without a slash
	// at its end; link previews need it. It may be empty.
	PublicURL string
	// Now is the clock that pages tell the time by; time.Now by default.
	Now func() time.Time
	// AsOf is the instant that pages about now are made for, in the past while the
	// counts cannot be read; Now by default.
	AsOf func() time.Time
	// Log takes what went wrong behind a page; slog.Default by default.
	Log *slog.Logger
}

// Site is the set of pages. It is safe for concurrent use.
type Site struct {
	Config
	pages   *pages
	assets  assets
	sheets  map[sheetKey]*country
	symbols symbols
	letters *lettering
	teller  *locale.IncidentFormatter
	cache   *httpcache.Cache[rendered]
	memory  memory
}

// New checks the configuration, reads the catalogues and templates that are
// part of the program, and projects the maps. It starts nothing.
func New(config Config) (*Site, error) {
	if config.Intake == nil || config.Readings == nil || config.Incidents == nil ||
		config.Services == nil || config.Shapes == nil || config.ClientOf == nil {
		return nil, errors.New("making the pages: intake, readings, incidents, services, shapes and client of a request are all needed")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.AsOf == nil {
		config.AsOf = config.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	templates, err := loadPages()
	if err != nil {
		return nil, fmt.Errorf("reading the templates of the pages: %w", err)
	}
	files, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("reading the styles and scripts of the pages: %w", err)
	}
	drawings, err := loadSymbols()
	if err != nil {
		return nil, fmt.Errorf("reading the pictures of symptoms: %w", err)
	}
	letters, err := loadLettering()
	if err != nil {
		return nil, fmt.Errorf("reading the fonts of pictures: %w", err)
	}
	site := &Site{
		Config: config, letters: letters, teller: locale.NewIncidentFormatter(config.Services, config.Shapes), pages: templates, assets: files, symbols: drawings,
		sheets: map[sheetKey]*country{}, cache: newCache(config.Now), memory: memory{kept: map[string]kept{}},
	}
	for _, c := range outage.Countries() {
		for _, resolution := range []int{mapResolution, largeResolution[c]} {
			site.sheets[sheetKey{c, resolution}] = project(config.Shapes, c, resolution)
		}
	}
	return site, nil
}

// Routes adds the pages to a router. It takes every address that reads as
// language, country and service, so it is registered last; what it does not
// know it passes on.
func (s *Site) Routes(router fiber.Router) {
	router.Get("/static/:name", s.static)
	router.Get("/favicon.ico", s.favicon)
	router.Post("/report", s.postReport)
	router.Post("/undo", s.postUndo)
	router.Get("/embed/:service", s.embed)
	router.Get("/badge/:file", s.badge)
	for kind, of := range map[string]func(context.Context, address, outage.Record) ([]byte, error){kindCSV: s.incidentCSV, kindPNG: s.incidentPNG} {
		router.Get("/incidents/:id."+suffixes[kind], s.incidentFile(kind, of))
		router.Get("/:lang/incidents/:id."+suffixes[kind], s.incidentFile(kind, of))
	}
	router.Get("/map/land/:country", s.land)
	router.Get("/map/cells", s.cells)
	router.Get("/:lang/map/cells", s.cells)
	router.Get("/report", s.home)
	router.Get("/undo", s.home)
	router.Get("/*", s.get)
}

// home sends people who reload a form's target by its address to the start.
func (s *Site) home(c *fiber.Ctx) error { return c.Redirect("/", fiber.StatusSeeOther) }

// get answers every page that is only read.
func (s *Site) get(c *fiber.Ctx) error {
	at, ok := s.parse(strings.Clone(c.Path())) // parts of it outlive the request in the cache
	if !ok {
		return c.Next()
	}
	if path := at.path(); path != c.Path() {
		return c.Redirect(path, fiber.StatusMovedPermanently)
	}
	switch {
	case at.Leaf == leafThanks:
		return s.thanks(c, at)
	case at.Leaf == leafIncidents && at.ID == "":
		return s.listIncidents(c, at)
	case at.Leaf == leafMap:
		return s.largeMap(c, at)
	case at == at.withService("") && c.Query("q") != "":
		return s.search(c, at)
	case at.Service != "" && c.Query("show") == showReports:
		at.Show = showReports
	}
	return s.public(c, at)
}

// public answers with the page of the current tick.
func (s *Site) public(c *fiber.Ctx, at address) error {
	page, err := s.cached(c, at.key(), func() (*made, error) { return s.make(at) })
	if err != nil {
		return err
	}
	return s.send(c, page)
}

// waitFor bounds the time a page waits for its numbers; a page with less on it
// is better than a late one.
const waitFor = 3 * time.Second

// make reads and renders a public page. It serves everybody who asks in the
// same tick, so it outlives the request that happened to come first.
func (s *Site) make(at address) (*made, error) {
	ctx, cancel := context.WithTimeout(context.Background(), waitFor)
	defer cancel()
	var name string
	var page content
	var err error
	switch {
	case at.ID != "":
		name = "incident"
		page, err = s.incident(ctx, at)
	case at.Leaf == leafAbout || at.Leaf == leafCredits:
		name, page = at.Leaf, s.prose(at)
	case at.Leaf == leafReport:
		name, page = "report", s.formPage(at)
	case at.Leaf == leafEmbed:
		name, page = "embed", s.embedPage(ctx, at)
	case at.Service == "":
		name, page = "home", s.homePage(ctx, at)
	default:
		name, page = "service", s.service(ctx, at)
	}
	if err != nil {
		return nil, err
	}
	return s.finish(name, page)
}

// finish renders a public page for the cache.
func (s *Site) finish(name string, page content) (*made, error) {
	body, err := s.pages.render(name, page)
	if err != nil {
		return nil, err
	}
	return newMade(body, page.base(), s.Now()), nil
}

// passing renders one of very many pages, which few ask for again.
func (s *Site) passing(name string, page content) (*made, error) {
	done, err := s.finish(name, page)
	if done != nil {
		done.Bounded = true
	}
	return done, err
}
