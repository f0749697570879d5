package cell

import (
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestBeside(t *testing.T) {
	g := world(t)
	leeds := outage.Area{Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"}
	for _, tc := range []struct {
		of          outage.Area
		with, never outage.Area
	}{
		{leeds, outage.Area{Country: countrytest.GB, Region: "GB-TLE", District: "E08000032"}, outage.AreaOf("GB-TLE")}, // Bradford
		{outage.AreaOf("IN-WB"), outage.AreaOf("IN-JH"), outage.AreaOf("IN-MH")},
		{outage.AreaOf("GB-TLM"), outage.AreaOf("GB-TLC"), outage.AreaOf("GB-TLK")},
	} {
		got := g.Beside(tc.of)
		if !slices.Contains(got, tc.with) || slices.Contains(got, tc.never) || slices.Contains(got, tc.of) {
			t.Errorf("beside %+v: %+v", tc.of, got)
		}
	}
	if got := g.Beside(outage.Area{Country: countrytest.GB, Region: "GB-TLX"}); len(got) != 0 {
		t.Errorf("an unknown region has neighbours: %+v", got)
	}
}

// TestNeighboursAreMutual holds that of two districts each is beside the other.
func TestNeighboursAreMutual(t *testing.T) {
	g := world(t)
	for _, district := range g.Districts("GB-TLE") {
		of := outage.Area{Country: countrytest.GB, Region: "GB-TLE", District: district}
		for _, other := range g.Beside(of) {
			if !slices.Contains(g.Beside(other), of) {
				t.Errorf("%+v is beside %+v, and not the other way round", other, of)
			}
		}
	}
}
