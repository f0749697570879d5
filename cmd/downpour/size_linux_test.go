package main

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

var sizeFor = flag.Duration("size-for", 0, "how long TestCostBySize loads each server; 0 skips it")

// sizeRate is well below what two cores take, so that all servers get the same.
const sizeRate = 1000

// sized is a world to report from, with so many services, towns and countries.
type sized struct{ services, towns, countries int }

func (s sized) String() string {
	return fmt.Sprintf("%d services of %d towns in %d countries", s.services, s.towns, s.countries)
}

// TestCostBySize reports at one rate of more and more services, from more and more towns and in
// more and more countries, and prints what a report costs, what the server keeps in memory, and
// how soon reports are counted. Nothing may grow faster than the world does.
func TestCostBySize(t *testing.T) {
	if *sizeFor == 0 {
		t.Skip("a measurement: make bench-size")
	}
	for name, sizes := range map[string][]sized{
		"services":  {{50, 200, 2}, {100, 200, 2}, {200, 200, 2}},
		"towns":     {{100, 50, 2}, {100, 100, 2}, {100, 200, 2}},
		"countries": {{100, 50, 1}, {100, 100, 2}, {100, 200, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			var first map[string]float64
			for _, size := range sizes {
				var cost map[string]float64
				t.Run(size.String(), func(t *testing.T) { cost = costOf(t, size) })
				if first == nil {
					first = cost
				}
				times := float64(size.services*size.towns) / float64(sizes[0].services*sizes[0].towns)
				for part, of := range cost {
					if of > times*first[part] {
						t.Errorf("%s: %s is %.1f, more than %.1f times the %.1f of %s", size, part, of, times, first[part], sizes[0])
					}
				}
			}
		})
	}
}

// costOf is what a report costs in a world: microseconds of processor time by process, MB of
// memory, and milliseconds until it is counted.
func costOf(t *testing.T, size sized) map[string]float64 {
	t.Helper()
	seed := rand.Uint64()
	folder, covered := madeUpPack(t), []string{"in", "gb", "ie", "xz"}[:size.countries]
	loaded, err := world.Load(registered(t, countryFlags{Countries: covered, CountryPack: []string{folder}}))
	if err != nil {
		t.Fatal(err)
	}
	one, _ := serveOverEngines(t, "--countries", strings.Join(covered, ","), "--country-pack", folder)
	day := recordDay{base: "http://" + one.at, world: loaded, seed: seed}
	before, late := one.costs(t), day.watch(t)
	result, err := load.Run(t.Context(), load.Config{
		To: day.base, Rate: sizeRate, Duration: *sizeFor, Clients: 1 << 22, Open: intakeConnections, Timeout: 15 * time.Second, Seed: seed,
	}, loaded.Services[1:size.services+1], largest(size.towns, loaded))
	if err != nil {
		t.Fatal(err)
	}
	late.end()
	after := one.costs(t)
	cost := map[string]float64{
		"MB of the server":     float64(peakMemory(t, one.server.running.Process.Pid)) / 1e6,
		"ms until it is shown": load.PercentilesOf(late.counts).P50,
	}
	for _, part := range []string{"server", "redis", "archive"} {
		cost["us of "+part] = (after[part] - before[part]) * 1e6 / float64(result.Accepted)
	}
	for part, of := range cost {
		cost[part] = math.Round(of)
	}
	t.Logf("%s: %d of %d reports at %d/s, seed %d: %v", size, result.Accepted, result.Sent, sizeRate, seed, cost)
	return cost
}

// largest are the largest cities of the world.
func largest(n int, of world.World) []load.Town {
	slices.SortStableFunc(of.Cities, func(a, b scenario.Place) int { return cmp.Compare(b.Population, a.Population) })
	return townsOf(of.Cities[:min(n, len(of.Cities))])
}
