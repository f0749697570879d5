package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	recovery "github.com/gofiber/fiber/v2/middleware/recover"

	"github.com/open-downpour/downpour/api"
	"github.com/open-downpour/downpour/frontend"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/live"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
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
	app      *app
	fiber    *fiber.App
	watch    *live.Publisher
	registry *registry // of the metrics of this server
	draining atomic.Bool
}

func (a *app) buildWeb(context.Context) error {
	w := &web{app: a}
	keys, err := a.settings.apiKeys()
	if err != nil {
		return err
	}
	streams := live.NewHub(a.now(), live.DefaultStreams)
	incidents := public.NewIncidents(a.repository, a.reader, a.geography)
	w.watch = live.NewPublisher(live.Config{
		Hub: streams, Readings: func() live.Readings { return a.reader.Snapshot() }, Incidents: incidents, Services: a.services.Services(), Every: watchEvery, Logger: a.logger,
	})
	register := a.buildRegister(incidents)
	requests := wanted.New(wanted.NewRedis(a.redis.Client()), a.now)
	if err := a.buildNotify(incidents); err != nil {
		return err
	}
	pages := frontend.Config{
		Intake: a.intake, Readings: func() page.Readings { return a.reader.Snapshot() }, Incidents: incidents, Register: register, Services: a.services, Shapes: a.geography, Places: a.places,
		PublicURL: a.settings.publicURL(),
		ClientOf:  func(c *fiber.Ctx) outage.Client { return api.ClientOf(c, a.settings.TrustedProxies) }, Now: a.now, Log: a.logger,
		Parameters: engine.Parameters(a.liveTimeline()),
	}
	pages.WriteOrigins = a.settings.ownOrigins()
	if pages.Operator, err = a.settings.operator(); err != nil {
		return err
	}
	pages.Wanted = requests
	if a.demo != nil {
		pages.Demo = demoPages{a.demo}
	}
	site, err := frontend.New(pages)
	if err != nil {
		return err
	}
	programs := api.New(api.Config{
		Site:      pages.Operator.Name,
		Demo:      a.demo != nil,
		Hub:       a.settings.WebsubHub,
		PublicURL: a.settings.publicURL(),
		Intake:    a.intake, Readings: func() api.Readings { return a.reader.Snapshot() }, Incidents: incidents, IncidentRegister: register,
		Services: a.services, Places: a.places, Shapes: a.geography, Readiness: w, Streams: streams, Limiter: a.intake, MaxStreams: live.DefaultStreams, Keys: keys, Wanted: requests, WriteOrigins: a.settings.ownOrigins(),
		Webhooks: a.notify, Officials: a.official,
		Exercise:       a.demo != nil,
		TrustedProxies: a.settings.TrustedProxies, Now: a.now, Logger: a.logger,
	})
	w.fiber = newFiber(programs, site.Error, a.logger)
	scrape, err := w.metrics(a.store.Metrics(), a.archiver.Metrics(), a.live.Metrics(), a.repository.Metrics(), streams.Metrics(),
		a.reader.Metrics(a.services.Services()))
	if err != nil {
		return err
	}
	w.fiber.Use(measureRequests)
	w.fiber.Use(warnOfUnlistedProxy(a.settings.TrustedProxies, a.logger))
	w.fiber.Use(recovery.New(), strictFraming, api.FewFields)
	w.fiber.Use(compress.New(compress.Config{
		Level: compress.LevelDefault, Next: func(c *fiber.Ctx) bool { return c.Path() == streamPath },
	}))
	if a.demo != nil {
		w.fiber.Use(func(c *fiber.Ctx) error {
			c.Set(demoHeader, "replay")
			return c.Next()
		})
	}
	w.fiber.Use(func(c *fiber.Ctx) error {
		c.SetUserContext(archive.WithReader(c.UserContext(), pages.ClientOf(c).Addr))
		return c.Next()
	})
	w.fiber.Use(a.settings.checkRole)
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
