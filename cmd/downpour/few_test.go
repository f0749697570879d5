package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
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

	"downpour/pkg/bucket"
	"downpour/pkg/cell"
	"downpour/pkg/intake"
	"downpour/pkg/outage"
	"downpour/pkg/redistest"
	"downpour/pkg/timeline"
)

// Few must not pass for many, and many behind few networks must not pass for
// few. Both go the whole way here: through intake, caps and detector.

var fewRuns = flag.Int("few-runs", 20, "how many times each crowd of few tries to pose as many")

// road is the way of a report from a client to the detector, on a clock that the
// test moves.
type road struct {
	t     testing.TB
	now   time.Time
	desk  *intake.Desk
	hot   *bucket.Hot
	drawn *rand.Rand
}

// roadBegins is early in the life of both keys under which networks are learnt.
var roadBegins = time.Unix(100*int64(outage.OriginKeyStep/time.Second), 0).UTC().Add(10 * time.Hour)

// learning is how long the server has listened when anything happens.
const learning = 8 * 24 * time.Hour

// anything is a catalogue with every service in it.
type anything struct{}

func (anything) Service(slug string) (outage.Service, bool) { return outage.Service{Slug: slug}, true }

// hoster is the network range that the crowd of a known hoster has.
const hoster = "5.9.0.0/16 example hoster\n"

func newRoad(t testing.TB, client redis.UniversalClient, geography *cell.Geography, drawn *rand.Rand, cap int) *road {
	t.Helper()
	r := &road{t: t, now: roadBegins, drawn: drawn}
	clock := func() time.Time { return r.now }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	counters := bucket.NewRedis(client)
	store := bucket.NewStore(bucket.Config{Redis: counters, Logger: quiet, Now: clock, Cap: cap})
	if err := store.Revive(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = store.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	keys, err := intake.OpenKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	hosters, err := intake.ReadHosters(strings.NewReader(hoster))
	if err != nil {
		t.Fatal(err)
	}
	r.desk = intake.New(intake.Config{
		Counter: store, Catalog: anything{}, Geography: geography, Keys: keys, Logger: quiet, Now: clock,
		Hosters: hosters, HotWindow: bucket.HotWindow, PerMinute: 1 << 30,
		Status: func(string, outage.Country) outage.Status { return outage.StatusUnknown },
	})
	r.hot = bucket.NewHot(counters, geography.RegionOf, clock, quiet)
	return r
}

var london = outage.LatLng{Lat: 51.5074, Lng: -.1278}

// report says that a service is broken in London, by a person of its own.
func (r *road) report(service, addr string) {
	client := outage.Client{Addr: netip.MustParseAddr(addr), UserAgent: "Agent/1", AcceptLanguage: "en-GB"}
	said := outage.Submission{Service: service, Location: &london, Token: fmt.Sprintf("%016x", r.drawn.Uint64())}
	if _, err := r.desk.Take(r.t.Context(), client, said, ""); err != nil {
		r.t.Fatal(err)
	}
}

// usually lets networks report as on ordinary days, for as long as the server
// learns.
func (r *road) usually(each int, addrs ...string) {
	for range int(learning / (24 * time.Hour)) {
		for _, addr := range addrs {
			for range each {
				r.report("ordinary", addr)
			}
		}
		r.now = r.now.Add(24 * time.Hour)
	}
}

// opens plays the ordinary reports of a service and what came down the road, and
// says after how many minutes an incident opened, -1 for never.
func (r *road) opens(learnt []byte, config timeline.Config, service string, mean float64, minutes int) int {
	r.t.Helper()
	line := timeline.New(config)
	if err := line.Restore(bytes.NewReader(learnt)); err != nil {
		r.t.Fatal(err)
	}
	first, _ := line.Last()
	begin := outage.MinuteOf(roadBegins.Add(learning))
	if err := r.hot.Refresh(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	said, err := timeline.Minutes(r.t.Context(), r.hot, outage.Span{From: begin, To: begin + outage.Minute(minutes)})
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range outage.Minute(minutes) {
		counts := ordinary(r.drawn, mean)
		for _, count := range said[begin+i] {
			if count.Service == service {
				count.Service = watched
				counts = append(counts, count)
			}
		}
		changes, err := line.Tick(first+1+i, counts)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(changes) > 0 {
			return int(i)
		}
	}
	return -1
}

const watched = "watched"

// fewTowns are where ordinary people are: London, Manchester, Glasgow, Cardiff.
var fewTowns = []outage.LatLng{london, {Lat: 53.4808, Lng: -2.2426}, {Lat: 55.8642, Lng: -4.2518}, {Lat: 51.4816, Lng: -3.1791}}

var townCells []outage.Cell

// ordinary draws the reporters of a minute on which nothing is broken, each in a
// network of its own.
func ordinary(drawn *rand.Rand, mean float64) (counts []outage.Judged) {
	for range int(distuv.Poisson{Lambda: mean, Src: drawn}.Rand()) {
		at := townCells[drawn.IntN(len(townCells))]
		counts = append(counts, outage.Judged{Service: watched, Country: outage.GB, Cell: at, Reporters: 1, Networks: 1})
	}
	return counts
}

// learnt is a detector after four ordinary weeks, one minute before the road
// begins to be watched.
func learnt(t testing.TB, config timeline.Config, drawn *rand.Rand, mean float64) []byte {
	t.Helper()
	line := timeline.New(config)
	end := outage.MinuteOf(roadBegins.Add(learning))
	opened := 0
	for minute := end - 28*24*60; minute < end; minute++ {
		changes, err := line.Tick(minute, ordinary(drawn, mean))
		if err != nil {
			t.Fatal(err)
		}
		opened += len(changes)
	}
	if opened > 0 {
		t.Fatalf("%d changes of incidents on ordinary days of %v a minute", opened, mean)
	}
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		t.Fatal(err)
	}
	return state.Bytes()
}

// fewWorld is what all of these tests stand on.
func fewWorld(t testing.TB) (*cell.Geography, timeline.Config, *rand.Rand) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	geography, err := cell.Load()
	if err != nil {
		t.Fatal(err)
	}
	townCells = nil
	for _, town := range fewTowns {
		at, _, _, err := geography.Locate(town)
		if err != nil {
			t.Fatal(err)
		}
		townCells = append(townCells, at)
	}
	config := timeline.DefaultConfig(geography)
	config.Networks = leastNetworks
	return geography, config, rand.New(rand.NewPCG(seed, 1))
}

