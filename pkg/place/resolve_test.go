package place

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Each place is known as exactly as its kind says.
func TestExtents(t *testing.T) {
	for _, tc := range []struct {
		text     string
		kind     outage.PlaceKind
		name     string
		district outage.District
		cell     bool
	}{
		{"UK", outage.PlaceCountry, "UK", "", false},
		{"England", outage.PlaceCountry, "England", "", false},
		{"भारत", outage.PlaceCountry, "भारत", "", false},
		{"Wales", outage.PlaceRegion, "Wales", "", false},
		{"West Bengal", outage.PlaceRegion, "West Bengal", "", false},
		{"Yorkshire", outage.PlaceCounty, "Yorkshire", "", false},
		{"Trafford", outage.PlaceDistrict, "Trafford", "E08000009", false},
		{"North 24 Parganas", outage.PlaceDistrict, "North 24 Parganas", "IN-WB-north-24-parganas", false},
		{"Leeds", outage.PlaceCity, "Leeds", "E08000035", true},
		{"Kolkata", outage.PlaceCity, "Kolkata", "IN-WB-kolkata", true},
		{"Cardiff", outage.PlaceCity, "Cardiff", "W06000015", true},
		{"Headingley", outage.PlaceLocality, "Headingley", "E08000035", true},
		{"Calcutta", outage.PlaceCity, "Kolkata", "IN-WB-kolkata", true},
		{"LS1", countrytest.Outcode, "LS1", "E08000035", true},
		{"LS1 4AP", countrytest.Outcode, "LS1", "E08000035", true},
		{"৭০০০০১", countrytest.PIN, "700001", "IN-WB-kolkata", true},
	} {
		got := tables(t).Resolve(tc.text, "")
		if p := got.Place; !got.Understood || p.Kind != tc.kind || p.Name != tc.name || p.District != tc.district || (p.Cell != 0) != tc.cell {
			t.Errorf("%s: got %+v, want %+v", tc.text, got, tc)
		}
	}
}

func TestSeveralPlacesOfAName(t *testing.T) {
	for _, tc := range []struct {
		text    string
		country outage.Country // asked
		common  outage.Country
		region  outage.Region
		want    []string
	}{
		{"Newport", "", countrytest.GB, "", []string{"Newport, Wales", "Newport, South East England", "Newport, West Midlands"}},
		{"Richmond", "", countrytest.GB, "", []string{"Richmond, North Yorkshire", "Richmond, London", "Richmond, Sheffield"}},
		{"Aurangabad", "", countrytest.IN, "", []string{"Aurangabad, Maharashtra", "Aurangabad, Bihar"}},
		{"Bilaspur", countrytest.IN, countrytest.IN, "", []string{"Bilaspur, Chhattisgarh", "Bilaspur, Himachal Pradesh"}},
		{"Delhi NCR", "", countrytest.IN, "", []string{"Delhi NCR, Delhi", "Delhi NCR, Haryana", "Delhi NCR, Uttar Pradesh"}},
		{"Bidhannagar", "", countrytest.IN, "IN-WB", nil},
		{"Newprt", "", countrytest.GB, "", []string{"Newport, Wales", "Newport, South East England", "Newport, West Midlands"}},
		{"Whitefield", "", "", "", nil},
	} {
		got := tables(t).Resolve(tc.text, tc.country)
		if got.Understood || got.Place.Country != tc.common || got.Place.Region != tc.region || got.Place.Cell != 0 || got.Place.District != "" {
			t.Errorf("%s: got %+v, want what is common, %s %s", tc.text, got, tc.common, tc.region)
		}
		if names := namesOf(got.Candidates); tc.want != nil && !slices.Equal(names, tc.want) || len(names) > outage.Suggestions {
			t.Errorf("%s: got %q, want %q", tc.text, names, tc.want)
		}
		checkOffers(t, tc.text, tc.country, got.Candidates)
	}
}

