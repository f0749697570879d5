package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	recovery "github.com/gofiber/fiber/v2/middleware/recover"

	"github.com/open-downpour/downpour/api"
	"github.com/open-downpour/downpour/frontend"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/apikey"
	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/live"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
	"github.com/open-downpour/downpour/pkg/wanted"
)

const (
	// drainFor bounds how long requests that are under way may take to end.
	drainFor = 10 * time.Second
	// demoHeader marks the answers of a server that replays a past outage.
	demoHeader = "Downpour-Demo"
	// watchEvery is the interval of the events of open streams.
	watchEvery = 5 * time.Second
	// streamPath is not compressed: an event must not wait for the next.
	streamPath = "/api/v1/stream"
)

// web is the listener and the two front ends behind it.
type web struct {
	app       *app
	fiber     *fiber.App
	watch     *live.Publisher
	incidents public.Incidents
	register  *register.Register
	wanted    *wanted.Service
	registry  *registry // of the metrics of this server
	draining  atomic.Bool
}

func (a *app) buildWeb(context.Context) error {
	w := &web{app: a}
	streams := live.NewHub(a.now(), a.settings.Streams)
	w.incidents = public.NewIncidents(a.repository, a.reader, a.geography)
	w.watch = live.NewPublisher(live.Config{
		Hub: streams, Readings: func() live.Readings { return a.reader.Snapshot() }, Incidents: w.incidents, Services: a.services.Services(), Every: watchEvery, Logger: a.logger,
	})
	w.register = a.buildRegister(w.incidents)
	w.wanted = wanted.New(wanted.NewRedis(a.redis.Client()), a.now)
	if err := a.buildNotify(w.incidents); err != nil {
		return err
	}
	operator, err := a.settings.operator()
	if err != nil {
		return err
	}
	site, err := frontend.New(w.siteConfig(operator))
	if err != nil {
		return err
	}
	keys, err := a.settings.apiKeys()
	if err != nil {
		return err
	}
	programs := api.New(w.apiConfig(operator.Name, keys, streams))
	scrape, err := w.metrics(a.store.Metrics(), a.archiver.Metrics(), a.live.Metrics(), a.repository.Metrics(), streams.Metrics(),
		a.reader.Metrics(a.services.Services()))
	if err != nil {
		return err
	}
	w.fiber = newFiber(programs, site.Error, a.logger)
	w.useMiddleware()
	w.fiber.Get("/metrics", scrape)
	programs.Register(w.fiber)
	site.Routes(w.fiber)
	a.web = w
	a.add(component{name: "web", run: w.run})
	// It stops before the listener, which waits for open streams to end.
	if a.settings.has(roleWeb) {
		a.add(component{name: "streams", run: w.watch.Run})
	}
	a.add(component{name: "drain", run: w.drain})
	return nil
}

// clientOf is the sender of a request, behind the proxies that are trusted.
func (w *web) clientOf(c *fiber.Ctx) outage.Client {
	return api.ClientOf(c, w.app.settings.TrustedProxies)
}

// originOf finds the address of the server by which a request came.
func (w *web) originOf() func(*fiber.Ctx) string {
	origins := forwarded.NewOrigins(w.app.settings.Hosts, w.app.settings.TrustedProxies)
	return func(c *fiber.Ctx) string {
		peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
		host := string(c.Request().Host())
		found := origins.Of(peer, c.Get(fiber.HeaderXForwardedProto), host)
		local, ok := c.Context().LocalAddr().(*net.TCPAddr)
		if found != "" || !ok || c.Get(fiber.HeaderXForwardedFor) != "" {
			return found
		}
		return forwarded.AtSocket(host, local.AddrPort())
	}
}

