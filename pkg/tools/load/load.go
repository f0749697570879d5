// Package load sends random reports to a server at a steady rate, whether the
// server keeps up or not, and measures how long the answers took.
//
// It is for a server of one's own. Each report claims another address in
// X-Forwarded-For, which only a server that trusts this machine as a proxy
// believes, and its content is random.
package load

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Result is what came of a run.
type Result struct {
	Seed     uint64 `json:"seed"`
	Sent     int    `json:"sent"`
	Accepted int    `json:"accepted"`
	Counted  int    `json:"counted"`
	Undone   int    `json:"undone"` // of the accepted ones
	Errors   int    `json:"errors"` // answers that were refusals or did not come
	// NotSent found no connection before their timeout.
	NotSent int     `json:"not_sent"`
	Seconds float64 `json:"duration_seconds"`
	// LatencyMS is of the accepted ones, from the instant at which each was due: the wait for a
	// connection is part of it.
	LatencyMS Percentiles `json:"latency_ms"`
	Reads     *Reads      `json:"reads,omitempty"`
	Streams   *Streams    `json:"streams,omitempty"`
}

// Run sends reports of the given services from the given towns until the duration is over or ctx ends,
// and waits for the last answers. Readers and streams are beside it.
func Run(ctx context.Context, config Config, services []outage.Service, towns []Town) (Result, error) {
	ledger, err := newLedger(config.Ledger)
	if err != nil {
		return Result{}, err
	}
	generator := newGenerator(config, services, towns)
	generator.ledger = ledger
	beside := generator.readBeside(ctx, services)
	var result Result
	if config.Rate == 0 {
		result = generator.saturate(ctx)
	} else {
		result = generator.run(ctx)
	}
	result.Reads, result.Streams = beside()
	return result, ledger.close()
}

// generator is one run.
type generator struct {
	config  Config
	reports *reports
	server  server
	ledger  *ledger

	mutex   sync.Mutex
	result  Result
	latency *hdrhistogram.Histogram
}

func newGenerator(config Config, services []outage.Service, towns []Town) *generator {
	return &generator{
		config: config, reports: newReports(config, services, towns), server: newServer(config), latency: newHistogram(),
	}
}

// mostWaiting is how many reports may wait for a connection.
const mostWaiting = 1 << 20

// scheduled is a report and when it is to be sent.
type scheduled struct {
	report report
	due    time.Time
}

// run is an open loop: each report has its instant, and its latency begins
// there, so that a server which stalls does not slow down who measures it. The instants are
// those of a Poisson process.
func (g *generator) run(ctx context.Context) Result {
	began := time.Now()
	total := int(math.Round(g.config.Rate * g.config.Duration.Seconds()))
	waiting := make(chan scheduled, min(total, mostWaiting))
	var connections sync.WaitGroup
	for range min(g.config.Open, total) {
		connections.Go(func() { g.sendDue(waiting) })
	}
	random, due := rand.New(rand.NewPCG(g.config.Seed, 1)), began
	for range total {
		due = due.Add(time.Duration(random.ExpFloat64() / g.config.Rate * float64(time.Second)))
		if !await(ctx, due) {
			break
		}
		next := scheduled{g.reports.draw(), due}
		select {
		case waiting <- next:
		default:
			g.skip()
		}
	}
	close(waiting)
	connections.Wait()
	return g.finish(began)
}

// await waits for an instant, and returns false where ctx ends before.
func await(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// sendDue sends what waits, over one connection.
func (g *generator) sendDue(waiting <-chan scheduled) {
	for next := range waiting {
		if time.Since(next.due) > g.config.Timeout {
			g.skip()
			continue
		}
		g.send(next)
	}
}

// send sends a report, and takes it back where that is drawn.
func (g *generator) send(next scheduled) {
	got := g.server.send(next.report)
	g.record(got, next)
	if !got.accepted || !next.report.undone {
		return
	}
	status := g.server.undo(next.report, got)
	g.ledger.write(line{Due: next.due, Service: next.report.service, ID: got.id, Status: status, Undone: true})
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if status == http.StatusNoContent {
		g.result.Undone++
	} else {
		g.result.Errors++
	}
}

// skip counts a report that is not sent.
func (g *generator) skip() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.result.NotSent++
}

// saturate is a closed loop: each connection sends its next report when the last one is
// answered. It measures how many a server takes, and not how long they wait.
func (g *generator) saturate(ctx context.Context) Result {
	began := time.Now()
	var connections sync.WaitGroup
	for range g.config.Open {
		connections.Go(func() {
			for ctx.Err() == nil && time.Since(began) < g.config.Duration {
				next := scheduled{report: g.reports.draw()}
				next.due = time.Now()
				g.send(next)
			}
		})
	}
	connections.Wait()
	return g.finish(began)
}

func (g *generator) finish(began time.Time) Result {
	g.result.Seed = g.config.Seed
	g.result.Seconds = math.Round(time.Since(began).Seconds()*1000) / 1000
	g.result.LatencyMS = percentilesOf(g.latency)
	return g.result
}

func (g *generator) record(got answered, of scheduled) {
	took := time.Since(of.due)
	g.ledger.write(line{of.due, of.report.service, got.id, of.report.key, got.counted, got.status, false})
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.result.Sent++
	if !got.accepted {
		g.result.Errors++
		return
	}
	g.result.Accepted++
	if got.counted {
		g.result.Counted++
	}
	g.reports.remember(of.report)
	addTo(g.latency, took)
}
