package proving

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"downpour/pkg/baseline"
	"downpour/pkg/cell"
	"downpour/pkg/outage"
	"downpour/pkg/scenario/simulate"
	"downpour/pkg/timeline"
)

var (
	worlds  = flag.Int("worlds", 0, "worlds of each kind to prove the detector on; 0 for the short test")
	seed    = flag.Uint64("seed", 1001, "seed of the first world")
	only    = flag.String("only", "", "plain or harsh; both by default")
	verbose = flag.Bool("mistakes", false, "list each mistake")
	alone   = flag.Bool("alone", false, "without rivals")
)

func TestProving(t *testing.T) {
	if *worlds == 0 {
		t.Skip("the full table takes minutes: -worlds 3")
	}
	for _, kind := range []struct {
		name   string
		params func(uint64) simulate.Params
	}{{"plain", simulate.Plain}, {"harsh", simulate.Harsh}} {
		if *only != "" && *only != kind.name {
			continue
		}
		t.Run(kind.name, func(t *testing.T) { prove(t, kind.name, kind.params) })
	}
}

// prove prints the table of one kind of worlds.
func prove(t *testing.T, name string, params func(uint64) simulate.Params) {
	geography, err := cell.Load()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var sums []*Score
	for i := range *worlds {
		p := params(*seed + uint64(i))
		p.Kept = kept
		world, err := simulate.New(p, geography)
		if err != nil {
			t.Fatal(err)
		}
		config := timeline.DefaultConfig(geography)
		config.AlertFrom = world.Judged().From
		line := timeline.New(config)
		entrants := []*Entrant{{Name: "Downpour", Detector: line}}
		if !*alone {
			entrants = append(entrants, Rivals(config.AlertFrom)...)
		}
		if err := Run(world, entrants); err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d: %s", p.Seed, cost(t, entrants[0], line, world))
		for j, e := range entrants {
			score := Judge(world, e.Found)
			if *verbose && j == 0 {
				mistakes(t, score)
			}
			if i == 0 {
				names, sums = append(names, e.Name), append(sums, score)
			} else {
				sums[j].Add(score)
			}
		}
	}
	fmt.Printf("\n%s, seeds %d to %d\n\n%s\n", name, *seed, *seed+uint64(*worlds)-1, Table(names, sums))
}

// cost is what a minute and a series cost. The clock of a tick holds for all
// series of the world.
func cost(t *testing.T, e *Entrant, line *timeline.Timeline, world *simulate.World) string {
	var state size
	if err := line.Save(&state); err != nil {
		t.Fatal(err)
	}
	slices.Sort(e.Ticks)
	series := 2 * world.Params.Services
	return fmt.Sprintf("a tick p99 %.1f us and %d bytes of saved state a series",
		float64(e.Ticks[len(e.Ticks)*99/100].Nanoseconds())/1e3/float64(series), int(state)/series)
}

// size counts what is written.
type size int

func (s *size) Write(b []byte) (int, error) { *s += size(len(b)); return len(b), nil }
func mistakes(t *testing.T, s *Score) {
	for _, o := range s.Misses {
		t.Logf("missed %s %s %s %s x%.1f %s %v for %d min, %.0f nats", o.Service, o.Country, o.Span.From.Time().Format("01-02T15:04"), o.Shape, o.Times, o.Scope, o.Region, o.Span.To-o.Span.From, o.Nats)
	}
	for _, f := range s.Falses {
		t.Logf("false %s %s %v obs %d exp %.2f thr %.1f peak %.1f", f.First.ID, f.First.Footprint.Scope, len(f.First.Footprint.Regions), f.First.Observed, f.First.Expected, f.First.Threshold, f.Final.Peak)
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

// kept are the holidays of the calendar; the simulation adds one of its own.
func kept(country outage.Country, m outage.Minute) bool { return baseline.MomentOf(country, m).Holiday }
