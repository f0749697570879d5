package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Reads are what came of the readers.
type Reads struct {
	Requests    int         `json:"requests"`
	NotModified int         `json:"not_modified"`
	Errors      int         `json:"errors"` // other than 200 and 304
	LatencyMS   Percentiles `json:"latency_ms"`
	// Kinds are the latencies by what is read.
	Kinds map[string]Percentiles `json:"latency_ms_of"`
}

// Streams are what came of the streams of events.
type Streams struct {
	Opened int `json:"opened"`
	Ended  int `json:"ended"` // by the server, or not opened at all
	Events int `json:"events"`
}

// readBeside starts the readers and the streams. They end when the returned function is called,
// which waits for them.
func (g *generator) readBeside(ctx context.Context, services []outage.Service) (end func() (*Reads, *Streams)) {
	if g.config.Readers+g.config.Streams == 0 {
		return func() (*Reads, *Streams) { return nil, nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	b := &beside{
		base: strings.TrimSuffix(g.config.To, "/"), services: services, latency: newHistogram(), kinds: newKinds(), timeout: g.config.Timeout,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: g.config.Readers}},
	}
	for n := range g.config.Readers {
		b.running.Go(func() { b.read(ctx, rand.New(rand.NewPCG(g.config.Seed, uint64(2+n))), n) })
	}
	for n := range g.config.Streams {
		b.running.Go(func() { b.follow(ctx, n) })
	}
	return func() (*Reads, *Streams) {
		cancel()
		b.running.Wait()
		b.reads.LatencyMS, b.reads.Kinds = percentilesOf(b.latency), map[string]Percentiles{}
		for kind, latency := range b.kinds {
			b.reads.Kinds[kind] = percentilesOf(latency)
		}
		return &b.reads, &b.streams
	}
}

// beside is what happens beside the reports.
type beside struct {
	base     string
	services []outage.Service
	client   *http.Client
	timeout  time.Duration // of a read
	running  sync.WaitGroup

	mutex   sync.Mutex
	reads   Reads
	streams Streams
	latency *hdrhistogram.Histogram
	kinds   map[string]*hdrhistogram.Histogram
}

// kinds are what readers read, each as likely as the others: the paths of a service.
var kinds = map[string]string{
	"home": "/", "service": "/%s", "services in JSON": "/api/v1/services", "service in JSON": "/api/v1/services/%s",
	"series": "/api/v1/services/%s/series", "heatmap": "/api/v1/heatmap?service=%s",
}

// kindNames are the kinds in order.
var kindNames = slices.Sorted(maps.Keys(kinds))

func newKinds() map[string]*hdrhistogram.Histogram {
	made := map[string]*hdrhistogram.Histogram{}
	for kind := range kinds {
		made[kind] = newHistogram()
	}
	return made
}

// pause is how long a reader looks at a page, on average.
const pause = time.Second

// read is one reader, who returns to pages with the tags of what is known.
func (b *beside) read(ctx context.Context, random *rand.Rand, n int) {
	tags := map[string]string{}
	ranks := newRanks(random, b.services)
	for due := time.Now(); ; {
		due = due.Add(time.Duration(random.ExpFloat64() * float64(pause)))
		if !await(ctx, due) {
			return
		}
		slug, kind := b.services[ranks.Uint64()].Slug, kindNames[random.IntN(len(kindNames))]
		path := strings.Replace(kinds[kind], "%s", slug, 1)
		status, tag, err := b.get(ctx, path, tags[path], addressOf(n))
		if ctx.Err() != nil {
			return
		}
		tags[path] = tag
		b.count(kind, status, err, time.Since(due))
	}
}

func (b *beside) count(kind string, status int, err error, took time.Duration) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.reads.Requests++
	switch {
	case err == nil && status == http.StatusNotModified:
		b.reads.NotModified++
	case err != nil || status != http.StatusOK:
		b.reads.Errors++
		return
	}
	addTo(b.latency, took)
	addTo(b.kinds[kind], took)
}

func (b *beside) get(ctx context.Context, path, tag, from string) (status int, newTag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	request, err := b.request(ctx, path, from)
	if err != nil {
		return 0, "", err
	}
	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}
	response, err := b.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, response.Header.Get("ETag"), err
}

func (b *beside) request(ctx context.Context, path, from string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for %s: %w", path, err)
	}
	request.Header.Set("Accept-Encoding", "br, gzip")
	request.Header.Set("X-Forwarded-For", from)
	return request, nil
}

// follow holds one stream open.
func (b *beside) follow(ctx context.Context, n int) {
	events := 0
	opened := false
	defer func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.streams.Events += events
		if opened {
			b.streams.Opened++
		}
		if ctx.Err() == nil {
			b.streams.Ended++
		}
	}()
	request, err := b.request(ctx, "/api/v1/stream", addressOf(1<<16+n))
	if err != nil {
		return
	}
	request.Header.Set("Accept-Encoding", "identity")
	response, err := b.client.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	opened = response.StatusCode == http.StatusOK
	for lines := bufio.NewScanner(response.Body); opened && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "event:") {
			events++
		}
	}
}
