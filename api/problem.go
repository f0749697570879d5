package api

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// problem is a problem document (RFC 9457).
type problem struct {
	Type     string        `json:"type"` // a relative reference into the documentation page
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Code     outage.Code   `json:"code"`
	Field    string        `json:"field,omitempty"`
	Instance string        `json:"instance,omitempty"`
	Errors   []problemItem `json:"errors,omitempty"`
	// Suggestions are places that may be meant by the one at fault.
	Suggestions []placeJSON `json:"suggestions,omitempty"`
}

type problemItem struct {
	Code   outage.Code `json:"code"`
	Field  string      `json:"field,omitempty"`
	Detail string      `json:"detail"`
}

// ErrorHandler is the error handler of an app with an API: errors of the framework, such as a
// body beyond the limit, become problem documents under /api and wherever JSON is preferred.
// Others are passed to pages, or where that is nil become a line of text without internal
// detail.
func ErrorHandler(logger *slog.Logger, pages fiber.ErrorHandler) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		if wantsProblem(c) {
			return writeProblem(c, logger, err)
		}
		if pages != nil {
			return pages(c, err)
		}
		first := explain(logger, c, err)[0]
		waitHeaders(c, first)
		return c.Status(statuses[first.Code]).SendString(titles[first.Code])
	}
}

func wantsProblem(c *fiber.Ctx) bool {
	path := strings.ToLower(c.Path())
	if path == "/api" || strings.HasPrefix(path, "/api/") {
		return true
	}
	return c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON, typeProblem) != fiber.MIMETextHTML &&
		c.Accepts(fiber.MIMEApplicationJSON, typeProblem) != ""
}

// writeProblem sends the problem document of an error.
func writeProblem(c *fiber.Ctx, logger *slog.Logger, err error) error {
	known := explain(logger, c, err)
	first := known[0]
	document := problem{
		Type:     "/api#problem-" + string(first.Code),
		Title:    titles[first.Code],
		Status:   statuses[first.Code],
		Detail:   first.Detail,
		Code:     first.Code,
		Field:    first.Field,
		Instance: c.Path(),

		Suggestions: wirePlaces(first.Suggestions),
	}
	if len(known) > 1 {
		for _, one := range known {
			document.Errors = append(document.Errors, problemItem{one.Code, one.Field, one.Detail})
		}
	}
	body, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("writing a problem: %w", err)
	}
	waitHeaders(c, first)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentType, typeProblem)
	return c.Status(document.Status).Send(body)
}
