package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/runner"
)

// pipeline is the path of a report from a client to the detector, on a clock that the
// test moves.
type pipeline struct {
	t        testing.TB
	now      time.Time
	intake   *intake.Service
	counters *bucket.Redis
	store    *bucket.Store
	hot      *bucket.Hot
	drawn    *rand.Rand
}

// pipelineBegins is early in the life of both keys under which networks are learnt.
var pipelineBegins = time.Unix(100*int64(outage.OriginKeyStep/time.Second), 0).UTC().Add(10 * time.Hour)

// learning is how long the server has listened when anything happens.
const learning = 28 * 24 * time.Hour

// anything is a catalogue with every service in it.
type anything struct{}

func (anything) Service(slug string) (outage.Service, bool) { return outage.Service{Slug: slug}, true }

func (anything) AccessNetwork(string, outage.Country) string { return "" }

// hoster is the network range that the crowd of a known hoster has.
const hoster = "5.9.0.0/16 example hoster\n"

func newPipeline(t testing.TB, client redis.UniversalClient, geography *cell.Geography, drawn *rand.Rand, cap int) *pipeline {
	t.Helper()
	r := &pipeline{t: t, now: pipelineBegins, drawn: drawn}
	clock := func() time.Time { return r.now }
	quiet := slog.New(slog.DiscardHandler)
	counters := bucket.NewRedis(client, func(cell outage.Cell) (outage.Region, outage.District) { return geography.RegionOf(cell), "" })
	store := bucket.NewStore(bucket.Config{Redis: counters, Logger: quiet, Now: clock, Cap: cap})
	if err := store.Restore(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	r.counters, r.store = counters, store
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = store.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	keys, err := intake.OpenKeyFile(filepath.Join(t.TempDir(), "keys.json"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	hosters, err := intake.ReadHosters(strings.NewReader(hoster))
	if err != nil {
		t.Fatal(err)
	}
	r.intake = intake.New(intake.Config{
		Counter: store, Catalog: anything{}, Geography: geography, Keys: keys, Logger: quiet, Now: clock,
		Hosters: hosters, HotWindow: bucket.HotWindow, PerMinute: 1 << 30,
		Status: func(string, outage.Country) outage.StatusNumbers {
			return outage.StatusNumbers{Status: outage.StatusUnknown}
		},
	})
	r.hot = bucket.NewHot(counters, clock, quiet)
	return r
}

var london = outage.LatLng{Lat: 51.5074, Lng: -.1278}

// report sends a problem report of a service in London, from a new person.
func (r *pipeline) report(service, addr string) {
	client := outage.Client{Addr: netip.MustParseAddr(addr), UserAgent: "Agent/1", AcceptLanguage: "en-GB"}
	submission := outage.Submission{Service: service, Location: &london, Token: fmt.Sprintf("%016x", r.drawn.Uint64())}
	if _, err := r.intake.Take(r.t.Context(), client, submission, ""); err != nil {
		r.t.Fatal(err)
	}
}

// train lets a network report on each day for as long as the server learns: on
// each day so many reports, each with a token of its own, from addresses in turn.
func (r *pipeline) train(each int, addrs ...string) {
	for range int(learning / (24 * time.Hour)) {
		for i := range each {
			r.report("ordinary", addrs[i%len(addrs)])
		}
		r.now = r.now.Add(24 * time.Hour)
	}
}

// restart begins the counters at the present time, as on a new
// server.
func (r *pipeline) restart() {
	if err := r.counters.Client().FlushAll(r.t.Context()).Err(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.store.Restore(r.t.Context(), nil); err != nil {
		r.t.Fatal(err)
	}
}

// people are so many reports of one network, each of another address.
func (r *pipeline) people(n int, addr string) {
	prefix := netip.MustParseAddr(addr).As4()
	for i := range n {
		prefix[3] = byte(i)
		r.report("ordinary", netip.AddrFrom4(prefix).String())
	}
}

// begins is when what the server learnt from is over.
func begins() time.Time { return pipelineBegins.Add(learning) }

// counts are what the detector reads of the first minutes after the beginning, by
// minute and for each service.
func (r *pipeline) counts(minutes int) map[outage.Minute][]outage.Judged {
	r.t.Helper()
	if err := r.hot.Refresh(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	first := outage.MinuteOf(begins())
	counts, err := runner.Minutes(r.t.Context(), r.hot, r.counters, outage.Span{From: first, To: first + outage.Minute(minutes)})
	if err != nil {
		r.t.Fatal(err)
	}
	return counts
}

// opensAfter plays the ordinary reports of a service together with what came down
// the pipeline for one of its services, and gives the number of minutes after which an
// incident opened, -1 for never.
func opensAfter(t testing.TB, state []byte, config engine.Config, drawn *rand.Rand, mean float64, minutes int, attack func(outage.Minute) []outage.Judged) int {
	t.Helper()
	line := engine.New(config)
	if err := line.Restore(bytes.NewReader(state)); err != nil {
		t.Fatal(err)
	}
	first, _ := line.Last()
	begin := outage.MinuteOf(begins())
	for i := range outage.Minute(minutes) {
		counts := ordinary(drawn, mean)
		for _, count := range attack(begin + i) {
			count.Service = watched
			counts = append(counts, count)
		}
		changes, err := line.Tick(first+1+i, counts)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) > 0 {
			return int(i)
		}
	}
	return -1
}

// of are the counts of one service in a minute.
func of(counts map[outage.Minute][]outage.Judged, service string) func(outage.Minute) []outage.Judged {
	return func(minute outage.Minute) (found []outage.Judged) {
		for _, count := range counts[minute] {
			if count.Service == service {
				found = append(found, count)
			}
		}
		return found
	}
}

const watched = "watched"

// attackTowns are where ordinary people are: London, Manchester, Glasgow, Cardiff.
var attackTowns = []outage.LatLng{london, {Lat: 53.4808, Lng: -2.2426}, {Lat: 55.8642, Lng: -4.2518}, {Lat: 51.4816, Lng: -3.1791}}

var townCells []outage.Cell

// ordinary draws the reporters of a minute on which nothing is broken, each in a
// network of its own.
func ordinary(drawn *rand.Rand, mean float64) (counts []outage.Judged) {
	for range int(distuv.Poisson{Lambda: mean, Src: drawn}.Rand()) {
		at := townCells[drawn.IntN(len(townCells))]
		counts = append(counts, outage.Judged{
			Service: watched, Country: countrytest.GB, Cell: at, Reporters: 1, Networks: 1,
			Blocks: []outage.BlockShare{{Block: 1 + drawn.Uint64(), Reporters: 1}},
		})
	}
	return counts
}

// learnt is the state of a detector after four ordinary weeks, one minute before the
// pipeline begins to be watched. Weeks in which chance opened an incident are not what
// these tests are about and are drawn anew; how rare they are is measured where the
// detector is.
func learnt(t testing.TB, config engine.Config, drawn *rand.Rand, mean float64) []byte {
	t.Helper()
	const tries = 3
	for range tries {
		state, opened := afterOrdinaryWeeks(t, config, drawn, mean)
		if opened == 0 {
			return state
		}
		t.Logf("%d changes of incidents on ordinary days of %v a minute", opened, mean)
	}
	t.Fatalf("incidents in each of %d spans of ordinary days of %v a minute", tries, mean)
	return nil
}

func afterOrdinaryWeeks(t testing.TB, config engine.Config, drawn *rand.Rand, mean float64) (state []byte, opened int) {
	t.Helper()
	line := engine.New(config)
	end := outage.MinuteOf(pipelineBegins.Add(learning))
	for minute := end - 28*24*60; minute < end; minute++ {
		changes, err := line.Tick(minute, ordinary(drawn, mean))
		if err != nil {
			t.Fatal(err)
		}
		opened += len(changes)
	}
	var saved bytes.Buffer
	if err := line.Save(&saved); err != nil {
		t.Fatal(err)
	}
	return saved.Bytes(), opened
}

// attackWorld is the fixture of these tests.
func attackWorld(t testing.TB) (*cell.Geography, engine.Config, *rand.Rand) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	geography := celltest.Geography(t)
	townCells = nil
	for _, town := range attackTowns {
		at, _, _, err := geography.Locate(town)
		if err != nil {
			t.Fatal(err)
		}
		townCells = append(townCells, at)
	}
	config := engine.DefaultConfig(geography)
	config.Networks = leastNetworks
	return geography, config, rand.New(rand.NewPCG(seed, 1))
}
