package engine

import (
	"bytes"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// stormy is a service whose incident of the country was narrowed to one town.
func stormy(t *testing.T, seed uint64) (*Engine, outage.Minute) {
	t.Helper()
	c := config()
	c.AlertFrom = start
	line, n, town := New(c), enginetest.NewNoise(seed), enginetest.CellIn(countrytest.GB, 3, 1, 1, 3)
	storm, m := start+9*day, start
	for ; m < storm+90; m++ {
		counts := n.Minute(m)
		switch since := m - storm; {
		case since >= 12:
			counts = n.Burst(counts, "rail", countrytest.GB, 20, func() outage.Cell { return town })
		case since >= 0:
			counts = n.Burst(counts, "rail", countrytest.GB, 15, func() outage.Cell { return n.Place(countrytest.GB) })
		}
		tick(t, line, m, counts)
	}
	return line, m
}

// A country incident claims the town that is left of it alone, continues from its saved
// state, and claims the country again when that alarms as a whole.
func TestNarrowedIncident(t *testing.T) {
	const seed = 6
	t.Logf("seed %d", seed)
	line, m := stormy(t, seed)
	k := key{"rail", countrytest.GB}
	s := line.series[k]
	open := s.incidents.open()
	if len(open) != 1 || open[0].Incident().Footprint.Scope != outage.ScopeCountry || len(open[0].narrowed) != 1 {
		t.Fatalf("%d incidents are open", len(open))
	}
	if s.mask.covered > .5 || s.mask.covered <= 0 {
		t.Errorf("%.2f of the country is covered", s.mask.covered)
	}
	state := saved(t, line)
	again := restored(t, state)
	if !bytes.Equal(saved(t, again), state) {
		t.Error("the restored state is saved differently")
	}
	if got := again.series[k].incidents.open()[0].narrowed; !slices.Equal(got, open[0].narrowed) {
		t.Errorf("restored %v, want %v", got, open[0].narrowed)
	}
	n, ids := enginetest.NewNoise(seed+1), map[string]bool{}
	for until := m + 20; m < until; m++ {
		counts := n.Burst(n.Minute(m), "rail", countrytest.GB, 60, func() outage.Cell { return n.Place(countrytest.GB) })
		for _, in := range tick(t, again, m, counts) {
			if in.Service == "rail" && in.Footprint.Scope == outage.ScopeCountry {
				ids[in.ID] = true
			}
		}
	}
	s = again.series[k]
	if national := leading(s.incidents.open()); national == nil || !slices.Contains(national.claimed(), baseline.Whole) {
		t.Errorf("the country is not claimed again: %d open", len(s.incidents.open()))
	}
	if len(ids) > 1 {
		t.Errorf("country incidents %v, want one", ids)
	}
}
