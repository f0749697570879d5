package detect

import (
	"math/rand/v2"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// For a given normal, more reporters in the half hour before an alarm never
// delay it, when the outage is of some strength. One that is barely beyond the
// ratio asked for may be: an excursion that begins earlier has a lower ratio.
func TestMoreReportersNeverDelayAnAlarm(t *testing.T) {
	const seed, trials, minutes, onset = 61, 400, 90, 35
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 62))
	alarmed := 0
	for trial := range trials {
		times := 6 + 8*random.Float64()
		cells, rests := make([]uint32, minutes), make([]uint32, minutes)
		for i := range minutes {
			k := 1.
			if i >= onset {
				k = times
			}
			cells[i], rests[i] = drawn(random, .1*k), drawn(random, 1.9*k)
		}
		before := alarmAfter(cells, rests)
		if before < minutes {
			alarmed++
		}
		for range 1 + random.IntN(6) {
			at := max(0, min(before, minutes-1)-random.IntN(30))
			cells[at] += uint32(random.IntN(2))
			rests[at] += uint32(random.IntN(3))
		}
		if after := alarmAfter(cells, rests); after > before {
			t.Errorf("trial %d alarms after %d minutes, with more reporters after %d", trial, before, after)
		}
	}
	if alarmed < trials/2 {
		t.Errorf("only %d of %d alarmed at all", alarmed, trials)
	}
}

// Without that ratio it holds always: more reporters never lessen the evidence
// of any node.
func TestMoreReportersNeverLessenEvidence(t *testing.T) {
	const seed = 63
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 64))
	fewer, more := newTestCharts(), newTestCharts()
	for i := range outage.Minute(20000) {
		cell, rest := drawn(random, .15), drawn(random, 3)
		step(fewer, old+i, observed(cell, rest), tree)
		step(more, old+i, observed(cell+uint32(random.IntN(20)/19), rest+uint32(random.IntN(10)/9)), tree)
		for h := range int32(3) {
			if fewer.Evidence(h) > more.Evidence(h)+1e-3 {
				t.Fatalf("minute %d: node %d has %.3f nats, with more reporters %.3f", i, h, fewer.Evidence(h), more.Evidence(h))
			}
		}
	}
}

func alarmAfter(cells, rests []uint32) int {
	b := newTestCharts()
	for i := range cells {
		step(b, old+outage.Minute(i), observed(cells[i], rests[i]), tree)
		if _, ok := alarmOf(b, old+outage.Minute(i), tree); ok {
			return i
		}
	}
	return len(cells)
}

// drawn is a count of the given mean: many people who each report or not.
func drawn(random *rand.Rand, mean float64) (count uint32) {
	const people = 200
	for range people {
		if random.Float64() < mean/people {
			count++
		}
	}
	return count
}
