package place

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// atlas stands in for the geography: each cell of resolution 3 is a region of
// its own, which shows that the region is asked for and kept.
type atlas struct{}

func (atlas) RegionOf(cell outage.Cell) outage.Region {
	return outage.Region("X-" + cell.Parent(3).String())
}

func (atlas) DistrictOf(cell outage.Cell, region outage.Region) outage.District {
	return outage.District(region) + "-district"
}

func (atlas) CellIn(cell outage.Cell, _ outage.Region) outage.Cell { return cell }

var load = sync.OnceValues(func() (*Index, error) { return Load(atlas{}, countrytest.Packs) })

// tables is the index that the tests share.
func tables(t testing.TB) *Index {
	t.Helper()
	x, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestLookup(t *testing.T) {
	for _, tc := range []struct {
		text    string
		country outage.Country
		name    string
		kind    outage.PlaceKind
		where   outage.Country
	}{
		{"sw1a", "", "SW1A", countrytest.Outcode, countrytest.GB},
		{"SW1A1AA", "", "SW1A", countrytest.Outcode, countrytest.GB},
		{"sw1a 1aa", "", "SW1A", countrytest.Outcode, countrytest.GB},
		{"  Sw1a-1aA ", countrytest.GB, "SW1A", countrytest.Outcode, countrytest.GB},
		{"S W 1 A 1 A A", "", "SW1A", countrytest.Outcode, countrytest.GB},
		{"E1 6AN", "", "E1", countrytest.Outcode, countrytest.GB},
		{"E16AN", "", "E1", countrytest.Outcode, countrytest.GB},
		{"M11", "", "M11", countrytest.Outcode, countrytest.GB},
		{"M1 1AE", "", "M1", countrytest.Outcode, countrytest.GB},
		{"BN3", "", "BN3", countrytest.Outcode, countrytest.GB},
		{"Hove BN3", "", "BN3", countrytest.Outcode, countrytest.GB},
		{"Hove, BN3 2FA", "", "BN3", countrytest.Outcode, countrytest.GB},
		{"BT1", "", "BT1", countrytest.Outcode, countrytest.GB},
		{"700001", "", "700001", countrytest.PIN, countrytest.IN},
		{"700 001", countrytest.IN, "700001", countrytest.PIN, countrytest.IN},
		{"৭০০০০১", "", "700001", countrytest.PIN, countrytest.IN},
		{"७००००१", "", "700001", countrytest.PIN, countrytest.IN},
		{"Kolkata 700 001", "", "700001", countrytest.PIN, countrytest.IN},
		{"No 5, MG Road, 560001", "", "560001", countrytest.PIN, countrytest.IN},
		{"Kolkata", "", "Kolkata", outage.PlaceCity, countrytest.IN},
		{"Calcutta", "", "Kolkata", outage.PlaceCity, countrytest.IN},
		{"কলকাতা", "", "কলকাতা", outage.PlaceCity, countrytest.IN},
		{"कोलकाता", countrytest.IN, "कोलकाता", outage.PlaceCity, countrytest.IN},
		{"BOMBAY", "", "Mumbai", outage.PlaceCity, countrytest.IN},
		{"poona", "", "Pune", outage.PlaceCity, countrytest.IN},
		{"Allahabad", "", "Prayagraj", outage.PlaceCity, countrytest.IN},
		{"গুয়াহাটি", "", "গুয়াহাটি", outage.PlaceCity, countrytest.IN},
		{"stoke on trent", "", "Stoke-on-Trent", outage.PlaceCity, countrytest.GB},
		{"Saint Albans", "", "St Albans", outage.PlaceCity, countrytest.GB},
		{"Caerdydd", "", "Caerdydd", outage.PlaceCity, countrytest.GB},
		{"hull", "", "Kingston upon Hull", outage.PlaceCity, countrytest.GB},
		{"লন্ডন", "", "লন্ডন", outage.PlaceCity, countrytest.GB},
		{"Hove", "", "Hove", outage.PlaceCity, countrytest.GB},
	} {
		t.Run(tc.text, func(t *testing.T) {
			got, err := tables(t).Lookup(tc.text, tc.country)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != tc.name || got.Kind != tc.kind || got.Country != tc.where {
				t.Errorf("got %+v, want %s %s in %s", got, tc.kind, tc.name, tc.where)
			}
			own := got.Kind != outage.PlaceCity // a code has its own region, a city that of its cell
			if got.Cell.Resolution() != outage.CellFine || !own && got.Region != (atlas{}).RegionOf(got.Cell) {
				t.Errorf("got cell %s and region %s", got.Cell, got.Region)
			}
			if own && (got.Region.Country() != tc.where || got.District == "") {
				t.Errorf("got region %s and district %s", got.Region, got.District)
			}
		})
	}
}

func TestLookupRefuses(t *testing.T) {
	for _, tc := range []struct {
		text    string
		country outage.Country
		code    outage.Code
		says    string
	}{
		{"", "", outage.CodeInvalid, "empty"},
		{" - ", "", outage.CodeInvalid, "empty"},
		{strings.Repeat("a", longest+1), "", outage.CodeInvalid, "longer"},
		{strings.Repeat("ক", longest), "", outage.CodeUnknown, "no city"},
		{"GY1", "", outage.CodeUnknown, "Guernsey"},
		{"GY1 1AA", "", outage.CodeUnknown, "Guernsey"},
		{"je2 3", "", outage.CodeInvalid, "looks like"},
		{"JE2", "", outage.CodeUnknown, "Jersey"},
		{"im1", "", outage.CodeUnknown, "Isle of Man"},
		{"ZZ9", "", outage.CodeUnknown, "district"},
		{"ZZ9 9ZZ", "", outage.CodeUnknown, "district"},
		{"SW1A 1", "", outage.CodeInvalid, "looks like"},
		{"SW1A 1A", "", outage.CodeInvalid, "looks like"},
		{"SW1A 1A1", "", outage.CodeInvalid, "looks like"},
		{"SW1A 11A", "", outage.CodeInvalid, "looks like"},
		{"SW1A1", "", outage.CodeInvalid, "looks like"},
		{"M1 1", "", outage.CodeInvalid, "looks like"},
		{"000000", "", outage.CodeUnknown, "No place"},
		{"12345", "", outage.CodeInvalid, "six digits"},
		{"7000011", "", outage.CodeInvalid, "six digits"},
		{"Atlantis", "", outage.CodeUnknown, "no city"},
		{"Kolkata", countrytest.GB, outage.CodeUnknown, "no city"},
		{"Leeds", countrytest.IN, outage.CodeUnknown, "no city"},
		{"Leeds", "FR", outage.CodeUnknown, "no city"},
		{"700001", countrytest.GB, outage.CodeUnknown, "another country"},
		{"SW1A", countrytest.IN, outage.CodeUnknown, "another country"},
		{"\xff\xfe", "", outage.CodeInvalid, "empty"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			got, err := tables(t).Lookup(tc.text, tc.country)
			known := outage.AsError(err)
			if known == nil || known.Code != tc.code || known.Field != "place" || got != (outage.Place{}) {
				t.Fatalf("got %+v, %v, want %s on place", got, err, tc.code)
			}
			if !strings.Contains(known.Detail, tc.says) {
				t.Errorf("%q does not say %q", known.Detail, tc.says)
			}
		})
	}
}

