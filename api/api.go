// Package api implements the API: the routes under /api/v1, the feed of incidents, the
// health checks, and their description, openapi.yaml.
//
// Every response has the schema of the description, and every error is a problem document
// with a stable code. Reads can be cached and called from any web page. Internal errors are
// not part of responses. Unknown query parameters and bodies that are not JSON are errors.
// The package has no state of its own: data come through the interfaces in ports.go.
package api

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Config is what an API needs. The interfaces are required except
// Limiter and Keys.
type Config struct {
	Intake Intake
	// Readings returns the snapshot for one response.
	Readings         func() Readings
	Incidents        Incidents
	IncidentRegister Register
	Services         Services
	Places           Places
	Shapes           Shapes
	Readiness        Readiness
	Streams          Streams
	Webhooks         Webhooks
	Pushes           Pushes
	Officials        Officials
	// Limiter is what a sender may still write. Reports themselves are limited by
	// the intake, by the same count. Nil is no limit.
	Limiter Limiter
	// Keys are the API keys. With nil, requests that need a key are rejected.
	Keys Keys
	// Wanted lists the services that people asked for.
	Wanted Wanted

	// WriteOrigins are the origins whose pages may send and undo reports, such as
	// https://status.example.org, beside that of the host of the request. Nil is none:
	// otherwise a page could report in the name of each of its readers.
	WriteOrigins []string

	// Site is the name of the site in feeds; "" is Downpour.
	Site string
	// Demo says that a past outage is played, so that documents and feeds say it too.
	Demo bool

	// PublicURL is the address that people reach the server at, without a slash at its
	// end; "" for that of each request. Feeds need it for links and ids.
	PublicURL string
	// OriginOf is the address of the server by which a request came, "" for one that is
	// not known to be its own. Nil knows none.
	OriginOf func(*fiber.Ctx) string

	// Hub is the WebSub hub that feeds name, "" for none.
	Hub string

	// Exercise marks alerts as those of an exercise: nothing that is shown is real.
	Exercise bool

	// TrustedProxies are the proxies whose X-Forwarded-For is believed; nil is
	// those on this machine, empty is none.
	TrustedProxies []netip.Prefix
	// MaxStreams is how many streams Streams holds; 0 is 1,000. One address or
	// network gets a share of them.
	MaxStreams int
	// Timeout bounds one request; 0 is 10 seconds.
	Timeout time.Duration
	Now     func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil is slog.Default()
}

// API handles requests. It is safe for concurrent use.
type API struct {
	config      Config
	docs        func() (docs, error) // the page for people, written once
	cache       *httpcache.Cache[sending]
	sentences   *locale.IncidentFormatter
	keyFailures *ratelimit.Failures
	streams     *ratelimit.Slots
}

const (
	defaultTimeout = 10 * time.Second
	defaultStreams = 1000
)

