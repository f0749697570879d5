package frontend

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/outage"
)

// shareImage sends the picture of a page for link previews. Its address is that of the
// page between "/share" and ".png".
func (s *Site) shareImage(c *fiber.Ctx) error {
	full := strings.Clone(c.Path())
	path, isImage := strings.CutSuffix(strings.TrimPrefix(full, "/share"), ".png")
	if path == "" {
		path = "/"
	}
	at, ok := address.Parse(s.config.Services, path)
	if !ok {
		at, ok = address.ParsePlace(s.config.Services, s.config.Places, path)
	}
	if !isImage || !ok || at.Path() != path || at.Leaf != "" {
		return c.Next()
	}
	found, err := s.cached(c, full, func() (*response, error) { return s.drawPage(at) })
	if err != nil {
		return err
	}
	return sendFile(c, found, kindPNG, cacheFile)
}

// drawPage draws one picture at a time, because one takes as long as many pages.
func (s *Site) drawPage(at address.Address) (*response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*waitFor)
	defer cancel()
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-ctx.Done():
		return nil, &outage.Error{Code: outage.CodeUnavailable, Detail: "Other pictures are being drawn.", RetryAfter: 10 * time.Second}
	}
	body, err := s.builder.PagePNG(ctx, at)
	if err != nil {
		return nil, err
	}
	if body == nil {
		return nil, &outage.Error{Code: outage.CodeNotFound}
	}
	done := newResponse(body, page.Meta{}, s.config.Now())
	done.Bounded, done.Until = true, s.config.Now().Add(pastFor)
	return done, nil
}