func (w *web) siteConfig(operator page.Operator) frontend.Config {
	a := w.app
	config := frontend.Config{
		Intake: a.intake, Readings: func() page.Readings { return a.reader.Snapshot() }, Incidents: w.incidents, Register: w.register,
		Services: a.services, Shapes: a.geography, Places: a.places, Wanted: w.wanted,
		Parameters: engine.Parameters(a.liveTimeline()), ClientOf: w.clientOf, WriteOrigins: a.settings.ownOrigins(),
		PublicURL: a.settings.publicURL(), OriginOf: w.originOf(), Operator: operator, Push: len(a.settings.pushServices()) > 0, Now: a.now, Log: a.logger,
	}
	if a.settings.SMTP != "" {
		config.Mail = letters{a.notify}
	}
	if a.demo != nil {
		config.Demo = demoPages{a.demo}
	}
	return config
}

func (w *web) apiConfig(site string, keys *apikey.Keys, streams *live.Hub) api.Config {
	a := w.app
	return api.Config{
		Site: site, Hub: a.settings.WebsubHub, Demo: a.demo != nil, Exercise: a.demo != nil, PublicURL: a.settings.publicURL(), OriginOf: w.originOf(),
		Intake: a.intake, Readings: func() api.Readings { return a.reader.Snapshot() }, Incidents: w.incidents, IncidentRegister: w.register,
		Services: a.services, Places: a.places, Shapes: a.geography, Readiness: w, Streams: streams, Limiter: a.intake, MaxStreams: a.settings.Streams,
		Keys: keys, Wanted: w.wanted, WriteOrigins: a.settings.ownOrigins(), Webhooks: a.notify, Pushes: a.notify, Officials: a.official,
		TrustedProxies: a.settings.TrustedProxies, Now: a.now, Logger: a.logger,
	}
}

// useMiddleware adds what every request passes before its route. It is one route to the
// framework, which would look each of several up for each request.
func (w *web) useMiddleware() {
	a := w.app
	steps := []any{
		measureRequests, warnOfUnlistedProxy(a.settings.TrustedProxies, a.logger), recovery.New(), strictFraming, api.FewFields,
		compress.New(compress.Config{
			Level: compress.LevelDefault, Next: func(c *fiber.Ctx) bool { return c.Path() == streamPath },
		}),
	}
	if a.demo != nil {
		steps = append(steps, func(c *fiber.Ctx) error {
			c.Set(demoHeader, "replay")
			return c.Next()
		})
	}
	w.fiber.Use(append(steps, w.nameReader, a.settings.checkRole)...)
}

// nameReader names the sender to what reads the archive, which has a budget for each.
func (w *web) nameReader(c *fiber.Ctx) error {
	c.SetUserContext(archive.WithReader(c.UserContext(), api.AddrOf(c, w.app.settings.TrustedProxies)))
	return c.Next()
}

// run listens until ctx ends, then lets requests that are under way finish.
func (w *web) run(ctx context.Context) error {
	w.app.warnIfRedisMayLoseReports(ctx)
	listener, err := net.Listen("tcp", w.app.settings.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	most, err := maxConnections(memoryLimit())
	if err != nil {
		return errors.Join(fmt.Errorf("reading the limit of open files: %w", err), listener.Close())
	}
	guarded := w.app.guard(listener, most)
	w.app.logger.Info("listening", "address", listener.Addr().String(), "connections", most)
	ended := make(chan error, 1)
	go func() { ended <- w.fiber.Listener(guarded) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		// Shutdown closes nothing where it comes before the server has taken the
		// listener.
		return errors.Join(w.fiber.ShutdownWithTimeout(drainFor), guarded.Close(), <-ended)
	}
}

// guard bounds the connections of a listener, and closes them in two steps. Those
// whose PROXY header is being read have a part of the bound to themselves.
func (a *app) guard(listener net.Listener, most int) net.Listener {
	listener = newRetryingListener(listener, a.logger)
	if a.settings.ProxyProtocol {
		headers := max(1, most/headersPart)
		listener = newProxied(listener, headers, a.settings.TrustedProxies, a.logger)
		most -= headers
	}
	return halfCloseListener{newConnections(listener, most, a.settings.TrustedProxies)}
}
