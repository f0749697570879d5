package cell

import (
	"testing"
	"unicode"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestRegionName(t *testing.T) {
	for _, tc := range []struct {
		region     outage.Region
		lang, want string
	}{
		{"IN-WB", "en", "West Bengal"},
		{"IN-WB", "bn", "পশ্চিমবঙ্গ"},
		{"IN-WB", "hi", "पश्चिम बंगाल"},
		{"IN-WB", "cy", "West Bengal"},
		{"IN-WB", "ta", "West Bengal"},
		{"GB-TLL", "cy", "Cymru"},
		{"GB-TLI", "", "London"},
		{"GB-TLX", "en", "GB-TLX"},
		{"", "en", ""},
	} {
		if got := world(t).RegionName(tc.region, tc.lang); got != tc.want {
			t.Errorf("%s in %q: got %q, want %q", tc.region, tc.lang, got, tc.want)
		}
	}
}

// Every region has a name in every language that is spoken there, in the
// letters of that language, and no two regions share one.
func TestNamesAreWhole(t *testing.T) {
	g := world(t)
	scripts := map[string]*unicode.RangeTable{
		"en": unicode.Latin, "cy": unicode.Latin, "hi": unicode.Devanagari, "bn": unicode.Bengali,
	}
	total := 0
	for _, country := range outage.Countries() {
		for _, region := range g.Regions(country) {
			total++
			for lang, script := range scripts {
				name := g.names[region][lang]
				if name == "" && lang == "cy" && country == countrytest.IN {
					continue
				}
				if name == "" {
					t.Errorf("%s has no name in %s", region, lang)
				}
				for _, letter := range name {
					if unicode.IsLetter(letter) && !unicode.Is(script, letter) {
						t.Errorf("%s in %s: %q is a letter of another script", region, lang, letter)
					}
				}
			}
		}
	}
	if total != len(g.names) {
		t.Errorf("%d regions, %d names", total, len(g.names))
	}
	for _, lang := range []string{"en", "hi", "bn"} {
		seen := map[string]outage.Region{}
		for region, names := range g.names {
			if other, ok := seen[names[lang]]; ok {
				t.Errorf("%s and %s are both %q", region, other, names[lang])
			}
			seen[names[lang]] = region
		}
	}
}

// A cell is named by the largest town in it, and one without by one nearby.
func TestTownOfACell(t *testing.T) {
	g := world(t)
	for _, town := range g.Towns(countrytest.GB)[:40] {
		found, ok := g.TownOf(countrytest.GB, town.Cell.Parent(outage.CellCoarse))
		if !ok || found.Population < town.Population {
			t.Errorf("the cell of %s is named by %s", town.Name, found.Name)
		}
	}
	for _, cell := range g.Land(countrytest.GB, countrytest.GB.LargeResolution()) {
		if town, ok := g.TownOf(countrytest.GB, cell); !ok || town.Name == "" {
			t.Errorf("cell %s has no town", cell)
		}
	}
	if town, ok := g.TownOf("", 0); ok {
		t.Errorf("no cell of no country is named by %s", town.Name)
	}
}

func TestNearTowns(t *testing.T) {
	g, at := world(t), map[string]outage.Cell{}
	for _, town := range g.Towns(countrytest.GB) {
		if at[town.Name] == 0 {
			at[town.Name] = town.Cell
		}
	}
	for pair, want := range map[[2]string]bool{{"London", "Islington"}: true, {"Leeds", "Bradford"}: true, {"Leeds", "Leeds"}: true, {"London", "Reading"}: false, {"Leeds", "Manchester"}: false} {
		if got := g.Near(at[pair[0]], at[pair[1]]); got != want {
			t.Errorf("%v: near %t", pair, got)
		}
	}
}
