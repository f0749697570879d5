package place

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestSearch(t *testing.T) {
	for _, tc := range []struct {
		q       string
		country outage.Country
		limit   int
		want    []string // the first names, in order
	}{
		{"kol", "", 2, []string{"Kolkata", "Kolhapur"}},
		{"কল", "", 1, []string{"কলকাতা"}},
		{"कोल", "", 2, []string{"कोलकाता", "कोल्हापुर"}},
		{"calc", "", 1, []string{"Kolkata"}},
		{"bomb", countrytest.IN, 1, []string{"Mumbai"}},
		{"lon", "", 1, []string{"London"}},
		{"bath", countrytest.GB, 2, []string{"Bath", "Bath and North East Somerset"}},
		{"delhi", "", 1, []string{"Delhi"}},
		{"caer", countrytest.GB, 1, []string{"Caer"}},
		{"sw1a", "", 5, []string{"SW1A"}},
		{"sw1", "", 4, []string{"SW1", "SW10", "SW11", "SW12"}},
		{"SW1A 1", "", 5, []string{"SW1A"}},
		{"SW1A 1a", "", 5, []string{"SW1A"}},
		{"sw1a1a", "", 5, []string{"SW1A"}},
		{"sw1a1aa", "", 5, []string{"SW1A"}},
		{"M1", "", 3, []string{"M1", "M11", "M12"}},
		{"M1 1", "", 3, []string{"M1"}},
		{"M11", "", 3, []string{"M11"}},
		{"7000", "", 2, []string{"700001", "700002"}},
		{"৭০০০০১", "", 2, []string{"700001"}},
		{"700 001", countrytest.IN, 2, []string{"700001"}},
		{"st alb", "", 1, []string{"St Albans"}},
	} {
		t.Run(tc.q, func(t *testing.T) {
			got := namesOf(tables(t).Search(tc.q, tc.country, tc.limit))
			if len(got) < len(tc.want) || !slices.Equal(got[:len(tc.want)], tc.want) {
				t.Errorf("got %q, want %q first", got, tc.want)
			}
			if len(got) > tc.limit {
				t.Errorf("%d places, want at most %d", len(got), tc.limit)
			}
		})
	}
}

func TestSearchFindsNothing(t *testing.T) {
	for _, tc := range []struct {
		q       string
		country outage.Country
		limit   int
	}{
		{"", "", 5}, {" - ", "", 5}, {"kol", "", 0}, {"kol", "", -1}, {strings.Repeat("k", longest+1), "", 5},
		{"kolkata", countrytest.GB, 5}, {"leeds", countrytest.IN, 5}, {"700001", countrytest.GB, 5}, {"sw1a", countrytest.IN, 5},
		{"london", "FR", 5}, {"GY1", "", 5}, {"7000011", "", 5}, {"sw1a 1a1", "", 5}, {"sw1a 1 a a", "FR", 5},
	} {
		if got := tables(t).Search(tc.q, tc.country, tc.limit); len(got) > 0 {
			t.Errorf("%q in %q: got %v", tc.q, tc.country, got)
		}
	}
}

func TestSearchIsBounded(t *testing.T) {
	if got := tables(t).Search("s", "", 1<<30); len(got) != most {
		t.Errorf("%d places, want %d", len(got), most)
	}
}

// What is offered is understood as the same place when it is sent back.
func TestSearchOffersWhatResolveUnderstands(t *testing.T) {
	x := tables(t)
	prefixes := map[string]bool{}
	for i, n := range x.names {
		if i%7 != 0 {
			continue
		}
		runes := []rune(n.key)
		for length := 1; length <= min(3, len(runes)); length++ {
			prefixes[string(runes[:length])] = true
		}
	}
	for prefix := range prefixes {
		checkOffers(t, prefix, "", x.Search(prefix, "", 30))
	}
}

func checkOffers(t *testing.T, text string, country outage.Country, offers []outage.Place) {
	t.Helper()
	seen := map[outage.Place]bool{}
	for _, offer := range offers {
		at := where{offer.Country, offer.Region, offer.District, offer.Cell}
		if seen[offer] {
			t.Errorf("%q offers %+v twice", text, offer)
		}
		seen[offer] = true
		got := tables(t).Resolve(offer.Name, country)
		if p := got.Place; !got.Understood || (where{p.Country, p.Region, p.District, p.Cell}) != at {
			t.Errorf("%q in %q offers %+v, which is understood as %+v", text, country, offer, got)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		"k", "Kolkata", "কল", "कोल", "৭০০", "७००००१", "SW1A 1", "sw1a1a", "m1 1", "GY", "999999", "", "\xff", "st", "é", "1\u00bd",
	} {
		f.Add(seed, "", 8)
		f.Add(seed, "IN", 1)
	}
	x := tables(f)
	f.Fuzz(func(t *testing.T, q, country string, limit int) {
		got := x.Search(q, outage.Country(country), limit)
		if len(got) > max(0, min(limit, most)) {
			t.Errorf("%q: %d places for a limit of %d", q, len(got), limit)
		}
		checkOffers(t, q, outage.Country(country), got)
	})
}

func BenchmarkSearch(b *testing.B) {
	x := tables(b)
	for _, q := range []string{"s", "kol", "ক", "sw1a 1", "7"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				x.Search(q, "", 8)
			}
		})
	}
}

func namesOf(places []outage.Place) []string {
	var out []string
	for _, place := range places {
		out = append(out, place.Name)
	}
	return out
}
