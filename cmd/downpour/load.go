package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/client"
)

// loadCommand sends reports at a steady rate, whether the server keeps up or
// not, and tells how long the answers took. It is for a server of one's own:
// each report claims another address in X-Forwarded-For, which only a server
// that trusts this machine as a proxy believes, and all that it tells is
// invented.
type loadCommand struct {
	To       string        `help:"Address of the server." required:"" placeholder:"URL"`
	Rate     float64       `help:"Reports to send in a second." default:"100"`
	Duration time.Duration `help:"How long to send." default:"10s"`
	Clients  int           `help:"Distinct addresses to send from." default:"10000"`
	Open     int           `help:"Most requests under way at a time; beyond it a report is an error." name:"connections" default:"2000"`
	Timeout  time.Duration `help:"Longest wait for an answer." default:"15s"`
	Seed     uint64        `help:"Seed of the random reports." default:"1"`
	APIKey   string        `help:"Key to send along." name:"api-key" hidden:""`
}

// Validate is called before Run, and names the flag at fault.
func (l *loadCommand) Validate() error {
	target, err := url.Parse(l.To)
	switch {
	case err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "":
		return fmt.Errorf("--to: must be an http(s):// address")
	case !(l.Rate > 0) || l.Rate > 1e6:
		return fmt.Errorf("--rate: must be above 0 and at most a million")
	case l.Duration <= 0:
		return fmt.Errorf("--duration: must be above 0")
	case l.Clients < 1 || l.Clients > maxClients:
		return fmt.Errorf("--clients: must be between 1 and %d", maxClients)
	case l.Open < 1:
		return fmt.Errorf("--connections: must be at least 1")
	}
	return nil
}

// loadResult is what is printed.
type loadResult struct {
	Sent      int         `json:"sent"`
	Accepted  int         `json:"accepted"`
	Counted   int         `json:"counted"`
	Errors    int         `json:"errors"`
	Seconds   float64     `json:"duration_seconds"`
	LatencyMS percentiles `json:"latency_ms"`
}

type percentiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Run sends until the duration is over, waits for the last answers, and prints.
func (l *loadCommand) Run(ctx context.Context) error {
	services, err := catalog.Default()
	if err != nil {
		return err
	}
	load, err := newLoad(*l, newInvention(l.Seed, services.Services(), l.Clients))
	if err != nil {
		return err
	}
	result := load.run(ctx)
	return json.NewEncoder(os.Stdout).Encode(result)
}

// load is one run of the generator.
type load struct {
	loadCommand
	invention *invention
	server    *client.ClientWithResponses
	slots     chan struct{} // holds a token for each request under way

	mutex   sync.Mutex
	result  loadResult
	latency []time.Duration
}

func newLoad(settings loadCommand, reports *invention) (*load, error) {
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: settings.Timeout}).DialContext, DisableCompression: true,
		MaxIdleConns: settings.Open, MaxIdleConnsPerHost: settings.Open, IdleConnTimeout: 30 * time.Second,
	}
	server, err := client.Dial(settings.To, settings.APIKey, &http.Client{Transport: transport, Timeout: settings.Timeout})
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	return &load{
		loadCommand: settings, invention: reports, server: server, slots: make(chan struct{}, settings.Open),
	}, nil
}

// run is an open loop: each report has its instant, and its latency begins
// there, so that a server which stalls does not slow down who measures it.
func (l *load) run(ctx context.Context) loadResult {
	began := time.Now()
	total := int(math.Round(l.Rate * l.Duration.Seconds()))
	var under sync.WaitGroup
	timer := time.NewTimer(0)
	defer timer.Stop()
sending:
	for i := range total {
		due := began.Add(time.Duration(float64(i) / l.Rate * float64(time.Second)))
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
		report := l.invention.next()
		l.result.Sent++
		select {
		case l.slots <- struct{}{}:
			under.Go(func() { l.send(ctx, report, due); <-l.slots })
		default:
			l.note(answered{}, due)
		}
	}
	under.Wait()
	l.result.Seconds = math.Round(time.Since(began).Seconds()*1000) / 1000
	l.result.LatencyMS = percentilesOf(l.latency)
	return l.result
}

// answered is what came of one report.
type answered struct{ accepted, counted bool }

func (l *load) send(ctx context.Context, report invented, due time.Time) {
	var got answered
	defer func() { l.note(got, due) }()
	response, err := l.server.CreateReportWithBodyWithResponse(ctx, nil, "application/json", strings.NewReader(report.body),
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("X-Forwarded-For", report.address)
			request.Header.Set("User-Agent", "downpour-load")
			return nil
		})
	if err != nil {
		return
	}
	got.accepted = response.JSON202 != nil
	got.counted = got.accepted && response.JSON202.Counted
}

func (l *load) note(got answered, due time.Time) {
	took := time.Since(due)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if !got.accepted {
		l.result.Errors++
		return
	}
	l.result.Accepted++
	if got.counted {
		l.result.Counted++
	}
	l.latency = append(l.latency, took)
}

// percentilesOf tells the nearest-rank percentiles in milliseconds, of the
// reports that were accepted; all are 0 where none was.
func percentilesOf(took []time.Duration) percentiles {
	if len(took) == 0 {
		return percentiles{}
	}
	slices.Sort(took)
	rank := func(share float64) float64 {
		at := max(0, int(math.Ceil(share*float64(len(took))))-1)
		return math.Round(took[at].Seconds()*1e6) / 1e3
	}
	return percentiles{P50: rank(0.5), P90: rank(0.9), P99: rank(0.99), Max: rank(1)}
}
