package catalog

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

// The catalogue of a server is that of its countries.
func TestServicesOfOtherCountriesAreLeftOut(t *testing.T) {
	all, err := country.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(countrytest.Packs.Register)
	for codes, c := range map[string]struct{ with, without string }{
		"in": {"upi", "bt"}, "gb": {"bt", "upi"}, "ie": {"whatsapp", "upi"},
	} {
		set, err := all.Choose(codes)
		if err != nil {
			t.Fatal(err)
		}
		set.Register()
		catalog, err := Default()
		if err != nil {
			t.Fatalf("%s: %v", codes, err)
		}
		if _, ok := catalog.Service(c.with); !ok {
			t.Errorf("%s lacks %s", codes, c.with)
		}
		if _, ok := catalog.Service(c.without); ok {
			t.Errorf("%s has %s", codes, c.without)
		}
		for _, service := range catalog.Services() {
			for _, on := range service.DependsOn {
				if _, ok := catalog.Service(on); !ok {
					t.Errorf("%s: %s depends on %s, which is not there", codes, service.Slug, on)
				}
			}
			for _, country := range service.Country {
				if !country.Covered() {
					t.Errorf("%s: %s is used in %s", codes, service.Slug, country)
				}
			}
		}
	}
}
