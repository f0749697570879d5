package engine

import (
	"math"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// sizes gives the services of a test their categories: "big-" and "small-" ones.
type sizes struct{}

func (sizes) Service(slug string) (outage.Service, bool) {
	category := "small"
	if slug[0] == 'b' {
		category = "big"
	}
	return outage.Service{Slug: slug, Category: category}, true
}

// newcomers is an engine that has known three services of each category for eight days,
// in the country alone where a newcomer begins.
func newcomers(t *testing.T) *Engine {
	t.Helper()
	c := DefaultConfig(enginetest.World{})
	c.Relations = sizes{}
	line, n := New(c), enginetest.NewNoise(3)
	for m := start; m < start+8*day; m++ {
		var counts []outage.Judged
		for _, known := range []struct {
			slug string
			rate float64
		}{{"b1", 2}, {"b2", 3}, {"b3", 4}, {"s1", .02}, {"s2", .03}, {"s3", .04}} { // in this order, for the same noise
			for range n.Poisson(known.rate) {
				counts = append(counts, outage.Judged{Service: known.slug, Country: countrytest.GB, Reporters: 1})
			}
		}
		tick(t, line, m, counts)
	}
	return line
}

// A service without a past is expected to be like the others of its category, with a
// stated uncertainty.
func TestPriorOfANewcomer(t *testing.T) {
	line := newcomers(t)
	at := start + 8*day
	tick(t, line, at, []outage.Judged{
		{Service: "b4", Country: countrytest.GB, Reporters: 1},
		{Service: "s4", Country: countrytest.GB, Reporters: 1},
		{Service: "s4", Country: countrytest.IN, Reporters: 1},
		{Service: "b1", Country: countrytest.IN, Reporters: 1},
	})
	for _, want := range []struct {
		service     string
		country     outage.Country
		level, peer float64
	}{
		{"b4", countrytest.GB, 1.7, 6}, {"s4", countrytest.GB, .05, 6},
		{"s4", countrytest.IN, .3, 0}, // of a country and a service of which nothing is known
		{"b1", countrytest.IN, .9, 0}, // large elsewhere
	} {
		got := line.series[key{want.service, want.country}].base.Prior()
		if math.Abs(math.Log(got.Level/want.level)) > .7 || got.Peers != want.peer || got.Spread > 2 {
			t.Errorf("%s in %s: %+v, want a level of about %g", want.service, want.country, got, want.level)
		}
	}
}

// The prior is part of the state; a state of the version before has that of a service of
// which nothing is known.
func TestPriorIsSaved(t *testing.T) {
	line := New(config())
	n := enginetest.NewNoise(1)
	for m := start; m < start+8*day; m++ {
		tick(t, line, m, enginetest.Story(n, m))
	}
	late := outage.Judged{Service: "late", Country: countrytest.GB, Reporters: 1}
	tick(t, line, start+8*day, []outage.Judged{late})
	k := key{late.Service, late.Country}
	want := line.series[k].base.Prior()
	if got := restored(t, saved(t, line)).series[k].base.Prior(); got != want || want.Peers == 0 {
		t.Errorf("restored %+v, want %+v", got, want)
	}
	old := restored(t, withoutPriors(line, saved(t, line)))
	if got := old.series[k].base.Prior(); got.Peers != 0 {
		t.Errorf("a state without priors has %+v", got)
	}
	at := start + 8*day + 60
	tick(t, old, at, nil)
	tick(t, line, at, nil)
	if got, want := old.series[k].base.Prior(), line.series[k].base.Prior(); math.Abs(got.Level-want.Level) > .01 {
		t.Errorf("after an hour %+v, want %+v", got, want)
	}
}
