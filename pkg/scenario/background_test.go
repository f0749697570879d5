package scenario

import (
	"math"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestRhythmsHaveAMeanOfOne(t *testing.T) {
	b, err := ordinary()
	if err != nil {
		t.Fatal(err)
	}
	from := minute(t, "2025-02-03 00:00")
	for name, r := range b.Rhythms {
		for _, country := range outage.Countries() {
			all, step, before := 0., 0., r.factor(from-1, country)
			for m := from; m < from+7*24*60; m++ {
				f := r.factor(m, country)
				all += f
				step = max(step, math.Abs(math.Log(f/before)))
				before = f
			}
			if mean := all / (7 * 24 * 60); math.Abs(mean-1) > .02 {
				t.Errorf("%s in %s has a mean of %.3f", name, country, mean)
			}
			if step > .03 {
				t.Errorf("%s in %s jumps by a factor of %.2f within a minute", name, country, math.Exp(step))
			}
		}
	}
}

// The quiet hour is at four at night in the country's own time, summer or not.
func TestRhythmFollowsLocalTime(t *testing.T) {
	b, err := ordinary()
	if err != nil {
		t.Fatal(err)
	}
	r := b.Rhythms["chat"]
	for _, test := range []struct {
		country    outage.Country
		night, day string // UTC
	}{
		{countrytest.GB, "2025-02-05 04:30", "2025-02-05 20:00"},
		{countrytest.GB, "2025-07-02 03:30", "2025-07-02 19:00"},
		{countrytest.IN, "2025-02-04 23:00", "2025-02-05 14:30"},
	} {
		night, day := r.factor(minute(t, test.night), test.country), r.factor(minute(t, test.day), test.country)
		if night > .24 || day < 1.3 {
			t.Errorf("%s: %.2f at %s and %.2f at %s", test.country, night, test.night, day, test.day)
		}
	}
}

// A minute's count has the mean and the variance of the model.
func TestDrawsStrayAsStated(t *testing.T) {
	const mean, dispersion, n = 4., .25, 40000
	s, err := newSeries(seriesName{"whatsapp", countrytest.GB}, 1, 0, spots(towns, countrytest.GB))
	if err != nil {
		t.Fatal(err)
	}
	s.source.Seed(3, 4)
	all, squares := 0., 0.
	for range n {
		x := float64(s.draw(mean, dispersion))
		all += x
		squares += x * x
	}
	average := all / n
	variance := squares/n - average*average
	if want := mean + dispersion*mean*mean; math.Abs(average-mean) > .07 || math.Abs(variance-want) > .5 {
		t.Errorf("mean %.2f and variance %.2f, not %.2f and %.2f (seed 3, 4)", average, variance, mean, want)
	}
	if s.draw(0, dispersion) != 0 {
		t.Error("nothing due, and something came")
	}
}

func TestUnknownCategoryHasARate(t *testing.T) {
	b, err := ordinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []outage.Service{{Slug: "x"}, {Slug: "x", Category: "weather"}, {Slug: "whatsapp"}} {
		for _, country := range outage.Countries() {
			if rate := b.rate(&service, country); rate < .02 || rate > 2 {
				t.Errorf("%s in %s has %v reports a minute", service.Slug, country, rate)
			}
		}
	}
	if b.rate(&outage.Service{Slug: "whatsapp"}, countrytest.GB) == b.rate(&outage.Service{Slug: "x"}, countrytest.GB) {
		t.Error("whatsapp has the rate of any service")
	}
}

func TestBrokenBackgrounds(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"unknown key":     "budgets: 3",
		"short day":       "budget: 1\ndispersion: 1\nrhythms: {a: {hours: [1, 2], days: [1, 1, 1, 1, 1, 1, 1]}}",
		"absent rhythm":   "budget: 1\ndispersion: 1\nrhythms: {a: }",
		"no rhythm":       "budget: 1\ndispersion: 1\ncategories: {other: {rhythm: a, GB: 1, IN: 1}}",
		"no other":        "budget: 1\ndispersion: 1",
		"a factor of nil": "rhythms: {a: {hours: [0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], days: [1,1,1,1,1,1,1]}}",
	} {
		if _, err := parseBackground([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
