package frontend

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// incidentFile sends a file about an incident, from the cache.
func (s *Site) incidentFile(c *fiber.Ctx, kind string) error {
	path := strings.TrimSuffix(strings.Clone(c.Path()), "."+suffixes[kind])
	at, ok := address.Parse(s.config.Services, path)
	if !ok || at.ID == "" {
		return c.Next()
	}
	of := s.builder.IncidentCSV
	if kind == kindPNG {
		of = s.builder.IncidentPNG
	}
	found, err := s.cached(c, at.Path()+"."+suffixes[kind], func() (*response, error) { return s.makeFile(at, of) })
	if err != nil {
		return err
	}
	return sendFile(c, found, kind, cacheFile)
}

// cacheFile is longer than that of pages, because files are quoted.
const cacheFile = "public, max-age=60, s-maxage=60, stale-while-revalidate=300, stale-if-error=3600"

// Kinds of files, and how their addresses end.
const (
	kindCSV = "text/csv; charset=utf-8"
	kindPNG = "image/png"
)

var suffixes = map[string]string{kindCSV: "csv", kindPNG: "png"}

func (s *Site) makeFile(at address.Address, of func(context.Context, address.Address, public.Incident) ([]byte, error)) (*response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*waitFor)
	defer cancel()
	record, err := s.config.Incidents.Incident(ctx, at.ID)
	if err != nil {
		return nil, err
	}
	body, err := of(ctx, at, record)
	if err != nil {
		s.config.Log.Warn("making a file of an incident", "incident", at.ID, "error", err)
		return nil, &outage.Error{Code: outage.CodeUnavailable, Detail: "The numbers cannot be read just now.", RetryAfter: 10 * time.Second}
	}
	done := newResponse(body, page.Meta{}, s.config.Now())
	done.Bounded = true
	done.Until = s.config.Now().Add(pastFor)
	return done, nil
}