func TestFewCannotPoseAsMany(t *testing.T) {
	geography, config, drawn := fewWorld(t)
	crowds := map[string]func(i int) string{
		"one host":                      func(int) string { return "81.7.1.1" },
		"one network":                   func(int) string { return fmt.Sprintf("81.7.1.%d", drawn.IntN(256)) },
		"20 networks of a known hoster": func(int) string { return fmt.Sprintf("5.9.%d.%d", 11*drawn.IntN(20), drawn.IntN(256)) },
		"20 new networks of one block":  func(int) string { return fmt.Sprintf("46.4.%d.%d", 11*drawn.IntN(20), drawn.IntN(256)) },
	}
	const perRoad = 10
	for name, mean := range map[string]float64{"small": .02, "large": 8} {
		state := learnt(t, config, drawn, mean)
		for crowd, address := range crowds {
			t.Run(crowd+", "+name+" service", func(t *testing.T) {
				var r *road
				wrong := 0
				for run := range *fewRuns {
					if run%perRoad == 0 {
						r = newRoad(t, redistest.Embedded(t), geography, drawn, 0)
						r.now = r.now.Add(learning)
					}
					begin := roadBegins.Add(learning)
					service, n, over := fmt.Sprintf("service-%d", run), 20+drawn.IntN(280), 1+drawn.IntN(30)
					for i := range n {
						r.now = begin.Add(time.Duration(i) * time.Duration(over) * time.Minute / time.Duration(n))
						r.report(service, address(i))
					}
					r.now = begin.Add(40 * time.Minute)
					if after := r.opens(state, config, service, mean, 40); after >= 0 {
						wrong++
						t.Errorf("run %d: %d reports within %d minutes opened an incident after %d", run, n, over, after)
					}
				}
				t.Logf("%d false incidents in %d runs", wrong, *fewRuns)
			})
		}
	}
}

// TestFewWouldPoseAsManyWithoutCaps holds that the crowds above are large enough
// to show anything.
func TestFewWouldPoseAsManyWithoutCaps(t *testing.T) {
	geography, config, drawn := fewWorld(t)
	config.Networks = 0
	state := learnt(t, config, drawn, 8)
	r := newRoad(t, redistest.Embedded(t), geography, drawn, 1<<30)
	r.now = r.now.Add(learning)
	begin := r.now
	for i := range 200 {
		r.now = begin.Add(time.Duration(i) * 6 * time.Second)
		r.report("service", "81.7.1.1")
	}
	r.now = begin.Add(40 * time.Minute)
	if r.opens(state, config, "service", 8, 40) < 0 {
		t.Error("200 reports of one host open nothing even where nothing is asked of them")
	}
}

// TestManyBehindFewNetworksAreFoundAtOnce is the carrier's case: 20,000 people
// within a quarter of an hour, behind 50 networks that usually have 30 a day.
func TestManyBehindFewNetworksAreFoundAtOnce(t *testing.T) {
	geography, config, drawn := fewWorld(t)
	const people, networks, within = 20_000, 50, 15 * time.Minute
	var carriers []string
	for i := range networks {
		carriers = append(carriers, fmt.Sprintf("49.36.%d.9", i))
	}
	for name, mean := range map[string]float64{"small": .02, "large": 8} {
		state := learnt(t, config, drawn, mean)
		for what, cap := range map[string]int{"capped": 0, "not capped": 1 << 30} {
			t.Run(name+" service, "+what, func(t *testing.T) {
				r := newRoad(t, redistest.Embedded(t), geography, drawn, cap)
				r.usually(30, carriers...)
				begin := roadBegins.Add(learning)
				for i := range people * 2 / 15 { // the first two minutes say all
					r.now = begin.Add(time.Duration(i) * within / people)
					r.report("messages", carriers[drawn.IntN(networks)])
				}
				r.now = begin.Add(20 * time.Minute)
				after := r.opens(state, config, "messages", mean, 2)
				if after != 0 {
					t.Errorf("found after minute %d, want within the first", after)
				}
				t.Logf("found at the end of minute %d", after)
			})
		}
	}
}
