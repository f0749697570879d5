package outage

import (
	"testing"
	"time"
)

// two registers a country of two zones and one of one.
func two(t *testing.T) {
	t.Helper()
	west, east := time.FixedZone("West", -3600), time.FixedZone("East", 2*3600)
	before := covered.Load()
	t.Cleanup(func() { covered.Store(before) })
	Cover(
		CountryFacts{
			Code: "XA", Aliases: []string{"xanadu"}, Zone: west, RegionZones: map[Region]*time.Location{"XA-E": east},
			Names:         map[string]CountryNames{"en": {Name: "Xanadu", In: "in Xanadu"}, "hi": {Name: "ज़ानाडू"}},
			MapResolution: 3, LargeResolution: 5, Holidays: map[int]bool{1: true},
		},
		CountryFacts{Code: "XB", Zone: east},
	)
}

func TestCoveredCountries(t *testing.T) {
	two(t)
	if got := Countries(); len(got) != 2 || got[0] != "XA" || got[1] != "XB" {
		t.Errorf("got %v", got)
	}
	for text, want := range map[string]Country{"XA": "XA", "xa": "XA", "Xanadu": "XA", "xb": "XB", "fr": "", "": ""} {
		if got, ok := CountryNamed(text); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %t", text, got, ok)
		}
	}
	if !Country("XA").Covered() || Country("FR").Covered() || Country("").Covered() {
		t.Error("the wrong countries are covered")
	}
}

func TestZones(t *testing.T) {
	two(t)
	for region, want := range map[Region]string{"XA-W": "West", "XA-E": "East", "XB-A": "East", "FR-IDF": "UTC", "": "UTC"} {
		if got := region.Zone().String(); got != want {
			t.Errorf("%q: got %s, want %s", region, got, want)
		}
	}
	if got := Country("XA").Zone().String(); got != "West" {
		t.Errorf("the country: got %s", got)
	}
}

func TestFactsOfACountry(t *testing.T) {
	two(t)
	for language, want := range map[string]string{"en": "Xanadu", "hi": "ज़ानाडू", "cy": "Xanadu"} {
		if got := Country("XA").Names(language).Name; got != want {
			t.Errorf("%s: got %q", language, got)
		}
	}
	if got := Country("FR").Names("en"); got.Name != "FR" || got.In != "FR" {
		t.Errorf("a country that is not covered is called %+v", got)
	}
	if !Country("XA").Holiday(1) || Country("XA").Holiday(2) || Country("FR").Holiday(1) {
		t.Error("the wrong days are holidays")
	}
	if Country("XA").LargeResolution() != 5 || Country("FR").MapResolution() != CellCoarse {
		t.Error("the wrong resolutions")
	}
}
