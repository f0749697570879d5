package outage

import (
	"math/rand/v2"
	"testing"
	"time"
)

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func TestMinutesAndBuckets(t *testing.T) {
	random := seeded(t)
	for range 2000 {
		m, step := Minute(random.Int64N(1<<32)-1<<31), 1+random.IntN(1440)
		floor, ceil := m.Floor(step), m.Ceil(step)
		if floor > m || ceil < m || ceil-floor > Minute(step) || floor%Minute(step) != 0 || ceil%Minute(step) != 0 || (floor == ceil) != (floor == m) {
			t.Fatalf("%d in buckets of %d: from %d to %d", m, step, floor, ceil)
		}
		at := m.Time().Add(time.Duration(random.Int64N(int64(time.Minute))))
		if MinuteOf(at) != m {
			t.Fatalf("%v lies in minute %d, not in %d", at, MinuteOf(at), m)
		}
	}
}

// TestSumsAreThoseOfAModel adds random counts up in any order.
func TestSumsAreThoseOfAModel(t *testing.T) {
	random := seeded(t)
	var counts []Count
	for range 500 {
		counts = append(counts, Count{
			Service: []string{"a", "b"}[random.IntN(2)], Country: []Country{"XA", "XB"}[random.IntN(2)], Cell: Cell(random.IntN(3)),
			Start: Minute(random.IntN(60)), Kind: Kinds()[random.IntN(3)], Symptom: []string{"", "s"}[random.IntN(2)],
			N: random.Int64N(4) - 1, Keyed: random.Int64N(2), Submissions: random.Int64N(5), Judged: float64(random.IntN(8)) / 8,
			Nodes: NodeSet(random.IntN(1 << NodeLevels)).Counts(1),
		})
	}
	query := Query{Service: "a", Step: 15, Span: Span{To: 60}, ByPlace: true}
	forward, backward := Sums{}, Sums{}
	forward.AddAll(counts, query)
	var want Count
	for i := range counts {
		c := counts[len(counts)-1-i]
		backward.Add(c, query)
		if c.Service == "a" {
			want.N, want.Submissions, want.Judged, want.Nodes = want.N+c.N, want.Submissions+c.Submissions, want.Judged+c.Judged, want.Nodes.Plus(c.Nodes)
		}
	}
	var got Count
	there, back := forward.Counts(), backward.Counts()
	for i, c := range there {
		if c != back[i] {
			t.Fatalf("in another order: %+v instead of %+v", back[i], c)
		}
		if c.Service != "a" || c.Start%15 != 0 || c.Symptom != "" {
			t.Errorf("not what was asked for: %+v", c)
		}
		got.N, got.Submissions, got.Judged, got.Nodes = got.N+c.N, got.Submissions+c.Submissions, got.Judged+c.Judged, got.Nodes.Plus(c.Nodes)
	}
	if got != want {
		t.Errorf("in all %+v, want %+v", got, want)
	}
}

func TestRatioHasOneDefinition(t *testing.T) {
	for _, c := range []struct{ observed, expected, want float64 }{
		{0, 0, 0}, {10, 0, 20}, {10, .1, 20}, {10, .5, 20}, {10, 1, 10}, {10, 20, .5},
	} {
		if got := Ratio(c.observed, c.expected); got != c.want {
			t.Errorf("%g against %g: %g, want %g", c.observed, c.expected, got, c.want)
		}
	}
}

// TestStatusFollowsItsNumbers holds each status to the numbers that stand beside it.
func TestStatusFollowsItsNumbers(t *testing.T) {
	known := Baseline{Mean: .4, Dispersion: .1} // four in ten minutes
	country := Footprint{Scope: ScopeCountry}
	region := Footprint{Scope: ScopeRegion, Regions: []Region{"IN-WB"}}
	for name, c := range map[string]struct {
		watch    Watch
		observed int64
		want     Status
	}{
		"as usual":                                  {Watch{Baseline: known, Needed: 10}, 4, StatusNormal},
		"evidence, and more than usual":             {Watch{Baseline: known, Needed: 10, Evidence: .5}, 5, StatusElevated},
		"evidence of before, and as many as usual":  {Watch{Baseline: known, Needed: 10, Evidence: .9}, 4, StatusNormal},
		"too little evidence":                       {Watch{Baseline: known, Needed: 10, Evidence: .4}, 9, StatusNormal},
		"an incident of few people":                 {Watch{Baseline: known, Incident: &Incident{Ratio: 9, Footprint: country}}, 20, StatusElevated},
		"an incident of the country":                {Watch{Baseline: known, Incident: &Incident{Confirmed: true, Ratio: 2, Footprint: country}}, 8, StatusOutage},
		"a small incident of a region":              {Watch{Baseline: known, Incident: &Incident{Confirmed: true, Ratio: 2.9, Footprint: region}}, 8, StatusElevated},
		"a large incident of a region":              {Watch{Baseline: known, Incident: &Incident{Confirmed: true, Ratio: 3, Footprint: region}}, 8, StatusOutage},
		"too few reports to notice an outage":       {Watch{Baseline: Baseline{Mean: .001, Dispersion: .1}, Needed: 10}, 0, StatusUnknown},
		"nothing is known to be usual, nobody says": {Watch{Needed: 10}, 0, StatusUnknown},
	} {
		if got := c.watch.Status(c.observed); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	watch := Watch{Baseline: known, Needed: 10, Incident: &Incident{Confirmed: true, Ratio: 9, Footprint: region}}
	if in, out := watch.StatusIn("IN-WB", 0, .1, 9), watch.StatusIn("IN-MH", 0, .4, 4); in != StatusOutage || out != StatusNormal {
		t.Errorf("in the region %s, elsewhere %s", in, out)
	}
}

func TestBlamedIsAnotherService(t *testing.T) {
	for _, c := range []struct {
		in   Incident
		want string
	}{
		{Incident{Service: "messenger", Verdict: LikelyCollateral, Cause: "whatsapp"}, "whatsapp"},
		{Incident{Service: "messenger", Verdict: LikelyCause, Cause: "whatsapp"}, ""},
		{Incident{Service: "whatsapp", Verdict: LikelyCollateral, Cause: "whatsapp"}, ""},
		{Incident{Service: "whatsapp"}, ""},
	} {
		if got := c.in.Blamed(); got != c.want {
			t.Errorf("%+v blames %q", c.in, got)
		}
	}
}

// TestNodeSets counts each level of a set by itself.
func TestNodeSets(t *testing.T) {
	if got, want := NodeSet(0b10001).Counts(3), (NodeCounts{3, 0, 0, 0, 3}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := (NodeCounts{1, 2}).Plus(NodeCounts{0, 1, 5}), (NodeCounts{1, 3, 5}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
