package detect

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// fixed is a normal that never changes: a country and the nodes below it.
type fixed struct {
	means      []float64
	dispersion float64
}

func (f fixed) Rates(h int32) (mean, upper float64) { return f.means[h], f.means[h] }
func (f fixed) Dispersion() float64                 { return f.dispersion }

// tree is a country with a region and a cell in it.
var tree = fixed{means: []float64{2, .5, .1}, dispersion: .1}

func level(h int32) Level { return Level(min(h, 2)) }

func newTestCharts() *Charts {
	params := DefaultParams()
	b := NewCharts(&params, 0)
	b.age.Established = true
	b.Grow(3, level)
	b.Refresh(tree.means[0])
	return b
}

const old = outage.Minute(100 * 1440) // of an age at which nothing is new any more

// observed are reporters in the cell and in the rest of the country.
func observed(cell, rest uint32) []Observation {
	all := []Observation{{0, cell + rest}, {1, cell}, {2, cell}}
	return slices.DeleteFunc(all, func(h Observation) bool { return h.Reporters == 0 })
}

// opensAfter is how many minutes of the same counts it takes to alarm, 0 if none
// of a hundred does.
func opensAfter(b *Charts, each []Observation) int {
	for i := range 100 {
		b.Step(old+outage.Minute(i), each, tree)
		if _, ok := b.Alarm(old + outage.Minute(i)); ok {
			return i + 1
		}
	}
	return 0
}

func TestOpens(t *testing.T) {
	for _, c := range []struct {
		name         string
		each         []Observation
		atMost       int
		level        Level
		neverOpening bool
	}{
		{"nothing", nil, 0, 0, true},
		{"the normal", observed(0, 2), 0, 0, true},
		{"twice the normal", observed(0, 4), 0, 0, true},
		{"ten times the normal", observed(0, 20), 2, Country, false},
		{"a cell that is full", observed(5, 2), 3, Cell, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTestCharts()
			took := opensAfter(b, c.each)
			if (took == 0) != c.neverOpening || took > c.atMost {
				t.Fatalf("opened after %d minutes, want %d at most", took, c.atMost)
			}
			if c.neverOpening {
				return
			}
			alarm, _ := b.Alarm(old + outage.Minute(took-1))
			if alarm.Level != c.level {
				t.Errorf("level %d, want %d", alarm.Level, c.level)
			}
			if float64(alarm.Observed) < alarm.Threshold || alarm.Evidence < alarm.Needed || alarm.Threshold <= alarm.Expected {
				t.Errorf("alarm %+v", alarm)
			}
		})
	}
}

func TestFewPeopleOpenNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		every int // minutes between two reporters in the cell
		want  bool
	}{
		{"three in half an hour, for hours", 10, false},
		{"twelve in half an hour", 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTestCharts()
			nearly := fixed{means: []float64{.01, .001, .0002}, dispersion: .1}
			b.Refresh(.01)
			opened := false
			for i := range 600 {
				var each []Observation
				if i%c.every == 0 {
					each = observed(1, 0)
				}
				b.Step(old+outage.Minute(i), each, nearly)
				_, ok := b.Alarm(old + outage.Minute(i))
				opened = opened || ok
			}
			if opened != c.want {
				t.Errorf("opened %t, want %t", opened, c.want)
			}
		})
	}
}

func TestFiveReportersAreNeeded(t *testing.T) {
	for _, c := range []struct {
		reporters uint32
		want      bool
	}{{4, false}, {5, true}} {
		b := newTestCharts()
		b.Refresh(.0002)
		b.Step(old, []Observation{{0, c.reporters}}, fixed{means: []float64{.0002, .0002, .0002}, dispersion: .1})
		if _, ok := b.Alarm(old); ok != c.want {
			t.Errorf("%d reporters where none are expected: alarm %t", c.reporters, ok)
		}
	}
}

func TestZerosNeverOpen(t *testing.T) {
	b := newTestCharts()
	for i := range 10000 {
		b.Step(old+outage.Minute(i), nil, tree)
		if _, ok := b.Alarm(old + outage.Minute(i)); ok || len(b.active) > 0 {
			t.Fatalf("alarm %t and %d live nodes after %d empty minutes", ok, len(b.active), i)
		}
	}
}

// TestMoreReportersNeverDelay adds reporters to random minutes of the half hour
// before an opening: it never comes later for that.
func TestMoreReportersNeverDelay(t *testing.T) {
	const seed = 5
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range 300 {
		minutes := make([][2]uint32, 60)
		for i := range minutes {
			minutes[i] = [2]uint32{uint32(random.IntN(2)), uint32(random.IntN(6))}
			if i >= 40 {
				minutes[i][random.IntN(2)] += uint32(random.IntN(8))
			}
		}
		plain := openingOf(minutes)
		if plain < 0 {
			continue
		}
		more := slices.Clone(minutes)
		for range 1 + random.IntN(5) {
			at := max(0, plain-random.IntN(30))
			more[at][random.IntN(2)] += uint32(1 + random.IntN(3))
		}
		if got := openingOf(more); got < 0 || got > plain {
			t.Fatalf("seed %d, round %d: opens at minute %d, with more reporters at %d", seed, round, plain, got)
		}
	}
}

func openingOf(minutes [][2]uint32) int {
	b := newTestCharts()
	for i, m := range minutes {
		at := old + outage.Minute(i)
		b.Step(at, observed(m[0], m[1]), tree)
		if _, ok := b.Alarm(at); ok {
			return i
		}
	}
	return -1
}

