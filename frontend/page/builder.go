package page

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Config holds the dependencies of a Builder. All but Demo are required.
type Config struct {
	Readings   func() Readings // the snapshot of one document
	Incidents  Incidents
	Register   Register
	Services   Services
	Shapes     Shapes
	Places     Places
	Demo       Demo
	Parameters []outage.Parameter
	PublicURL  string
	Operator   Operator
	Push       bool // the server sends messages to browsers
	Mail       bool // and letters
	Now        func() time.Time
	Log        *slog.Logger
	Head       Head
	Symbols    draw.Symbols
	Fonts      *draw.Fonts
}

// Builder makes pages. It is safe for concurrent use.
type Builder struct {
	config    Config
	templates *templates
	head      Head
	maps      map[mapKey]*draw.Projection
	symbols   draw.Symbols
	fonts     *draw.Fonts
	sentences *locale.IncidentFormatter
	lastGood  *lastGood
	answers   *answerCache
}

// Under makes the same pages for a site at another address.
func (s *Builder) Under(publicURL string) *Builder {
	made := *s
	made.config.PublicURL = publicURL
	return &made
}

// NewBuilder reads the templates and projects the maps.
func NewBuilder(config Config) (*Builder, error) {
	templates, err := loadTemplates()
	if err != nil {
		return nil, fmt.Errorf("reading the templates of the pages: %w", err)
	}
	result := &Builder{
		config: config, templates: templates, head: config.Head, symbols: config.Symbols, fonts: config.Fonts,
		maps: map[mapKey]*draw.Projection{}, sentences: locale.NewIncidentFormatter(config.Services, config.Shapes),
		lastGood: &lastGood{values: map[string]cachedValue{}}, answers: &answerCache{},
	}
	for _, c := range outage.Countries() {
		for _, resolution := range []int{c.MapResolution(), c.LargeResolution()} {
			result.maps[mapKey{c, resolution}] = draw.Project(config.Shapes, c, resolution)
		}
	}
	return result, nil
}

// Page makes the page of an address, and returns the name of its template.
func (s *Builder) Page(ctx context.Context, at address.Address) (name string, page Content, err error) {
	switch {
	case at.ID != "":
		page, err = s.incident(ctx, at)
		return "incident", page, err
	case at.Leaf == address.LeafAbout || at.Leaf == address.LeafCredits:
		return at.Leaf, s.prose(at), nil
	case at.Leaf == address.LeafOffline:
		return at.Leaf, s.offline(at), nil
	case at.Leaf == address.LeafReport:
		return "report", s.formPage(at), nil
	case at.Leaf == address.LeafEmbed:
		return "embed", s.embedPage(ctx, at), nil
	case at.Date != address.Date{}:
		page, err = s.calendar(at)
		if at.Date.Day > 0 {
			return "day", page, err
		}
		return "calendar", page, err
	case at.Place != "":
		page, err = s.place(ctx, at)
		return "place", page, err
	case at.Service == "":
		return "home", s.homePage(ctx, at), nil
	}
	return "service", s.service(ctx, at), nil
}

// mapKey identifies the map of a country at a resolution.
type mapKey struct {
	country    outage.Country
	resolution int
}

// Render writes a page into memory.
func (s *Builder) Render(name string, page Content) ([]byte, Meta, error) {
	return s.templates.render(name, page)
}
