package detect

import (
	"bytes"
	"math"
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
func (f fixed) DispersionAt(int32, int) float64     { return f.dispersion }
func (f fixed) Uncertainty() float64                { return 1 }

// step takes in a minute without open incidents.
func step(c *Charts, minute outage.Minute, observed []Observation, normal Normal) {
	m := Minute{Minute: minute, Observed: observed}
	for _, o := range observed {
		if o.Handle == 0 {
			m.Whole, m.Left = o.Reporters, o.Reporters
		}
	}
	c.Step(&m, normal, normal)
}

func alarmOf(c *Charts, minute outage.Minute, normal Normal) (Alarm, bool) {
	return c.Alarm(minute, normal, func(Alarm) bool { return true })
}

// tree is a country with a region and a cell in it.
var tree = fixed{means: []float64{2, .5, .1}, dispersion: .1}

func level(h int32) Level { return Level(min(h, 2)) }

func newTestCharts() *Charts {
	params := DefaultParams()
	b := NewCharts(&params, 0)
	b.age.Established = true
	b.Grow(3, level)
	b.Refresh()
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
		step(b, old+outage.Minute(i), each, tree)
		if _, ok := alarmOf(b, old+outage.Minute(i), tree); ok {
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
			alarm, _ := alarmOf(b, old+outage.Minute(took-1), tree)
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
			b.Refresh()
			opened := false
			for i := range 600 {
				var each []Observation
				if i%c.every == 0 {
					each = observed(1, 0)
				}
				step(b, old+outage.Minute(i), each, nearly)
				_, ok := alarmOf(b, old+outage.Minute(i), tree)
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
		b.Refresh()
		step(b, old, []Observation{{0, c.reporters}}, fixed{means: []float64{.0002, .0002, .0002}, dispersion: .1})
		if _, ok := alarmOf(b, old, tree); ok != c.want {
			t.Errorf("%d reporters where none are expected: alarm %t", c.reporters, ok)
		}
	}
}

func TestZerosNeverOpen(t *testing.T) {
	b := newTestCharts()
	for i := range 10000 {
		step(b, old+outage.Minute(i), nil, tree)
		if _, ok := alarmOf(b, old+outage.Minute(i), tree); ok || len(b.active) > 0 {
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
		step(b, at, observed(m[0], m[1]), tree)
		if _, ok := alarmOf(b, at, tree); ok {
			return i
		}
	}
	return -1
}

func TestColdSeriesOpensForBurstsOnly(t *testing.T) {
	params := DefaultParams()
	for _, c := range []struct {
		name  string
		first outage.Minute // minutes after the country was first watched
		each  uint32
		never bool
	}{
		{name: "a trickle", first: 60, each: 5, never: true},
		{name: "a burst", first: 60, each: 40},
		{name: "data that begin", first: 0, each: 40, never: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := NewCharts(&params, old+c.first)
			b.Grow(3, level)
			opened := false
			for i := range outage.Minute(5) {
				m := old + c.first + i
				step(b, m, observed(0, c.each), tree)
				if _, ok := alarmOf(b, m, tree); ok {
					t.Fatal("judged by a normal that nobody knows yet")
				}
				_, ok := b.ColdAlarm(m, old+10, 1)
				opened = opened || ok
			}
			if opened == c.never {
				t.Errorf("opened %t", opened)
			}
		})
	}
}

func TestColdSeriesIsEstablished(t *testing.T) {
	params := DefaultParams()
	b := NewCharts(&params, old)
	b.Grow(3, level)
	for i := range outage.Minute(params.ColdMinutes) {
		step(b, old+i, observed(0, 1), tree)
	}
	at := old + outage.Minute(params.ColdMinutes)
	step(b, at, nil, tree)
	step(b, at+1, observed(0, 500), tree)
	if _, ok := alarmOf(b, at+1, tree); !ok {
		t.Error("no alarm once it is established")
	}
}

// A country that surges as much every few days is not failing when it does.
// surgeOn plays half an hour of so many reporters a minute, and reports whether it opens.
func surgeOn(b *Charts, day int, reporters uint32) (opened bool) {
	for i := range 30 {
		m := old + outage.Minute(day*1440+i)
		step(b, m, observed(0, reporters), tree)
		_, ok := alarmOf(b, m, tree)
		opened = opened || ok
	}
	step(b, old+outage.Minute(day*1440+600), nil, tree)
	b.Reset()
	return opened
}

func TestWhatRecursOpensNothing(t *testing.T) {
	b := newTestCharts()
	if !surgeOn(b, 0, 15) {
		t.Fatal("the first surge opens nothing")
	}
	for day := 2; day < 21; day += 2 {
		surgeOn(b, day, 30)
	}
	if surgeOn(b, 22, 15) {
		t.Error("a surge that is weaker than those of every other day opens")
	}
	if !surgeOn(b, 60, 15) {
		t.Error("weeks later nothing opens")
	}
}

// Two large outages in three weeks do not hide a smaller third one.
func TestFewOutagesHideNothing(t *testing.T) {
	b := newTestCharts()
	for _, day := range []int{0, 7} {
		if !surgeOn(b, day, 60) {
			t.Fatalf("the outage of day %d opens nothing", day)
		}
	}
	if !surgeOn(b, 14, 15) {
		t.Error("the outage of day 14 opens nothing")
	}
}

// A place of a rare series needs less than one of a series with many reports, the
// country the same.
func TestRareSeriesNeedLessInAPlace(t *testing.T) {
	b, minute := newTestCharts(), old
	at := func(mean float64) Normal { return fixed{means: []float64{mean, mean / 4, mean / 20}} }
	p := b.params
	for _, c := range []struct{ mean, less float64 }{
		{p.RareBelow * 10, 0}, {p.RareBelow, 0}, {p.RareBelow / math.E, 1}, {p.RareBelow / 1e4, p.RareMost},
	} {
		for _, level := range []Level{Region, Cell} {
			if got, want := b.required(level, minute, at(c.mean)), b.Needed(level)-c.less; math.Abs(got-want) > 1e-9 {
				t.Errorf("at %v a minute level %d needs %v, want %v", c.mean, level, got, want)
			}
		}
		if got := b.required(Country, minute, at(c.mean)); got != p.Needed {
			t.Errorf("at %v a minute the country needs %v, want %v", c.mean, got, p.Needed)
		}
	}
}

func TestDroppedNodesBeginAnew(t *testing.T) {
	b := newTestCharts()
	step(b, old, observed(5, 2), tree)
	if b.Evidence(2) == 0 || b.Evidence(0) == 0 {
		t.Fatal("no evidence")
	}
	before := b.Evidence(0)
	b.Drop(func(h int32) bool { return h == 2 })
	if b.Evidence(2) != 0 || b.Evidence(0) != before {
		t.Errorf("evidence %v of the cell, %v of the country", b.Evidence(2), b.Evidence(0))
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
			got := Localise(&params, build(c.times), 0)
			if got.Level != c.level || !slices.Equal(got.Handles, c.handles) {
				t.Errorf("level %d, handles %v; want %d, %v", got.Level, got.Handles, c.level, c.handles)
			}
		})
	}
}

