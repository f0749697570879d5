package place

import (
	"strings"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// atlas stands in for the geography: each cell of resolution 3 is a region of
// its own, which shows that the region is asked for and kept.
type atlas struct{}

func (atlas) RegionOf(cell outage.Cell) outage.Region {
	return outage.Region("X-" + cell.Parent(3).String())
}

var load = sync.OnceValues(func() (*Index, error) { return Load(atlas{}) })

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
		{"sw1a", "", "SW1A", outage.PlaceOutcode, outage.GB},
		{"SW1A1AA", "", "SW1A", outage.PlaceOutcode, outage.GB},
		{"sw1a 1aa", "", "SW1A", outage.PlaceOutcode, outage.GB},
		{"  Sw1a-1aA ", outage.GB, "SW1A", outage.PlaceOutcode, outage.GB},
		{"S W 1 A 1 A A", "", "SW1A", outage.PlaceOutcode, outage.GB},
		{"E1 6AN", "", "E1", outage.PlaceOutcode, outage.GB},
		{"E16AN", "", "E1", outage.PlaceOutcode, outage.GB},
		{"M11", "", "M11", outage.PlaceOutcode, outage.GB},
		{"M1 1AE", "", "M1", outage.PlaceOutcode, outage.GB},
		{"BN3", "", "BN3", outage.PlaceOutcode, outage.GB},
		{"Hove BN3", "", "BN3", outage.PlaceOutcode, outage.GB},
		{"Hove, BN3 2FA", "", "BN3", outage.PlaceOutcode, outage.GB},
		{"BT1", "", "BT1", outage.PlaceOutcode, outage.GB},
		{"700001", "", "700001", outage.PlacePIN, outage.IN},
		{"700 001", outage.IN, "700001", outage.PlacePIN, outage.IN},
		{"৭০০০০১", "", "700001", outage.PlacePIN, outage.IN},
		{"७००००१", "", "700001", outage.PlacePIN, outage.IN},
		{"Kolkata 700 001", "", "700001", outage.PlacePIN, outage.IN},
		{"No 5, MG Road, 560001", "", "560001", outage.PlacePIN, outage.IN},
		{"Kolkata", "", "Kolkata", outage.PlaceCity, outage.IN},
		{"Calcutta", "", "Kolkata", outage.PlaceCity, outage.IN},
		{"কলকাতা", "", "কলকাতা", outage.PlaceCity, outage.IN},
		{"कोलकाता", outage.IN, "कोलकाता", outage.PlaceCity, outage.IN},
		{"BOMBAY", "", "Mumbai", outage.PlaceCity, outage.IN},
		{"poona", "", "Pune", outage.PlaceCity, outage.IN},
		{"Allahabad", "", "Prayagraj", outage.PlaceCity, outage.IN},
		{"গুয়াহাটি", "", "গুয়াহাটি", outage.PlaceCity, outage.IN},
		{"stoke on trent", "", "Stoke-on-Trent", outage.PlaceCity, outage.GB},
		{"Saint Albans", "", "St Albans", outage.PlaceCity, outage.GB},
		{"Caerdydd", "", "Caerdydd", outage.PlaceCity, outage.GB},
		{"hull", "", "Kingston upon Hull", outage.PlaceCity, outage.GB},
		{"লন্ডন", "", "লন্ডন", outage.PlaceCity, outage.GB},
		{"Hove", "", "Hove", outage.PlaceCity, outage.GB},
	} {
		t.Run(tc.text, func(t *testing.T) {
			got, err := tables(t).Lookup(tc.text, tc.country)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != tc.name || got.Kind != tc.kind || got.Country != tc.where {
				t.Errorf("got %+v, want %s %s in %s", got, tc.kind, tc.name, tc.where)
			}
			if got.Cell.Resolution() != outage.CellFine || got.Region != (atlas{}).RegionOf(got.Cell) {
				t.Errorf("got cell %s and region %s", got.Cell, got.Region)
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
		{"999999", "", outage.CodeUnknown, "No place"},
		{"000000", "", outage.CodeUnknown, "No place"},
		{"12345", "", outage.CodeInvalid, "six digits"},
		{"7000011", "", outage.CodeInvalid, "six digits"},
		{"Atlantis", "", outage.CodeUnknown, "no city"},
		{"Kolkata", outage.GB, outage.CodeUnknown, "no city"},
		{"Leeds", outage.IN, outage.CodeUnknown, "no city"},
		{"Leeds", "FR", outage.CodeUnknown, "no city"},
		{"700001", outage.GB, outage.CodeUnknown, "Indian"},
		{"SW1A", outage.IN, outage.CodeUnknown, "British"},
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
	prefix := x.prefixes[0]
	for last := range 1000 {
		digits := prefix.name + string([]byte{'0' + byte(last/100), '0' + byte(last/10%10), '0' + byte(last%10)})
		if _, ok := x.pins.find(digits); ok {
			continue
		}
		got, err := x.Lookup(digits, "")
		if err != nil || got.Cell != prefix.cell || got.Name != digits {
			t.Errorf("%s: got %+v, %v, want cell %s", digits, got, err, prefix.cell)
		}
		return
	}
	t.Error("no PIN is missing under the first prefix")
}

// Every code and every city is found under its own name.
func TestLookupOfEveryRow(t *testing.T) {
	x := tables(t)
	for kind, table := range map[outage.PlaceKind]codes{outage.PlaceOutcode: x.outcodes, outage.PlacePIN: x.pins} {
		for _, row := range table {
			got, err := x.Lookup(row.name, "")
			if err != nil || got.Cell != row.cell || got.Name != row.name || got.Kind != kind {
				t.Errorf("%s: got %+v, %v", row.name, got, err)
			}
			if kind == outage.PlaceOutcode {
				if whole, err := x.Lookup(row.name+"9zz", outage.GB); err != nil || whole != got {
					t.Errorf("%s with a second half: got %+v, %v", row.name, whole, err)
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
		{"Newport", outage.GB, 1, 2000}, {"Newport", outage.GB, 2, 300000}, {"newport", outage.IN, 3, 9000},
	}, []alias{{outage.GB, "Newport", "cy", "Casnewydd"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		key     string
		country outage.Country
		cell    outage.Cell
	}{{"newport", "", 2}, {"newport", outage.GB, 2}, {"newport", outage.IN, 3}, {"casnewydd", "", 2}} {
		if got, ok := names.find(tc.key, tc.country); !ok || got.city.cell != tc.cell {
			t.Errorf("%s in %q: got %+v", tc.key, tc.country, got)
		}
	}
	if got := names.suggest("new", outage.GB, 5); len(got) != 1 {
		t.Errorf("the smaller namesake is offered: %v", got)
	}
}

func TestAliasOfNoCity(t *testing.T) {
	if _, err := newGazetteer(nil, []alias{{outage.GB, "Atlantis", "", "Atlantida"}}); err == nil {
		t.Error("read without error")
	}
}

func TestDamagedTables(t *testing.T) {
	for _, table := range []string{"", "a,b\n", "pin,cell\n1\n", "pin,cell\n1,zz\n", "pin,cell\n1,851fb467fffffff\n"} {
		if _, err := readCodes("a table", []byte(table), "pin,cell"); err == nil {
			t.Errorf("codes %q: read without error", table)
		}
	}
	const header = "name,country,cell,population\n"
	for _, table := range []string{"", header + "Leeds,GB\n", header + "Leeds,GB,zz,1\n", header + "Leeds,GB,86195da4fffffff,many\n"} {
		if _, err := readCities([]byte(table)); err == nil {
			t.Errorf("cities %q: read without error", table)
		}
	}
	if _, err := readAliases([]byte("country,city\n")); err == nil {
		t.Error("aliases: read without error")
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
		if got.Cell == 0 || got.Name == "" || country != "" && got.Country != outage.Country(country) {
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
		if _, err := Load(atlas{}); err != nil {
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