// The largest place of a name is meant where no other is nearly as large.
func TestLargestTownIsMeant(t *testing.T) {
	for text, want := range map[string]outage.Region{
		"Leeds": "GB-TLE", "Cambridge": "GB-TLH", "Wales": "GB-TLL", "Bath": "GB-TLK", "Hyderabad": "IN-TS",
	} {
		if got := tables(t).Resolve(text, ""); !got.Understood || got.Place.Region != want {
			t.Errorf("%s: got %+v, want %s", text, got, want)
		}
	}
}

func TestNotUnderstood(t *testing.T) {
	for _, tc := range []struct {
		text            string
		country, common outage.Country
	}{
		{"", "", ""}, {" - ", "", ""}, {"", countrytest.IN, countrytest.IN}, {strings.Repeat("a", longest+1), countrytest.GB, countrytest.GB},
		{strings.Repeat("ক", longest), "", ""}, {"\xff\xfe", "", ""}, {"🙂", countrytest.GB, countrytest.GB}, {"qqqqqq", "", ""}, {"??", "", ""},
		{"ZZ9 9ZZ", "", countrytest.GB}, {"000000", "", countrytest.IN}, {"000000", countrytest.IN, countrytest.IN},
		{"GY1 1AA", "", ""}, {"JE2", "", ""}, {"IM1", "", ""}, {"GY1 1AA", countrytest.GB, countrytest.GB},
		{"7000011", countrytest.IN, countrytest.IN},
		{"700001", countrytest.GB, countrytest.GB}, {"SW1A", countrytest.IN, countrytest.IN}, {"Leeds", "FR", "FR"},
	} {
		got := tables(t).Resolve(tc.text, tc.country)
		if p := got.Place; got.Understood || p.Country != tc.common || p.Region != "" || p.Cell != 0 || len(got.Candidates) > 0 {
			t.Errorf("%q in %q: got %+v, want the country %q", tc.text, tc.country, got, tc.common)
		}
	}
	if got := tables(t).Resolve("70000", ""); got.Understood || got.Place.Country != countrytest.IN || !slices.Equal(namesOf(got.Candidates), []string{"700001", "700002", "700003"}) {
		t.Errorf("the start of a code: got %+v", got)
	}
}

// Every code of the tables is found, with the region and the district of its row.
func TestEveryCode(t *testing.T) {
	x, right := tables(t), map[outage.Country]int{}
	for _, codes := range x.codes {
		for _, row := range codes.table {
			typed := row.Name
			if typed == "GIR" {
				typed = "GIR 0AA" // the only code of a district without a digit
			}
			want := x.code(found{row.Name, codes.country, codes, row})
			if got := x.Resolve(typed, ""); !got.Understood || got.Place != want || got.Place.Region != row.Region || got.Place.District != row.District {
				t.Errorf("%s: got %+v", row.Name, got)
				continue
			}
			right[codes.country]++
			if codes.country == countrytest.GB && typed != "BFPO" && typed == row.Name {
				if whole := x.Resolve(row.Name+"9zz", countrytest.GB); whole.Place != want {
					t.Errorf("%s with a second half: got %+v", row.Name, whole)
				}
			}
		}
	}
	t.Logf("codes with their own region: %v", right)
}

// A PIN that the directory lacks is in the middle of those with its first digits.
func TestMissingPIN(t *testing.T) {
	x := tables(t)
	for _, codes := range x.codes {
		if codes.country != countrytest.IN {
			continue
		}
		for _, prefix := range codes.prefixes {
			typed := prefix.Name + "999"
			if _, ok := find(codes.table, typed); ok {
				continue
			}
			got := x.Resolve(typed, "")
			if want := x.geography.CellIn(prefix.Cell, prefix.Region); !got.Understood || got.Place.Region != prefix.Region || got.Place.Cell != want || got.Place.Name != typed {
				t.Errorf("%s: got %+v", typed, got)
			}
		}
	}
}

