package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/crosssite"
)

// What a page of another origin may send, and read beside the body.
const (
	readMethods    = "GET, HEAD, OPTIONS"
	writeMethods   = readMethods + ", POST, PATCH, DELETE"
	readHeaders    = "If-None-Match, Last-Event-ID"
	writeHeaders   = readHeaders + ", Content-Type, Idempotency-Key"
	exposedHeaders = "ETag, Retry-After, RateLimit, RateLimit-Policy, Downpour-As-Of, Downpour-Total, Downpour-Unplaced, Downpour-Not-Yet-Placed, Downpour-Withheld, Downpour-Register-Version"
	// preflightAge is how long a browser may remember what it was allowed, in
	// seconds.
	preflightAge = "86400"
)

// openOrigins allows reads by any web page, and reports by pages of WriteOrigins: for other
// origins the preflight request of the browser is not granted.
func (a *API) openOrigins(c *fiber.Ctx) {
	reads := slices.Contains([]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions}, c.Method())
	writes := slices.Contains(a.config.WriteOrigins, c.Get(fiber.HeaderOrigin))
	if len(a.config.WriteOrigins) > 0 && (!reads || c.Method() == fiber.MethodOptions) {
		c.Vary(fiber.HeaderOrigin)
	}
	if !reads && !writes {
		return
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlExposeHeaders, exposedHeaders)
	if c.Method() != fiber.MethodOptions {
		return
	}
	methods, headers := readMethods, readHeaders
	if writes {
		methods, headers = writeMethods, writeHeaders
	}
	c.Set(fiber.HeaderAccessControlAllowMethods, methods)
	c.Set(fiber.HeaderAccessControlAllowHeaders, headers)
	c.Set(fiber.HeaderAccessControlMaxAge, preflightAge)
}

// ownSite rejects a write by a page of another origin, except of WriteOrigins.
func (a *API) ownSite(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		request := crosssite.Request{Site: c.Get("Sec-Fetch-Site"), Origin: c.Get(fiber.HeaderOrigin), Host: string(c.Request().Host())}
		if err := crosssite.Check(request, a.config.WriteOrigins); err != nil {
			return err
		}
		return handle(c)
	}
}
