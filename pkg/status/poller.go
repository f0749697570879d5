package status

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

const (
	pollEvery    = time.Minute // and up to as much more, at random
	pollTick     = 5 * time.Second
	pollAtATime  = 4
	longestDelay = time.Hour // that a page may ask for
)

// afterFailure are the waits after a page could not be read or understood.
var afterFailure = retry.Waits{First: 2 * time.Minute, Most: 30 * time.Minute}

// Lease is held by the process that polls.
type Lease interface {
	// Hold takes or renews the lease. held is false while another process has it.
	Hold(ctx context.Context) (term int64, held bool, err error)
}

// PollerConfig is what a Poller depends on.
type PollerConfig struct {
	Store    *Store
	Services []outage.Service
	Client   *http.Client // within limits of time, length and destination
	Lease    Lease
	Now      func() time.Time
	Logger   *slog.Logger
}

// Poller reads the status pages of services that are enabled, while it holds the lease.
// Each page is read once for all services that it is about.
type Poller struct {
	config PollerConfig
	feeds  []*feedState
}

// feedState is an address that is polled.
type feedState struct {
	address  string
	services []outage.Service
	readings []reading // of the last document, beside services; nil where it was not read
	tag      string    // ETag of it
	modified string    // Last-Modified of it
	due      time.Time
	waits    *retry.Schedule
	failing  bool
}

// NewPoller makes a Poller.
func NewPoller(config PollerConfig) *Poller {
	p := &Poller{config: config}
	byAddress := map[string]*feedState{}
	for _, service := range config.Services {
		page := service.StatusPage
		if !page.Enabled || formats[page.Format] == nil {
			continue
		}
		f := byAddress[page.Feed]
		if f == nil {
			f = &feedState{address: page.Feed, waits: afterFailure.Schedule()}
			byAddress[page.Feed], p.feeds = f, append(p.feeds, f)
		}
		f.services = append(f.services, service)
	}
	return p
}

// Run polls until ctx ends, from when the store has loaded what is known: before that, all
// would look new.
func (p *Poller) Run(ctx context.Context) error {
	select {
	case <-p.config.Store.loaded:
	case <-ctx.Done():
		return nil
	}
	ticks := time.NewTicker(pollTick)
	defer ticks.Stop()
	for {
		if _, held, err := p.config.Lease.Hold(ctx); err == nil && held {
			p.pollDue(ctx)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// pollDue polls what is due, a few at a time.
func (p *Poller) pollDue(ctx context.Context) {
	var polling sync.WaitGroup
	slots := make(chan struct{}, pollAtATime)
	for _, f := range p.feeds {
		if p.config.Now().Before(f.due) {
			continue
		}
		slots <- struct{}{}
		polling.Go(func() {
			defer func() { <-slots }()
			p.poll(ctx, f)
		})
	}
	polling.Wait()
}

// poll reads one address and records what changed.
func (p *Poller) poll(ctx context.Context, f *feedState) {
	wait, err := p.fetch(ctx, f)
	if ctx.Err() != nil {
		return
	}
	now := p.config.Now().UTC().Truncate(time.Millisecond)
	pollsTotal.Inc()
	if err != nil {
		failuresTotal.WithLabelValues(reasonOf(err)).Inc()
		f.due = now.Add(max(wait, f.waits.Next()))
	} else {
		f.waits.Reset()
		f.due = now.Add(max(wait, pollEvery+rand.N(pollEvery)))
	}
	if failing := err != nil; failing != f.failing {
		f.failing = failing
		p.config.Logger.Info("status page changed state", "address", f.address, "unreadable", failing, "error", err)
	}
	for i, service := range f.services {
		if err := p.record(ctx, f, i, service, now, err); err != nil {
			p.config.Logger.Warn("recording an official status", "service", service.Slug, "error", err)
		}
	}
}

// record records what the last reading says of a service, or that there was none.
func (p *Poller) record(ctx context.Context, f *feedState, i int, service outage.Service, at time.Time, failed error) error {
	before, _ := p.config.Store.last(subject{service.Slug, outage.FromPage})
	now := outage.Official{State: outage.OfficialUnknown, Reason: reasonOf(failed), CheckedAt: at, Notices: before.Notices}
	if failed == nil {
		if f.readings[i].err == nil {
			now = f.readings[i].official(at)
			lastReads.WithLabelValues(service.Slug).Set(float64(at.Unix()))
		} else {
			now.Reason = reasonChanged
		}
	}
	now.Service, now.Source, now.Page = service.Slug, outage.FromPage, service.StatusPage.Page
	now, changed := follow(before, now)
	if changed {
		return p.config.Store.record(ctx, now)
	}
	return p.config.Store.share(ctx, now)
}

// fetch asks for the document of an address and reads it for each service. Where it has not
// changed, the readings stay. wait is what the server asks for, 0 for nothing.
func (p *Poller) fetch(ctx context.Context, f *feedState) (wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.address, nil)
	if err != nil {
		return 0, err
	}
	if f.readings != nil {
		setIf(request.Header, "If-None-Match", f.tag)
		setIf(request.Header, "If-Modified-Since", f.modified)
	}
	response, err := p.config.Client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", f.address, err)
	}
	defer response.Body.Close()
	wait = retryAfter(response.Header.Get("Retry-After"))
	if response.StatusCode == http.StatusNotModified && f.readings != nil {
		return wait, nil
	}
	f.readings = nil
	if response.StatusCode != http.StatusOK {
		return wait, fmt.Errorf("reading %s: status %d", f.address, response.StatusCode)
	}
	document, err := io.ReadAll(response.Body)
	if err != nil {
		return wait, fmt.Errorf("reading %s: %w", f.address, err)
	}
	f.tag, f.modified = response.Header.Get("ETag"), response.Header.Get("Last-Modified")
	return wait, f.read(document)
}

// read reads a document for each service. It is an error where no service could be read.
func (f *feedState) read(document []byte) error {
	var readings []reading
	var failed []error
	for _, service := range f.services {
		made, err := formats[service.StatusPage.Format](document, service.StatusPage)
		if err != nil {
			made.err = err
			failed = append(failed, fmt.Errorf("%s: %w", service.Slug, err))
		}
		readings = append(readings, made)
	}
	if len(failed) == len(readings) {
		return errors.Join(failed...)
	}
	f.readings = readings
	return nil
}

func setIf(header http.Header, name, value string) {
	if value != "" {
		header.Set(name, value)
	}
}

// retryAfter reads a delay in seconds, of at most longestDelay.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1e6))*time.Second, longestDelay)
}

// reasonOf is why a status is unknown after an error.
func reasonOf(err error) string {
	if errors.Is(err, errChanged) {
		return reasonChanged
	}
	return reasonUnreachable
}
