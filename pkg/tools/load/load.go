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
	"slices"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Result is what came of a run.
type Result struct {
	Sent      int         `json:"sent"`
	Accepted  int         `json:"accepted"`
	Counted   int         `json:"counted"`
	Errors    int         `json:"errors"`
	Seconds   float64     `json:"duration_seconds"`
	LatencyMS Percentiles `json:"latency_ms"`
}

// Percentiles are latencies in milliseconds.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Run sends reports of the given services from the given towns until the duration is over or ctx ends,
// and waits for the last answers.
func Run(ctx context.Context, config Config, services []outage.Service, towns []Town) (Result, error) {
	generator := newGenerator(config, services, towns)
	if config.Rate == 0 {
		return generator.saturate(ctx), nil
	}
	return generator.run(ctx), nil
}

// generator is one run.
type generator struct {
	config  Config
	reports *reports
	server  server
	slots   chan struct{} // holds a token for each request under way

	mutex   sync.Mutex
	result  Result
	latency []time.Duration
}

func newGenerator(config Config, services []outage.Service, towns []Town) *generator {
	return &generator{
		config: config, reports: newReports(config.Seed, services, towns, config.Clients),
		server: newServer(config), slots: make(chan struct{}, config.Open),
	}
}

// run is an open loop: each report has its instant, and its latency begins
// there, so that a server which stalls does not slow down who measures it.
func (g *generator) run(ctx context.Context) Result {
	began := time.Now()
	total := int(math.Round(g.config.Rate * g.config.Duration.Seconds()))
	var under sync.WaitGroup
	timer := time.NewTimer(0)
	defer timer.Stop()
sending:
	for i := range total {
		due := began.Add(time.Duration(float64(i) / g.config.Rate * float64(time.Second)))
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				break sending
			}
		}
		if ctx.Err() != nil {
			break
		}
		report := g.reports.next()
		g.result.Sent++
		select {
		case g.slots <- struct{}{}:
			under.Go(func() { g.record(g.server.send(report), due); <-g.slots })
		default:
			g.record(answered{}, due)
		}
	}
	under.Wait()
	return g.finish(began)
}

// saturate is a closed loop: each connection sends its next report when the last one is
// answered. It measures how many a server takes, and not how long they wait.
func (g *generator) saturate(ctx context.Context) Result {
	began := time.Now()
	var connections sync.WaitGroup
	for range g.config.Open {
		connections.Go(func() {
			for ctx.Err() == nil && time.Since(began) < g.config.Duration {
				g.mutex.Lock()
				report := g.reports.next()
				g.result.Sent++
				g.mutex.Unlock()
				sent := time.Now()
				g.record(g.server.send(report), sent)
			}
		})
	}
	connections.Wait()
	return g.finish(began)
}

func (g *generator) finish(began time.Time) Result {
	g.result.Seconds = math.Round(time.Since(began).Seconds()*1000) / 1000
	g.result.LatencyMS = PercentilesOf(g.latency)
	return g.result
}

func (g *generator) record(got answered, due time.Time) {
	took := time.Since(due)
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if !got.accepted {
		g.result.Errors++
		return
	}
	g.result.Accepted++
	if got.counted {
		g.result.Counted++
	}
	g.latency = append(g.latency, took)
}

// PercentilesOf tells the nearest-rank percentiles in milliseconds, of the
// reports that were accepted; all are 0 where none was.
func PercentilesOf(took []time.Duration) Percentiles {
	if len(took) == 0 {
		return Percentiles{}
	}
	slices.Sort(took)
	rank := func(share float64) float64 {
		at := max(0, int(math.Ceil(share*float64(len(took))))-1)
		return math.Round(took[at].Seconds()*1e6) / 1e3
	}
	return Percentiles{P50: rank(0.5), P90: rank(0.9), P99: rank(0.99), Max: rank(1)}
}
