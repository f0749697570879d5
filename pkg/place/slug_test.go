package place

import (
	"regexp"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestSlugs holds that every region and every district has a name in addresses that
// leads back to it, and that its code does too.
func TestSlugs(t *testing.T) {
	x, form, areas := tables(t), regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), 0
	check := func(area outage.Area, code string) {
		areas++
		slugs := x.Slugs(area)
		if len(slugs) == 0 {
			t.Errorf("%+v has no slug", area)
		}
		for _, slug := range slugs {
			if back, ok := x.AreaOf(area.Country, slug); !ok || back != area || !form.MatchString(slug) {
				t.Errorf("%q of %+v leads to %+v", slug, area, back)
			}
		}
		if back, ok := x.AreaOf(area.Country, slugOf(code[len(area.Country)+1:])); area.District == "" && (!ok || back != area) {
			t.Errorf("%q leads to %+v, not to %+v", code, back, area)
		}
	}
	for _, pack := range countrytest.Packs {
		for _, region := range pack.Regions {
			check(outage.Area{Country: pack.Code, Region: region.Code}, string(region.Code))
		}
		districts, err := pack.Districts()
		if err != nil {
			t.Fatal(err)
		}
		for _, district := range districts {
			check(outage.Area{Country: pack.Code, Region: district.Region, District: district.Code}, string(pack.Code)+"-"+string(district.Code))
		}
	}
	if areas < 1000 {
		t.Errorf("%d areas", areas)
	}
}

func TestSlugsOfSomePlaces(t *testing.T) {
	x := tables(t)
	for slug, want := range map[string]outage.Area{
		"leeds": {Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"}, "e08000035": {Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"},
		"tli": outage.AreaOf("GB-TLI"), "london": outage.AreaOf("GB-TLI"), "wales": outage.AreaOf("GB-TLL"),
	} {
		if got, ok := x.AreaOf(countrytest.GB, slug); !ok || got != want {
			t.Errorf("%s: %+v", slug, got)
		}
	}
	for slug, want := range map[string]outage.Area{
		"kolkata": {Country: countrytest.IN, Region: "IN-WB", District: "IN-WB-kolkata"}, "wb": outage.AreaOf("IN-WB"), "west-bengal": outage.AreaOf("IN-WB"),
	} {
		if got, ok := x.AreaOf(countrytest.IN, slug); !ok || got != want {
			t.Errorf("%s: %+v", slug, got)
		}
	}
	for _, slug := range []string{"", "aurangabad", "nowhere"} { // one of two of its name, unless it says which
		if got, ok := x.AreaOf(countrytest.IN, slug); ok {
			t.Errorf("%q leads to %+v", slug, got)
		}
	}
}
