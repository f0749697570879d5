package catalog

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
)

func places(t *testing.T) Places {
	t.Helper()
	geography, err := cell.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	index, err := place.Load(geography, countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// TestNoServiceHidesAPlace holds that no built-in service has the address of a place of
// a country in which it is used, and that a file of an operator must not either.
func TestNoServiceHidesAPlace(t *testing.T) {
	known := places(t)
	for _, service := range builtIn(t).Services() {
		for _, country := range []outage.Country{countrytest.GB, countrytest.IN} {
			if area, taken := known.AreaOf(country, service.Slug); taken && (len(service.Country) == 0 || service.Country[0] == country) {
				t.Errorf("/%s/%s is %+v and a service", country, service.Slug, area)
			}
		}
	}
	const leeds = "services:\n  leeds:\n    names: {en: Leeds}\n    category: messaging\n"
	_, err := Load(write(t, leeds), known)
	if err == nil || !strings.Contains(err.Error(), ":2: services.leeds: this word is the address of a place in "+string(countrytest.GB)) {
		t.Errorf("a service named as a place: %v", err)
	}
	if _, err := Load(write(t, leeds+"    countries: ["+string(countrytest.IN)+"]\n"), known); err != nil {
		t.Errorf("a service that is not used where the place is: %v", err)
	}
}
