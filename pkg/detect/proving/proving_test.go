package proving

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

var (
	worlds  = flag.Int("worlds", 0, "worlds of each kind to prove the detector on; 0 for the short test")
	seed    = flag.Uint64("seed", 1001, "seed of the first world")
	only    = flag.String("only", "", "one kind of world: plain, harsh, clustered, bursts, jumps, several, young, joining; all by default")
	verbose = flag.Bool("mistakes", false, "list each mistake")
	alone   = flag.Bool("alone", false, "without rivals")
)

// kinds are the worlds of the table: those whose noise is what the detector
// expects, and those whose noise is not.
var kinds = []struct {
	name   string
	params func(uint64) simulate.Params
}{{"plain", simulate.Plain}, {"harsh", simulate.Harsh}, {"clustered", simulate.ClusteredCities},
	{"bursts", simulate.LongBursts}, {"jumps", simulate.Jumps}, {"several", simulate.SeveralFaults}, {"young", simulate.Young}, {"joining", simulate.Joining},
}

// TestProving prints the table, for people.
func TestProving(t *testing.T) {
	if *worlds == 0 {
		t.Skip("the table takes minutes: make bench-detect")
	}
	for _, kind := range kinds {
		if *only != "" && *only != kind.name {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			var names []string
			var sums []*Score
			for i := range uint64(*worlds) {
				entrants, scores := prove(t, kind.params(*seed+i), !*alone)
				if *verbose {
					mistakes(t, scores[0])
				}
				for j, e := range entrants {
					if i == 0 {
						names, sums = append(names, e.Name), append(sums, scores[j])
					} else {
						sums[j].Add(scores[j])
					}
				}
			}
			fmt.Printf("\n%s, seeds %d to %d\n\n%s\n", kind.name, *seed, *seed+uint64(*worlds)-1, Table(names, sums))
		})
	}
}

// TestSmallProving holds the detector to what it has to reach, on one small
// world of each kind: the bounds leave room for what so few outages tell.
func TestSmallProving(t *testing.T) {
	for i, want := range []struct{ recall, falseAlarms, precision float64 }{
		{recall: .92, falseAlarms: .03, precision: .88},
		{recall: .85, falseAlarms: .25, precision: .5},
	} {
		t.Run(kinds[i].name, func(t *testing.T) {
			p := kinds[i].params(501)
			p.Services, p.Weeks = 14, 7
			_, scores := prove(t, p, false)
			score := scores[0]
			t.Logf("\n%s", Table([]string{"Downpour"}, scores))
			if got := score.Recall(); got < want.recall {
				t.Errorf("recall %.3f, want %.3f", got, want.recall)
				mistakes(t, score)
			}
			if got := score.FalseAlarms(); got > want.falseAlarms {
				t.Errorf("%.3f false alarms a service-week, want %.3f at most", got, want.falseAlarms)
			}
			if got := score.Precision(); got < want.precision {
				t.Errorf("precision %.3f, want %.3f", got, want.precision)
			}
		})
	}
}

// prove lets the detector, and rivals if they are wanted, loose on a world.
func prove(t *testing.T, p simulate.Params, rivals bool) ([]*Entrant, []*Score) {
	t.Helper()
	geography := celltest.Geography(t)
	p.Kept = kept
	world, err := simulate.New(p, geography, countrytest.Crowds)
	if err != nil {
		t.Fatal(err)
	}
	config := engine.DefaultConfig(geography)
	config.AlertFrom = world.Judged().From
	line := engine.New(config)
	entrants := []*Entrant{{Name: "Downpour", Detector: line}}
	if rivals {
		entrants = append(entrants, Rivals(config.AlertFrom)...)
	}
	if err := Run(world, entrants); err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d: %s", p.Seed, cost(t, entrants[0], line, world))
	var scores []*Score
	for _, e := range entrants {
		scores = append(scores, Judge(world, e.Found))
	}
	return entrants, scores
}

// cost is what a minute and a series cost. The clock of a tick holds for all
// series of the world.
func cost(t *testing.T, e *Entrant, line *engine.Engine, world *simulate.World) string {
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
func kept(country outage.Country, m outage.Minute) bool {
	return baseline.LocalTimeOf(country, m).Holiday
}
