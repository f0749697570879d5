package proving

import (
	"flag"
	"fmt"
	"testing"

	"downpour/pkg/cell"
	"downpour/pkg/scenario/simulate"
	"downpour/pkg/timeline"
)

var (
	worlds  = flag.Int("worlds", 0, "worlds of each kind to prove the detector on; 0 for the short test")
	seed    = flag.Uint64("seed", 1, "seed of the first world")
	verbose = flag.Bool("mistakes", false, "list each mistake")
)

func TestProving(t *testing.T) {
	geography, err := cell.Load()
	if err != nil {
		t.Fatal(err)
	}
	if *worlds == 0 {
		t.Skip("the full table takes minutes: -worlds 3")
	}
	for _, kind := range []struct {
		name   string
		params func(uint64) simulate.Params
	}{{"plain", simulate.Plain}, {"harsh", simulate.Harsh}} {
		t.Run(kind.name, func(t *testing.T) {
			var sum *Score
			for i := range *worlds {
				world, err := simulate.New(kind.params(*seed+uint64(i)), geography)
				if err != nil {
					t.Fatal(err)
				}
				found, took, err := Run(world, timeline.DefaultConfig(geography))
				if err != nil {
					t.Fatal(err)
				}
				score := Judge(world, found)
				t.Logf("seed %d: %v in the detector", *seed+uint64(i), took)
				if *verbose {
					mistakes(t, score)
				}
				if sum == nil {
					sum = score
				} else {
					sum.Add(score)
				}
			}
			fmt.Printf("%s\n%s\n", kind.name, sum)
		})
	}
}

func mistakes(t *testing.T, s *Score) {
	for _, o := range s.Misses {
		t.Logf("missed %s %s %s %s x%.1f %s %v for %d min, %.0f nats", o.Service, o.Country, o.Span.From.Time().Format("01-02T15:04"), o.Shape, o.Times, o.Scope, o.Region, o.Span.To-o.Span.From, o.Nats)
	}
	for _, f := range s.Falses {
		t.Logf("false %s %s %v obs %d exp %.2f thr %.1f peak %.1f", f.First.ID, f.First.Footprint.Scope, f.First.Footprint.Regions, f.First.Observed, f.First.Expected, f.First.Threshold, f.Final.Peak)
	}
	for _, f := range s.Wrong {
		t.Logf("harmless %s %s obs %d exp %.2f peak %.1f", f.First.ID, f.First.Footprint.Scope, f.First.Observed, f.First.Expected, f.Final.Peak)
	}
	for _, p := range s.ScopeWrong {
		t.Logf("scope %s is %s %v cells %d, truth %s %s x%.1f nats %.0f obs %d exp %.1f", p.Found.First.ID, p.Found.Final.Footprint.Scope, p.Found.Final.Footprint.Regions, len(p.Found.Final.Footprint.Cells), p.Truth.Scope, p.Truth.Region, p.Truth.Times, p.Truth.Nats, p.Found.Final.Observed, p.Found.Final.Expected)
	}
	for _, p := range s.Early {
		t.Logf("early %s closed %d min before the end; x%.1f %s %s nats %.0f", p.Found.First.ID, p.Truth.Span.To-p.Found.Closed, p.Truth.Times, p.Truth.Shape, p.Truth.Scope, p.Truth.Nats)
	}
}