// Faults in two distant towns are two areas, the stronger first, whatever node alarmed.
func TestSeparateFaultsAreFoundOneByOne(t *testing.T) {
	params := DefaultParams()
	build := func(observed ...float64) []Node {
		nodes := []Node{{Handle: 0, Level: Country, Region: -1, Parent: -1}, {Handle: 1, Level: Region, Region: -1, Parent: -1}}
		for i := range 40 {
			n := Node{
				Handle: int32(2 + i), Level: Cell, Metro: true, Region: 1, Parent: -1, Expected: .1,
				Center: outage.LatLng{Lat: 51 + float64(i), Lng: 0},
			}
			if i < len(observed) {
				n.Observed = observed[i]
			}
			for _, above := range []int{0, 1} {
				nodes[above].Observed += n.Observed
				nodes[above].Expected += n.Expected
			}
			nodes = append(nodes, n)
		}
		return nodes
	}
	for _, c := range []struct {
		name    string
		nodes   []Node
		alarmed int32
		handles []int32
	}{
		{"the country alarms", build(30, 50), 0, []int32{3}},
		{"the region alarms", build(30, 50), 1, []int32{3}},
		{"the weaker town alarms", build(30, 50), 2, []int32{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Localise(&params, c.nodes, c.alarmed); !slices.Equal(got.Handles, c.handles) {
				t.Errorf("handles %v, want %v", got.Handles, c.handles)
			}
		})
	}
}

func TestStateReadsBack(t *testing.T) {
	b := newTestCharts()
	for i := range 300 {
		step(b, old+outage.Minute(i), observed(uint32(i%2), uint32(i%5)), tree)
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
	step(b, old, []Observation{{0, 30}, {5, 3}}, five)
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
			charts.Refresh()
		}
		step(charts, minute, each, wide)
		minute++
	}
}
