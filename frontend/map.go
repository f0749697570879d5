package frontend

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// cacheCoastline is long, because coastlines change with the program only.
const cacheCoastline = "public, max-age=86400, stale-while-revalidate=604800"

// coastline sends the coastline and the borders of a country.
func (s *Site) coastline(c *fiber.Ctx) error {
	country, ok := address.ParseCountry(c.Params("country"))
	if !ok {
		return c.Next()
	}
	found, err := s.cached(c, "land/"+string(country), func() (*response, error) {
		body, err := s.builder.Coastline(country)
		return newResponse(body, page.Meta{}, s.config.Now()), err
	})
	if err != nil {
		return err
	}
	return sendData(c, found, cacheCoastline)
}

// cells sends the cells for the map client.
func (s *Site) cells(c *fiber.Ctx) error {
	of := func(name string) string { return strings.Clone(c.Query(name)) }
	lang := strings.Clone(c.Params("lang", locale.Default))
	if !locale.Has(lang) {
		return c.Next()
	}
	state, err := address.ParseMapState(s.config.Services, lang, of, s.config.Readings().Now())
	if err != nil {
		return err
	}
	part, err := draw.ParseWindow(of)
	if err != nil {
		return err
	}
	scale, err := draw.ParseScale(of("scale"))
	if err != nil {
		return err
	}
	if state.Country == "" {
		return outage.Invalid("country", "Ask for the cells of one country.")
	}
	key := fmt.Sprint(state.Path(), part, scale)
	found, err := s.cached(c, key, func() (*response, error) { return s.makeCells(state, part, scale) })
	if err != nil {
		return err
	}
	if state.Over(s.config.Readings().Now()) {
		return sendData(c, found, cachePast)
	}
	return sendData(c, found, cachePublic)
}

// Lifetimes of responses about past counts, which hardly change.
const (
	cachePast = "public, max-age=300, s-maxage=300, stale-while-revalidate=600, stale-if-error=3600"
	pastFor   = time.Minute
)

// makeCells makes the cells of a map state, which all its readers share.
func (s *Site) makeCells(state address.MapState, part draw.Window, scale draw.Scale) (*response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), waitFor)
	defer cancel()
	body, about, err := s.builder.Cells(ctx, state, part, scale)
	if err != nil {
		return nil, err
	}
	done := newResponse(body, about, s.config.Now())
	done.Bounded = true
	if state.Over(s.config.Readings().Now()) && !about.Partial {
		done.Until = s.config.Now().Add(pastFor)
	}
	return done, nil
}

// largeMap sends the page, or the error of its query.
func (s *Site) largeMap(c *fiber.Ctx, at address.Address) error {
	if at.Country != "" { // the country is in the query, with the rest of the map state
		return c.Redirect(address.CurrentMap(at.Lang, "", at.Country).Path(), fiber.StatusMovedPermanently)
	}
	state, err := address.ParseMapState(s.config.Services, at.Lang, func(name string) string { return strings.Clone(c.Query(name)) }, s.config.Readings().Now())
	if err != nil {
		return err
	}
	page, err := s.cached(c, state.Path(), func() (*response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), waitFor)
		defer cancel()
		if state.Level != "" {
			return s.renderBounded("districts", s.builder.DistrictsPage(ctx, at, state))
		}
		page := s.builder.MapPage(ctx, at, state)
		if page.Index { // the current map, which very many ask for
			return s.render("map", page)
		}
		return s.renderBounded("map", page)
	})
	if err != nil {
		return err
	}
	return s.send(c, page)
}
