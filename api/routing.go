package api

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/outage"
)

// route is one entry of the table of routes. A part of the path that starts with a colon
// matches any one part.
type route struct {
	method string
	path   string
	handle fiber.Handler
}

// partMatches reports whether a part of a path is one that a part of a route stands for:
// itself, anything for ":name", and what begins like "heatmap." for "heatmap.:form".
func partMatches(want, got string) bool {
	fixed, _, variable := strings.Cut(want, ":")
	if !variable {
		return strings.EqualFold(want, got) // the router ignores case too
	}
	return len(got) > len(fixed) && strings.EqualFold(got[:len(fixed)], fixed)
}

// matches reports whether the route matches the path of a request.
func (r route) matches(path string) bool {
	want, got := strings.Split(r.path, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	return slices.EqualFunc(want, got, partMatches)
}

// methods lists what a path allows, nothing for a path that does not exist.
func (a *API) methods(path string) []string {
	var allowed []string
	for _, route := range a.routes() {
		if !route.matches(path) {
			continue
		}
		allowed = append(allowed, route.method)
		if route.method == fiber.MethodGet {
			allowed = append(allowed, fiber.MethodHead)
		}
	}
	if allowed != nil {
		allowed = append(allowed, fiber.MethodOptions)
	}
	return allowed
}

// elsewhere handles requests under /api/ without a route: a wrong method, an unknown
// address, and OPTIONS, whose headers openOrigins has set.
func (a *API) elsewhere(c *fiber.Ctx) error {
	allowed := a.methods(c.Path())
	if allowed == nil {
		return errNoSuchRoute()
	}
	c.Set(fiber.HeaderAllow, strings.Join(allowed, ", "))
	if c.Method() != fiber.MethodOptions {
		return errMethod()
	}
	c.Status(fiber.StatusNoContent)
	return nil
}

// ClientOf is the sender of a request, behind trusted proxies. It does not alias the
// request, whose memory Fiber reuses.
//
// The first call of a request decides for all.
func ClientOf(c *fiber.Ctx, trusted []netip.Prefix) outage.Client {
	if known, ok := c.Locals(clientLocal{}).(outage.Client); ok {
		return known
	}
	client := readClient(c, trusted)
	c.Locals(clientLocal{}, client)
	return client
}

// clientLocal is the key of the client of a request.
type clientLocal struct{}

func readClient(c *fiber.Ctx, trusted []netip.Prefix) outage.Client {
	return outage.Client{
		Addr:           AddrOf(c, trusted),
		UserAgent:      utils.CopyString(c.Get(fiber.HeaderUserAgent)),
		AcceptLanguage: utils.CopyString(c.Get(fiber.HeaderAcceptLanguage)),
	}
}

// AddrOf is the address of the sender of a request, behind trusted proxies.
func AddrOf(c *fiber.Ctx, trusted []netip.Prefix) netip.Addr {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	var headers []string
	for _, value := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		headers = append(headers, string(value))
	}
	return forwarded.Client(peer, headers, trusted)
}