func TestColdSeriesRaisesNothing(t *testing.T) {
	params := DefaultParams()
	b := NewCharts(&params, old)
	b.Grow(3, level)
	b.Refresh(tree.means[0])
	for i := range outage.Minute(params.ColdMinutes) {
		b.Step(old+i, observed(0, 500), tree)
		if _, ok := b.Alarm(old + i); ok {
			t.Fatalf("alarm %d minutes into its life", i)
		}
	}
	at := old + outage.Minute(params.ColdMinutes)
	b.Step(at, nil, tree)
	b.Step(at+1, observed(0, 500), tree)
	if _, ok := b.Alarm(at + 1); !ok {
		t.Error("no alarm once it is warm")
	}
}

func TestThickNoiseRaisesTheThreshold(t *testing.T) {
	b := newTestCharts()
	quiet := b.Needed(Country)
	for i := range 60 * 1440 {
		m := old + outage.Minute(i)
		each := observed(0, 2)
		if i%600 < 4 {
			each = observed(0, 9) // a squall every ten hours
		}
		b.Step(m, each, tree)
		if i%5 == 0 {
			b.Refresh(tree.means[0])
		}
	}
	if got := b.Needed(Country); got < 1.2*quiet {
		t.Errorf("%.1f nats are needed after weeks of squalls, %.1f before", got, quiet)
	}
	b.Refresh(.1)
	if got := b.Needed(Country); got != quiet {
		t.Errorf("%.1f nats are needed where counts are too rare to learn from, want %.1f", got, quiet)
	}
}

func TestSpoiltBlocksTeachNothing(t *testing.T) {
	b := newTestCharts()
	for i := range 10 * 1440 {
		b.Exclude()
		b.Step(old+outage.Minute(i), observed(0, 9*uint32(i%2)), tree)
	}
	if b.calibration.Exceeded[Country] > 0 {
		t.Error("evidence of an incident was taken for noise")
	}
}

func TestLocalise(t *testing.T) {
	params := DefaultParams()
	// Two regions of four cells each, the first cells under one sparse cell.
	build := func(times func(cell int) float64) []Node {
		nodes := []Node{{Handle: 0, Level: Country, Region: -1}, {Handle: 1, Level: Region, Region: -1}, {Handle: 2, Level: Region, Region: -1}}
		for cell := range 8 {
			n := Node{Handle: int32(3 + cell), Level: Cell, Metro: true, Region: int32(1 + cell/4), Expected: 4}
			n.Observed = n.Expected * times(cell)
			nodes = append(nodes, n)
			for _, above := range []int{0, 1 + cell/4} {
				nodes[above].Observed += n.Observed
				nodes[above].Expected += n.Expected
			}
		}
		return nodes
	}
	for _, c := range []struct {
		name    string
		times   func(cell int) float64
		level   Level
		handles []int32
	}{
		{"everywhere", func(int) float64 { return 5 }, Country, []int32{0}},
		{"everywhere, unevenly", func(cell int) float64 { return 4 + float64(cell%3) }, Country, []int32{0}},
		{"one region", func(cell int) float64 { return []float64{6, 1}[cell/4] }, Region, []int32{1}},
		{"one cell", func(cell int) float64 {
			if cell == 6 {
				return 12
			}
			return 1
		}, Cell, []int32{9}},
		{"two cells of a region", func(cell int) float64 {
			if cell == 0 || cell == 2 {
				return 12
			}
			return 1
		}, Cell, []int32{3, 5}},
		{"nowhere", func(int) float64 { return 1 }, Country, []int32{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Localise(&params, build(c.times))
			if got.Level != c.level || !slices.Equal(got.Handles, c.handles) {
				t.Errorf("level %d, handles %v; want %d, %v", got.Level, got.Handles, c.level, c.handles)
			}
		})
	}
}

func TestStateReadsBack(t *testing.T) {
	b := newTestCharts()
	for i := range 300 {
		b.Step(old+outage.Minute(i), observed(uint32(i%2), uint32(i%5)), tree)
	}
	state := b.AppendState(nil)
	got, rest, err := ReadCharts(b.params, level, append(bytes.Clone(state), 1))
	if err != nil || len(rest) != 1 {
		t.Fatalf("%d bytes left, %v", len(rest), err)
	}
	if again := got.AppendState(nil); !bytes.Equal(again, state) {
		t.Error("what was read is written differently")
	}
	for cut := range len(state) {
		if _, _, err := ReadCharts(b.params, level, state[:cut]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a state", cut, len(state))
		}
	}
}

func TestMove(t *testing.T) {
	b := newTestCharts()
	b.Grow(6, level)
	five := fixed{means: []float64{2, .5, .1, .1, .1, .1}, dispersion: .1}
	b.Step(old, []Observation{{0, 30}, {5, 3}}, five)
	b.Renumber([]int32{0, 1, 2, -1, -1, 3})
	if b.Nodes() != 4 || !slices.Equal(b.active, []int32{0, 3}) || b.Evidence(3) == 0 {
		t.Errorf("%d nodes, live %v, evidence %.1f", b.Nodes(), b.active, b.Evidence(3))
	}
}

func BenchmarkStep(b *testing.B) {
	charts := newTestCharts()
	const nodes = 40
	wide := fixed{means: slices.Repeat([]float64{.2}, nodes), dispersion: .1}
	charts.Grow(nodes, level)
	random := rand.New(rand.NewPCG(1, 1))
	minute := old
	for b.Loop() {
		var each []Observation
		for h := range int32(nodes) {
			if random.IntN(5) == 0 {
				each = append(each, Observation{h, 1})
			}
		}
		if minute%5 == 0 {
			charts.Refresh(2)
		}
		charts.Step(minute, each, wide)
		minute++
	}
}
