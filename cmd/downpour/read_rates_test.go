package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/tools/load"
)

var readRounds = flag.Int("read-rounds", 2, "rounds of TestReadRates, of half a second for each kind of answer")

const (
	readConnections = 4
	// leastPart is what the live maps must reach of the rate of the list of services.
	leastPart = .25
)

// readKinds are the answers whose rates are compared, by the addresses that are asked for
// in turn. The first is what the others are held to.
func readKinds() (names []string, paths map[string][]string) {
	names = []string{"list of services", "map of a country", "maps of 12 services in two countries", "table of districts", "series", "incidents"}
	paths = map[string][]string{
		names[0]: {"/api/v1/services"}, names[1]: {"/api/v1/heatmap?country=IN"}, names[3]: {"/api/v1/heatmap?country=IN&level=district"},
		names[4]: {"/api/v1/services/whatsapp/series?country=IN"}, names[5]: {"/api/v1/incidents"},
	}
	for _, service := range []string{"whatsapp", "instagram", "facebook", "gmail", "youtube", "netflix", "spotify", "telegram", "signal", "x", "reddit", "messenger"} {
		for _, country := range outage.Countries() {
			paths[names[2]] = append(paths[names[2]], fmt.Sprintf("/api/v1/heatmap?service=%s&country=%s", service, country))
		}
	}
	return names, paths
}

// TestReadRates measures how many answers a second a server with a Redis server gives from
// the live window, one kind after the other in each round, while reports come in. make
// bench-reads runs it for longer.
func TestReadRates(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for some seconds")
	}
	address := redistest.FreeAddress(t)
	base := "http://" + address
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", redistest.Start(t).URL(), "--log-level", "error")
	server.start(t)
	eventually(t, "starting", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	reportsFrom(t, t.Context(), base, load.Config{Rate: 300, Duration: 5 * time.Second, Seed: 1})

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		reportsFrom(t, ctx, base, load.Config{Rate: 20, Duration: time.Hour, Seed: 2})
	}()
	names, paths := readKinds()
	counts := map[string]int64{}
	for range *readRounds {
		for _, name := range names {
			counts[name] += readFor(t, address, paths[name], time.Second/2)
		}
	}
	stop()
	<-ended
	seconds := float64(*readRounds) / 2
	for _, name := range names {
		part := float64(counts[name]) / float64(counts[names[0]])
		t.Logf("%7.0f/s %5.2f of the %s: %s", float64(counts[name])/seconds, part, names[0], name)
		if strings.HasPrefix(name, "map") && part < leastPart {
			t.Errorf("the rate of the %s is %.2f of that of the %s, at least %.2f is wanted", name, part, names[0], leastPart)
		}
	}
}

// readFor asks for addresses in turn on several connections and counts the answers.
func readFor(t *testing.T, server string, paths []string, length time.Duration, headers ...[2]string) int64 {
	t.Helper()
	client := fasthttp.HostClient{Addr: server, MaxConns: readConnections}
	defer client.CloseIdleConnections()
	var answers atomic.Int64
	var readers sync.WaitGroup
	until := time.Now().Add(length)
	for reader := range readConnections {
		readers.Go(func() {
			request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			defer fasthttp.ReleaseRequest(request)
			defer fasthttp.ReleaseResponse(response)
			request.Header.Set("Accept-Encoding", "br, gzip")
			for _, header := range headers {
				request.Header.Set(header[0], header[1])
			}
			for at := reader; time.Now().Before(until); at++ {
				request.SetRequestURI("http://" + server + paths[at%len(paths)])
				if err := client.Do(request, response); err != nil || response.StatusCode() != http.StatusOK {
					t.Errorf("%s: %d, %v", paths[at%len(paths)], response.StatusCode(), err)
					return
				}
				answers.Add(1)
			}
		})
	}
	readers.Wait()
	return answers.Load()
}

// reportsFrom sends reports from 300 places of each country.
func reportsFrom(t *testing.T, ctx context.Context, base string, config load.Config) {
	random := rand.New(rand.NewPCG(config.Seed, 1))
	var towns []load.Town
	for i := range 300 {
		at := func(lat, lng float64) outage.LatLng {
			return outage.LatLng{Lat: lat + 2*random.Float64(), Lng: lng + 2*random.Float64()}
		}
		towns = append(towns,
			load.Town{Name: fmt.Sprint("IN ", i), Country: countrytest.IN, At: at(20, 78)},
			load.Town{Name: fmt.Sprint("GB ", i), Country: countrytest.GB, At: at(52, -2)},
		)
	}
	config.To, config.Clients, config.Open, config.Timeout = base, 10_000, 500, 10*time.Second
	result, err := load.Run(ctx, config, []outage.Service{{Slug: "whatsapp"}, {Slug: "instagram"}, {Slug: "gmail"}}, towns)
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	if result.Counted == 0 && ctx.Err() == nil {
		t.Errorf("no report was counted: %+v", result)
	}
}