// New is an API with the defaults filled in.
func New(config Config) *API {
	if config.TrustedProxies == nil {
		config.TrustedProxies = forwarded.Loopback()
	}
	if config.Timeout == 0 {
		config.Timeout = defaultTimeout
	}
	if config.MaxStreams == 0 {
		config.MaxStreams = defaultStreams
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	a := &API{
		config: config, cache: newCache(config),
		sentences:   locale.NewIncidentFormatter(config.Services, config.Shapes),
		keyFailures: newKeyFailures(config.Logger),
		streams:     newStreamShares(config.MaxStreams),
	}
	a.docs = sync.OnceValues(a.writeDocs)
	return a
}

// routes is the table of routes, in the order of openapi.yaml.
func (a *API) routes() []route {
	return []route{
		{fiber.MethodPost, "/api/v1/reports", a.limited(a.createReport)},
		{fiber.MethodPost, batchPath, a.createBatch},
		{fiber.MethodPatch, "/api/v1/reports/:id", a.limited(a.placeReport)},
		{fiber.MethodDelete, "/api/v1/reports/:id", a.limited(a.undoReport)},
		{fiber.MethodGet, "/api/v1/services", a.listServices},
		{fiber.MethodGet, "/api/v1/services/:slug", a.getService},
		{fiber.MethodPut, officialPath, a.putOfficial},
		{fiber.MethodDelete, officialPath, a.deleteOfficial},
		{fiber.MethodGet, "/api/v1/services/:slug/series", a.getSeries},
		{fiber.MethodGet, "/api/v1/services/:slug/symptoms", a.getSymptoms},
		{fiber.MethodGet, "/api/v1/services/:slug/networks", a.getNetworks},
		{fiber.MethodGet, "/api/v1/heatmap", a.getHeatmap},
		{fiber.MethodGet, "/api/v1/heatmap.:form", a.getHeatmap},
		{fiber.MethodGet, "/api/v1/incidents", a.listIncidents},
		{fiber.MethodGet, "/api/v1/incidents/:id", a.getIncident},
		{fiber.MethodGet, "/api/v1/incidents/:id/alert", a.getAlert},
		{fiber.MethodGet, "/api/v1/register", a.getRegister},
		{fiber.MethodGet, "/api/v1/register.:form", a.getRegister},
		{fiber.MethodGet, "/api/v1/register/files", a.getRegisterFiles},
		{fiber.MethodGet, "/api/v1/register/hours", a.getRegisterHours},
		{fiber.MethodGet, "/api/v1/register/hours.:form", a.getRegisterHours},
		{fiber.MethodGet, "/api/v1/places", a.searchPlaces},
		{fiber.MethodGet, "/api/v1/wanted", a.listWanted},
		{fiber.MethodGet, "/api/v1/summary", a.getSummary},
		{fiber.MethodGet, "/api/v1/stream", a.getStream},
		{fiber.MethodGet, "/api/v1/webhooks", a.owned(a.listWebhooks)},
		{fiber.MethodPost, "/api/v1/webhooks", a.owned(a.createWebhook)},
		{fiber.MethodGet, "/api/v1/webhooks/:id", a.owned(a.getWebhook)},
		{fiber.MethodPatch, "/api/v1/webhooks/:id", a.owned(a.changeWebhook)},
		{fiber.MethodDelete, "/api/v1/webhooks/:id", a.owned(a.deleteWebhook)},
		{fiber.MethodPost, "/api/v1/webhooks/:id/test", a.owned(a.testWebhook)},
		{fiber.MethodPost, "/api/v1/webhooks/:id/rotate", a.owned(a.rotateWebhook)},
		{fiber.MethodGet, "/api/v1/webhooks/:id/deliveries", a.owned(a.listDeliveries)},
		{fiber.MethodGet, "/api/v1/push", a.getPushKey},
		{fiber.MethodPost, "/api/v1/push", a.createPush},
		{fiber.MethodPut, "/api/v1/push/:id", a.renewPush},
		{fiber.MethodDelete, "/api/v1/push/:id", a.deletePush},
		{fiber.MethodGet, public.AtomPath, a.getFeed},
		{fiber.MethodGet, public.JSONFeedPath, a.getFeed},
		{fiber.MethodGet, public.AlertsPath, a.getFeed},
		{fiber.MethodGet, lastHourPath, a.getFile(time.Hour)},
		{fiber.MethodGet, lastDayPath, a.getFile(24 * time.Hour)},
		{fiber.MethodGet, registerPath, a.getRegisterFile},
		{fiber.MethodGet, "/api", a.getDocs},
		{fiber.MethodGet, "/api/openapi.json", a.getDescription},
		{fiber.MethodGet, "/livez", a.getLive},
		{fiber.MethodGet, "/readyz", a.getReady},
	}
}

// Register adds all routes to the router, and an error for every other address under /api/,
// so that no pattern of the pages matches it.
func (a *API) Register(router fiber.Router) {
	for _, route := range a.routes() {
		handle := route.handle
		if route.method != fiber.MethodGet {
			handle = a.ownSite(handle)
		}
		handle = a.wrap(handle)
		router.Add(route.method, route.path, handle)
		if route.method == fiber.MethodGet {
			router.Add(fiber.MethodHead, route.path, handle)
		}
	}
	router.All("/api", a.wrap(a.elsewhere))
	router.All("/api/*", a.wrap(a.elsewhere))
}

// wrap adds the deadline, the common headers, and the conversion of errors to problem
// documents to a handler.
func (a *API) wrap(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := withLateTimeout(c.UserContext(), a.config.Timeout)
		defer cancel()
		c.SetUserContext(ctx)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		a.openOrigins(c)
		if err := handle(c); err != nil {
			return writeProblem(c, a.config.Logger, err)
		}
		return nil
	}
}