// Every name of a region in every language, and every town that the report form
// suggests, is understood without asking.
func TestFormsAreUnderstood(t *testing.T) {
	all, err := country.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range all {
		x, err := Load(tables(t).geography, country.Set{pack})
		if err != nil {
			t.Fatal(err)
		}
		for _, region := range pack.Regions {
			for language, name := range region.Names {
				for _, text := range []string{name, strings.ToUpper(name), name + ", " + pack.Names["en"].Name} {
					if got := x.Resolve(text, pack.Code); !got.Understood || got.Place.Region != region.Code {
						t.Errorf("%s in %s: got %+v, want %s", text, language, got, region.Code)
					}
				}
			}
		}
		for language, names := range pack.Names {
			for _, town := range names.Towns {
				if got := x.Resolve(town, pack.Code); !got.Understood || got.Place.Region == "" {
					t.Errorf("%s of the form in %s: got %+v", town, language, got)
				}
			}
		}
	}
}

// Every district is found by its name and its region, at its own size or as the town
// of its name.
func TestEveryDistrict(t *testing.T) {
	for _, pack := range countrytest.Packs {
		districts, err := pack.Districts()
		if err != nil {
			t.Fatal(err)
		}
		for _, district := range districts {
			region := tables(t).regions[district.Region]["en"]
			got := tables(t).Resolve(district.Names["en"]+", "+region, pack.Code)
			if !got.Understood || got.Place.Region != district.Region {
				t.Errorf("%s, %s: got %+v", district.Names["en"], region, got)
			}
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"kolkatta", "kolkata", 1}, {"kolkata", "kolkata", 0}, {"lodnon", "london", 1}, {"", "ab", 2}, {"abc", "ca", 3}, {"leeds", "leedsx", 1},
		{"कोलकता", "कोलकाता", 1}, {"abcdef", "ghijkl", 3}, {"ahemdabad", "ahmedabad", 1}, {"a", strings.Repeat("b", longest+1), 3},
	} {
		for _, pair := range [][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			if len(pair[0]) > longest {
				continue
			}
			if got := distance([]rune(pair[0]), pair[1], 2); min(got, 3) != tc.want {
				t.Errorf("%s and %s: got %d, want %d", pair[0], pair[1], got, tc.want)
			}
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, seed := range []string{
		"Kolkata", "কলকাতা", "कोलकाता", "৭০০০০১", "७००००१", "700 001", "Hove BN3", "BT1", "GY1", "999999", "", "Newport", "kolkatta",
		"SW1A 1", "sw1a 1aa", "m1\u00a01ae", "\xff", "ß1", "ﬀ1 1aa", "e1 6an, london", strings.Repeat("1 ", 40), "１a", "Noida, UP", "west bangal kolkatta",
	} {
		f.Add(seed, "")
		f.Add(seed, "GB")
	}
	x := tables(f)
	f.Fuzz(func(t *testing.T, text, code string) {
		asked := outage.Country(code)
		got := x.Resolve(text, asked)
		p := got.Place
		switch {
		case asked != "" && p.Country != asked:
			t.Errorf("%q in %q: the country is %q", text, code, p.Country)
		case p.Country == "" && (got.Understood || p.Region != ""), p.Region == "" && (p.District != "" || p.Cell != 0):
			t.Errorf("%q in %q: got %+v", text, code, got)
		case p.Region != "" && p.Region.Country() != p.Country:
			t.Errorf("%q in %q: %s lies in another country", text, code, p.Region)
		case got.Understood && len(got.Candidates) > 0, len(got.Candidates) > outage.Suggestions, !got.Understood && p.Cell != 0:
			t.Errorf("%q in %q: got %+v", text, code, got)
		}
		checkOffers(t, text, asked, got.Candidates)
		if again := x.Resolve(p.Name, p.Country); got.Understood && p.Kind != "" && len(x.names.of(key(words(p.Name)))) == 0 && again.Place != p {
			t.Errorf("%q became the code %q, which became %+v", text, p.Name, again)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	geography := tables(b).geography
	for b.Loop() {
		if _, err := Load(geography, countrytest.Packs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	x := tables(b)
	for _, text := range []string{"SW1A 1AA", "৭০০০০১", "কলকাতা", "Newport", "Kolkata, West Bengal", "kolkatta", "Atlantis", "No 5, Gandhi Nagar, near the station, Bengaluru 560"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				_ = x.Resolve(text, "")
			}
		})
	}
}
