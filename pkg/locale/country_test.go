package locale

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestCountryOf(t *testing.T) {
	for header, want := range map[string]outage.Country{
		"en-GB,en;q=0.9": countrytest.GB, "en-IN": countrytest.IN, "hi": countrytest.IN, "bn,en;q=0.5": countrytest.IN, "cy": countrytest.GB,
		"en": "", "": "", "*": "", "de-DE,de": "", "en-US,en;q=0.9,en-GB;q=0.8": countrytest.GB, "bn-BD": "", "bn-BD,hi;q=0.1": countrytest.IN,
		"en;q=x": "", "\xff": "", strings.Repeat("en-GB,", 100): "", "hi-Latn": countrytest.IN,
	} {
		if got := CountryOf(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
