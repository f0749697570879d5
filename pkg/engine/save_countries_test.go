package engine

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// unnamed is the state of an engine in the layout of a version that does not name its
// countries.
func unnamed(e *Engine, state []byte, version byte) []byte {
	state = withoutPriors(e, state)
	named := len(magic) + 1 + 9
	old := slices.Clone(state[:named])
	old[len(magic)] = version
	return append(old, state[named+1+codeLength*int(state[named]):]...)
}

// withoutPriors is the state of an engine in the layout of version 8, whose series have
// no prior.
func withoutPriors(e *Engine, state []byte) []byte {
	old := slices.Clone(state)
	old[len(magic)] = 8
	for _, s := range e.ordered {
		base := s.base.AppendState(nil)
		end := bytes.Index(old, base) + len(base)
		old = slices.Delete(old, end-binary.Size(baseline.Prior{}), end)
	}
	return old
}

// A server that covers other countries than before keeps what it knows of those that stay.
func TestStateOfOtherCountries(t *testing.T) {
	t.Cleanup(countrytest.Packs.Register)
	both, n := New(config()), enginetest.NewNoise(1)
	for m := start; m < start+600; m++ {
		tick(t, both, m, enginetest.Story(n, m))
	}
	state := saved(t, both)

	outage.Cover(countrytest.Packs.Get(countrytest.IN).Facts)
	one := restored(t, state)
	for _, s := range one.ordered {
		if s.country.code != countrytest.IN {
			t.Errorf("%s in %s stayed", s.service, s.country.code)
		}
	}
	if len(one.ordered) == 0 || len(one.series) != len(one.ordered) || len(one.countries) != 1 {
		t.Errorf("%d series of %d countries", len(one.ordered), len(one.countries))
	}
	tick(t, one, start+600, nil)
	smaller := saved(t, one)

	countrytest.Packs.Register()
	again := restored(t, smaller)
	for _, s := range again.ordered {
		if want := one.series[key{s.service, countrytest.IN}].base.Learnt(); s.base.Learnt() != want {
			t.Errorf("%s learnt from %v, want %v", s.service, s.base.Learnt(), want)
		}
	}
	tick(t, again, start+601, enginetest.Story(enginetest.NewNoise(2), start+601))
	if again.countries[countrytest.GB] == nil {
		t.Error("the country that was added is not there")
	}
}

// A state that does not name its countries is of those that were covered when such states
// were written, whatever is covered now.
func TestStateThatNamesNoCountries(t *testing.T) {
	t.Cleanup(countrytest.Packs.Register)
	both, n := New(config()), enginetest.NewNoise(1)
	for m := start; m < start+300; m++ {
		tick(t, both, m, enginetest.Story(n, m))
	}
	old := unnamed(both, saved(t, both), 7)
	gb, in := countrytest.Packs.Get(countrytest.GB).Facts, countrytest.Packs.Get(countrytest.IN).Facts
	outage.Cover(in, gb)
	c := config()
	c.Former = []outage.Country{countrytest.GB, countrytest.IN}
	line := New(c)
	if err := line.Restore(bytes.NewReader(old)); err != nil {
		t.Fatal(err)
	}
	for k, s := range both.series {
		if got := line.series[k]; got == nil || got.base.Learnt() != s.base.Learnt() {
			t.Errorf("%v differs", k)
		}
	}
}
