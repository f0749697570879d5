package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func config() Config {
	c := DefaultConfig(enginetest.World{})
	c.AlertFrom = start + 14*day
	return c
}

func tick(t *testing.T, line *Engine, m outage.Minute, counts []outage.Judged) []outage.Incident {
	t.Helper()
	changes, err := line.Tick(m, counts)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestOutagesOfEachScope(t *testing.T) {
	line := New(config())
	n := enginetest.NewNoise(1)
	var all []outage.Incident
	for m := start; m < start+21*day; m++ {
		all = append(all, tick(t, line, m, enginetest.Story(n, m))...)
	}
	for _, in := range all {
		t.Logf("%s %s opened %s closed %s %s %v cells %d obs %d exp %.2f thr %.2f peak %.1f %s",
			in.ID, in.State, in.OpenedAt.Format("02T15:04"), in.ClosedAt.Format("02T15:04"),
			in.Footprint.Scope, in.Footprint.Regions, len(in.Footprint.Cells), in.Observed, in.Expected, in.Threshold, in.Peak, in.Severity)
	}
	wants := []struct {
		service string
		country outage.Country
		scope   outage.Scope
		region  outage.Region
	}{
		{"chat", countrytest.GB, outage.ScopeCountry, ""},
		{"bank", countrytest.IN, outage.ScopeRegion, "IN-MH"},
		{"rail", countrytest.GB, outage.ScopeCell, "GB-TLM"},
	}
	ids := map[string]outage.Incident{}
	var order []string
	for _, in := range all {
		if _, seen := ids[in.ID]; !seen {
			order = append(order, in.ID)
		}
		ids[in.ID] = in
	}
	if len(order) != len(wants) {
		t.Fatalf("incidents %v, want %d", order, len(wants))
	}
	for i, want := range wants {
		in := ids[order[i]]
		if in.Service != want.service || in.Country != want.country || in.Footprint.Scope != want.scope {
			t.Errorf("incident %d is %s %s %s, want %v", i, in.Service, in.Country, in.Footprint.Scope, want)
		}
		if want.region != "" && (len(in.Footprint.Regions) != 1 || in.Footprint.Regions[0] != want.region) {
			t.Errorf("%s lies in %v, want %s", in.ID, in.Footprint.Regions, want.region)
		}
		if in.State != outage.StateResolved {
			t.Errorf("%s is %s, want resolved", in.ID, in.State)
		}
	}
}

func TestSavedAndRestoredEqualsNeverStopped(t *testing.T) {
	const days = 17
	whole, halting := New(config()), New(config())
	n, again := enginetest.NewNoise(3), enginetest.NewNoise(3)
	random := rand.New(rand.NewPCG(11, 12))
	for m := start; m < start+days*day; m++ {
		want := tick(t, whole, m, enginetest.Story(n, m))
		got := tick(t, halting, m, enginetest.Story(again, m))
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("at %s: changes differ:\n%v\n%v", stamp(m), got, want)
		}
		if random.IntN(500) != 0 {
			continue
		}
		state := saved(t, halting)
		if !bytes.Equal(state, saved(t, whole)) {
			t.Fatalf("at %s: states differ", stamp(m))
		}
		halting = New(config())
		if err := halting.Restore(bytes.NewReader(state)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(state, saved(t, halting)) {
			t.Fatalf("at %s: the restored state is saved differently", stamp(m))
		}
	}
}

func saved(t *testing.T, line *Engine) []byte {
	t.Helper()
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		t.Fatal(err)
	}
	return state.Bytes()
}

func TestWorkersAndOrderChangeNothing(t *testing.T) {
	parallel := config()
	parallel.Workers = 4
	one, many := New(config()), New(parallel)
	n, shuffled := enginetest.NewNoise(5), enginetest.NewNoise(5)
	random := rand.New(rand.NewPCG(21, 22))
	for m := start; m < start+16*day; m++ {
		counts := enginetest.Story(shuffled, m)
		random.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
		want, got := tick(t, one, m, enginetest.Story(n, m)), tick(t, many, m, counts)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("at %s: changes differ", stamp(m))
		}
	}
	if !bytes.Equal(saved(t, one), saved(t, many)) {
		t.Error("states differ at the end")
	}
}

func TestDamagedStateIsRejected(t *testing.T) {
	line := New(config())
	n := enginetest.NewNoise(9)
	for m := start; m < start+2*day; m++ {
		tick(t, line, m, n.Minute(m))
	}
	state := saved(t, line)
	for cut := 0; cut < len(state); cut += max(1, len(state)/97) {
		if err := New(config()).Restore(bytes.NewReader(state[:cut])); err == nil {
			t.Errorf("the first %d of %d bytes are accepted as a state", cut, len(state))
		}
	}
	before := saved(t, line)
	if err := line.Restore(bytes.NewReader([]byte("DPTL\x00"))); err == nil {
		t.Error("another version is accepted as a state")
	}
	if !bytes.Equal(before, saved(t, line)) {
		t.Error("a rejected state changed the engine")
	}
	t.Logf("%d bytes of state for 6 series", len(state))
}

func TestTickRejects(t *testing.T) {
	line := New(config())
	tick(t, line, start, nil)
	for _, c := range []struct {
		name   string
		minute outage.Minute
		counts []outage.Judged
	}{
		{"a minute that is over", start, nil},
		{"a country that is not covered", start + 1, []outage.Judged{{Service: "a", Country: "FR", Reporters: 1}}},
		{"negative reporters", start + 1, []outage.Judged{{Service: "a", Country: "GB", Reporters: -1}}},
		{"too many reporters", start + 1, []outage.Judged{
			{Service: "a", Country: "GB", Reporters: MostReporters}, {Service: "b", Country: "GB", Reporters: 1},
		}},
		{"no service", start + 1, []outage.Judged{{Country: "GB", Reporters: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := line.Tick(c.minute, c.counts); err == nil {
				t.Error("no error")
			}
			if last, _ := line.Last(); last != start {
				t.Errorf("the engine moved to %s", stamp(last))
			}
		})
	}
}

func ExampleEngine_Tick() {
	line := New(DefaultConfig(enginetest.World{}))
	changes, err := line.Tick(start, []outage.Judged{{Service: "chat", Country: countrytest.GB, Reporters: 3}})
	fmt.Println(len(changes), err)
	// Output: 0 <nil>
}
