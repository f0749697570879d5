package engine

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// trained is the saved state of an engine after nine days of noise.
func trained(t *testing.T, seed uint64) ([]byte, outage.Minute) {
	t.Helper()
	c := config()
	c.AlertFrom = start
	line, n, until := New(c), enginetest.NewNoise(seed), start+9*day+12*60
	for m := start; m < until; m++ {
		tick(t, line, m, n.Minute(m))
	}
	return saved(t, line), until
}

func restored(t *testing.T, state []byte) *Engine {
	t.Helper()
	c := config()
	c.AlertFrom = start
	line := New(c)
	if err := line.Restore(bytes.NewReader(state)); err != nil {
		t.Fatal(err)
	}
	return line
}

// openedAt is the minute, counted from the first, after which a service opens
// in a country; the number of minutes when it does not.
func openedAt(t *testing.T, line *Engine, from outage.Minute, minutes [][]outage.Judged, service string, country outage.Country) int {
	t.Helper()
	for i, counts := range minutes {
		for _, in := range tick(t, line, from+outage.Minute(i), counts) {
			if in.Service == service && in.Country == country && in.State == outage.StateOpen {
				return i
			}
		}
	}
	return len(minutes)
}

// More reports in the half hour before an incident opens do not delay the opening. For
// fixed expected counts this always holds (package detect tests it); here a delay of two
// blocks is allowed, because the fast level follows the reports, and because a place is
// compared with the rest of its country.
func TestMoreReportsHardlyEverDelayAnOpening(t *testing.T) {
	const seed, trials, before, during = 31, 60, 25, 45
	t.Logf("seed %d", seed)
	state, from := trained(t, seed)
	random := rand.New(rand.NewPCG(seed, 32))
	opened := 0
	for trial := range trials {
		n := enginetest.NewNoise(seed + uint64(trial))
		strength := 1 + 12*random.Float64()
		var minutes [][]outage.Judged
		for i := range before + during {
			counts := n.Minute(from + outage.Minute(i))
			if i >= before {
				counts = n.Burst(counts, "bank", countrytest.GB, strength, func() outage.Cell { return n.Place(countrytest.GB) })
			}
			minutes = append(minutes, counts)
		}
		plain := openedAt(t, restored(t, state), from, minutes, "bank", countrytest.GB)
		if plain < len(minutes) {
			opened++
		}
		for range 1 + random.IntN(20) {
			at := min(len(minutes)-1, max(0, plain-random.IntN(30)))
			minutes[at] = append(minutes[at], outage.Judged{
				Service: "bank", Country: countrytest.GB, Cell: n.Place(countrytest.GB), Reporters: 1 + random.IntN(3),
			})
		}
		if more := openedAt(t, restored(t, state), from, minutes, "bank", countrytest.GB); more > plain+2*baseline.BlockMinutes {
			t.Errorf("trial %d opens at %d, with more reports at %d", trial, plain, more)
		}
	}
	if opened < trials/2 {
		t.Errorf("only %d of %d opened", opened, trials)
	}
}

func TestOnlyZerosNeverOpen(t *testing.T) {
	state, from := trained(t, 41)
	line := restored(t, state)
	zeros := []outage.Judged{
		{Service: "bank", Country: countrytest.GB}, {Service: "chat", Country: countrytest.IN},
		{Service: "new", Country: countrytest.GB, Cell: enginetest.CellIn(countrytest.GB, 1, 1, 1, 1)},
	}
	for m := from; m < from+20*day; m++ {
		if changes := tick(t, line, m, zeros); len(changes) > 0 {
			t.Fatalf("at %s: %v", stamp(m), changes)
		}
	}
}

// The same reporters give the same incidents and the same state, however counts are
// split into rows and whether or not empty minutes are processed explicitly.
func TestSplittingChangesNothing(t *testing.T) {
	const seed = 51
	t.Logf("seed %d", seed)
	joined, split := New(config()), New(config())
	n := enginetest.NewNoise(seed)
	n.Rates = map[string]float64{"chat": .4, "bank": .1, "rail": .02}
	var want []outage.Incident // since the last minute with counts
	for m := start; m < start+18*day; m++ {
		counts := enginetest.Story(n, m)
		if len(counts) == 0 && m+1 < start+18*day {
			if _, started := joined.Last(); started {
				want = append(want, tick(t, joined, m, nil)...)
			}
			continue // the other engine processes it with the next minute
		}
		want = append(want, tick(t, joined, m, together(counts))...)
		if got := tick(t, split, m, counts); !reflect.DeepEqual(got, want) {
			t.Fatalf("at %s: changes differ:\n%v\n%v", stamp(m), got, want)
		}
		want = nil
	}
	if !bytes.Equal(saved(t, joined), saved(t, split)) {
		t.Error("states differ at the end")
	}
}

// together adds up the reporters of one service and cell.
func together(counts []outage.Judged) []outage.Judged {
	var sums []outage.Judged
next:
	for _, c := range counts {
		for i := range sums {
			if s := &sums[i]; s.Service == c.Service && s.Country == c.Country && s.Cell == c.Cell {
				s.Reporters += c.Reporters
				continue next
			}
		}
		sums = append(sums, c)
	}
	return sums
}
