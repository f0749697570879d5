package main

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/open-downpour/downpour/pkg/metrics"
)

// After a change of a metric or an alert, go generate writes its page anew.
//
//go:generate go test -run TestMetricsPage -update .

// The metrics of this package are those of the server as a whole.
var (
	connectionsRefused = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_server_connections_refused_total",
		Help: "Connections that were refused because their network or the server had too many.",
	})
	headersRefused = metrics.NewCounters(
		"downpour_server_proxy_headers_refused_total",
		"Connections of trusted proxies that were closed because their PROXY header was missing, malformed or late.",
		"reason", headerMissing, headerMalformed, headerLate)
	requestsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_server_http_requests_total",
		Help: "HTTP requests, by route pattern, method and class of the status; unmatched has no route, unread could not be parsed.",
	}, []string{"route", "method", "class"})
	requestDuration = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "downpour_server_http_request_duration_seconds",
		Help:    "HTTP requests from the parsed header to the finished answer, by route pattern. A stream counts until it is open.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route"})
	_ = promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "downpour_server_build_info", Help: "Always 1; the labels are version and commit of the program.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit},
	}, func() float64 { return 1 })
)

// Values of the label "reason" of refused PROXY headers.
const (
	headerMissing   = "missing"
	headerMalformed = "malformed"
	headerLate      = "late"
)

// Values of the label "route" where no route has a pattern.
const (
	routeUnmatched = "unmatched"
	routeUnread    = "unread"
)

// methods are the values of the label "method"; others are methodOther.
var methods = []string{
	fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodDelete, fiber.MethodOptions, fiber.MethodPut, fiber.MethodPatch,
}

const methodOther = "other"

// measureRequests counts and times every request. It is the outermost handler, and
// answers errors, so that it sees the status that goes out.
func measureRequests(c *fiber.Ctx) error {
	began := time.Now()
	if err := c.Next(); err != nil {
		if err := c.App().ErrorHandler(c, err); err != nil {
			_ = c.SendStatus(fiber.StatusInternalServerError)
		}
	}
	series := seriesOf(c, routeOf(c))
	series.duration.Observe(time.Since(began).Seconds())
	series.total.Inc()
	return nil
}

func countRequest(c *fiber.Ctx, route string) { seriesOf(c, route).total.Inc() }

// requestKind is what the series of a request are found by.
type requestKind struct {
	route, method string
	class         int // of the status, 2 for 204
}

// requestSeries are the series that a request counts in. Finding them by their labels takes
// several times as long as counting.
type requestSeries struct {
	total    prometheus.Counter
	duration prometheus.Observer
}

// allSeries has the series of every kind of request that was seen. Routes are patterns, so
// they are few.
var allSeries = struct {
	sync.RWMutex
	of map[requestKind]requestSeries
}{of: map[requestKind]requestSeries{}}

func seriesOf(c *fiber.Ctx, route string) requestSeries {
	kind := requestKind{route, methodOf(c), c.Response().StatusCode() / 100}
	allSeries.RLock()
	series, known := allSeries.of[kind]
	allSeries.RUnlock()
	if !known {
		series = requestSeries{requestsTotal.WithLabelValues(route, kind.method, classOf(kind.class)), requestDuration.WithLabelValues(route)}
		allSeries.Lock()
		allSeries.of[kind] = series
		allSeries.Unlock()
	}
	return series
}

// routeOf is the pattern of the route that answered. Handlers of all requests have
// "/"; the start page has "/*".
func routeOf(c *fiber.Ctx) string {
	if path := c.Route().Path; path != "/" {
		return path
	}
	return routeUnmatched
}

// methodOf returns constants only: Fiber reuses the memory of a request.
func methodOf(c *fiber.Ctx) string {
	if at := slices.Index(methods, c.Method()); at >= 0 {
		return methods[at]
	}
	return methodOther
}

// classOf is "2xx" for 2.
func classOf(class int) string { return strconv.Itoa(class) + "xx" }

// registry holds the metrics of one server. Those of the process, which its packages
// count in, are in the default registry.
type registry = prometheus.Registry

// scrapesAtOnce bounds the scrapes that are answered at the same time, since /metrics is
// open to every client that reaches the server.
const scrapesAtOnce = 4

// metrics answers with the metrics of the process and those of the components of a
// server. The components have a registry of their own: tests make many servers in one
// process.
func (w *web) metrics(parts ...[]prometheus.Collector) (fiber.Handler, error) {
	w.registry = prometheus.NewRegistry()
	for _, collector := range slices.Concat(append(parts, w.readinessMetrics())...) {
		if err := w.registry.Register(collector); err != nil {
			return nil, fmt.Errorf("registering metrics: %w", err)
		}
	}
	all := prometheus.Gatherers{prometheus.DefaultGatherer, w.registry}
	return adaptor.HTTPHandler(promhttp.HandlerFor(all, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce})), nil
}

// readinessMetrics have the values of /readyz.
func (w *web) readinessMetrics() []prometheus.Collector {
	gauge := func(opts prometheus.GaugeOpts, is func(now cause) bool) prometheus.Collector {
		return prometheus.NewGaugeFunc(opts, func() float64 {
			if now, _, _ := w.check(); is(now) {
				return 1
			}
			return 0
		})
	}
	collectors := []prometheus.Collector{gauge(prometheus.GaugeOpts{
		Name: "downpour_server_ready", Help: "1 while /readyz says that this server takes reports, else 0.",
	}, func(now cause) bool { return now == "" })}
	for _, one := range causes {
		collectors = append(collectors, gauge(prometheus.GaugeOpts{
			Name:        "downpour_server_unready",
			Help:        "1 for the reason why the server is not ready, else 0: " + causeList() + ".",
			ConstLabels: prometheus.Labels{"reason": string(one)},
		}, func(now cause) bool { return now == one }))
	}
	return collectors
}