// A PIN that the directory lacks is in the middle of its district.
func TestLookupOfMissingPIN(t *testing.T) {
	x := tables(t)
	pins := codesOf(t, x, countrytest.IN)
	prefix := pins.prefixes[0]
	for last := range 1000 {
		digits := fmt.Sprintf("%s%03d", prefix.Name, last)
		if _, ok := find(pins.table, digits); ok {
			continue
		}
		got, err := x.Lookup(digits, "")
		if err != nil || got.Cell != prefix.Cell || got.Region != prefix.Region || got.Name != digits {
			t.Errorf("%s: got %+v, %v, want cell %s", digits, got, err, prefix.Cell)
		}
		return
	}
	t.Error("no PIN is missing under the first prefix")
}

func codesOf(t *testing.T, x *Index, country outage.Country) *codes {
	t.Helper()
	for _, codes := range x.codes {
		if codes.country == country {
			return codes
		}
	}
	t.Fatalf("there are no codes of %s", country)
	return nil
}

// Codes for the forces and for large users have no place but their country.
func TestLookupOfCodesWithoutAPlace(t *testing.T) {
	for text, country := range map[string]outage.Country{
		"BFPO 61": countrytest.GB, "BF1 2AT": countrytest.GB, "BX1 1LT": countrytest.GB, "XX40 1AA": countrytest.GB,
		"GIR 0AA": countrytest.GB, "908776": countrytest.IN, "999999": countrytest.IN,
	} {
		got, err := tables(t).Lookup(text, "")
		if err != nil || got.Country != country || got.Region != "" || got.Cell != 0 {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
}

// The letter O stands for the digit 0 where no code has a letter.
func TestLookupReadsOAsZero(t *testing.T) {
	for text, want := range map[string]string{
		"EC1V OBW": "EC1V", "ec1vobw": "EC1V", "SW1A OAA": "SW1A", "M6O 1AA": "M60", "LS1O 4AP": "LS10",
		"7OOOO1": "700001", "56OO25": "560025", "7OO OO1": "700001", "OX1 OAA": "OX1", "SO14 ODX": "SO14",
	} {
		if got, err := tables(t).Lookup(text, ""); err != nil || got.Name != want {
			t.Errorf("%s: got %q, %v, want %s", text, got.Name, err, want)
		}
	}
}

// Every code and every city is found under its own name, and a code has the region and
// the district of its row.
func TestLookupOfEveryRow(t *testing.T) {
	x := tables(t)
	for _, codes := range x.codes {
		for _, row := range codes.table {
			typed := row.Name
			if typed == "GIR" {
				typed = "GIR 0AA" // the only code of a district without a digit
			}
			got, err := x.Lookup(typed, "")
			want := outage.Place{
				Name: row.Name, Kind: codes.grammar.Kind, Country: codes.country, Region: row.Region, District: row.District, Cell: row.Cell,
			}
			if err != nil || got != want {
				t.Errorf("%s: got %+v, %v", row.Name, got, err)
			}
			if codes.country == countrytest.GB && typed != "BFPO" && typed == row.Name {
				if whole, err := x.Lookup(row.Name+"9zz", countrytest.GB); err != nil || whole != got {
					t.Errorf("%s with a second half: got %+v, %v", row.Name, whole, err)
				}
			}
		}
	}
	for _, row := range x.cities {
		got, err := x.Lookup(row.text, row.city.country)
		if err != nil || got.Cell != row.city.cell || got.Kind != outage.PlaceCity {
			t.Errorf("%s: got %+v, %v", row.text, got, err)
		}
	}
}

func TestLookupPrefersTheLargerNamesake(t *testing.T) {
	names, err := newGazetteer([]city{
		{"Newport", countrytest.GB, 1, 2000}, {"Newport", countrytest.GB, 2, 300000}, {"newport", countrytest.IN, 3, 9000},
	}, []alias{{countrytest.GB, country.Alias{Of: "Newport", Language: "cy", Name: "Casnewydd"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		key     string
		country outage.Country
		cell    outage.Cell
	}{{"newport", "", 2}, {"newport", countrytest.GB, 2}, {"newport", countrytest.IN, 3}, {"casnewydd", "", 2}} {
		if got, ok := names.find(tc.key, tc.country); !ok || got.city.cell != tc.cell {
			t.Errorf("%s in %q: got %+v", tc.key, tc.country, got)
		}
	}
	if got := names.suggest("new", countrytest.GB, 5); len(got) != 1 {
		t.Errorf("the smaller namesake is offered: %v", got)
	}
}

func TestAliasOfNoCity(t *testing.T) {
	if _, err := newGazetteer(nil, []alias{{countrytest.GB, country.Alias{Of: "Atlantis", Name: "Atlantida"}}}); err == nil {
		t.Error("read without error")
	}
}

func FuzzLookup(f *testing.F) {
	for _, seed := range []string{
		"Kolkata", "কলকাতা", "कोलकाता", "৭০০০০১", "७००००१", "700 001", "Hove BN3", "BT1", "GY1", "999999", "",
		"SW1A 1", "sw1a 1aa", "m1\u00a01ae", "\xff", "ß1", "ﬀ1 1aa", "e1 6an, london", strings.Repeat("1 ", 60), "１a",
	} {
		f.Add(seed, "")
		f.Add(seed, "GB")
	}
	x := tables(f)
	f.Fuzz(func(t *testing.T, text, country string) {
		got, err := x.Lookup(text, outage.Country(country))
		if err != nil {
			if known := outage.AsError(err); known == nil || known.Field != field {
				t.Errorf("%q: %v is not for the sender", text, err)
			}
			return
		}
		if got.Cell == 0 && got.Region != "" || got.Name == "" || country != "" && got.Country != outage.Country(country) {
			t.Errorf("%q in %q: got %+v", text, country, got)
		}
		again, err := x.Lookup(got.Name, got.Country)
		if err != nil || again.Cell != got.Cell {
			t.Errorf("%q became %q, which became %+v, %v", text, got.Name, again, err)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(atlas{}, countrytest.Packs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	x := tables(b)
	for _, text := range []string{"SW1A 1AA", "৭০০০০১", "কলকাতা", "Atlantis"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				_, _ = x.Lookup(text, "")
			}
		})
	}
}
