package place

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// leastRows is how many inputs of each kind are tried.
const leastRows = 60

var load = sync.OnceValues(func() (*Index, error) {
	geography, err := cell.Load(countrytest.Packs)
	if err != nil {
		return nil, err
	}
	return Load(geography, countrytest.Packs)
})

// tables is the index that the tests share.
func tables(t testing.TB) *Index {
	t.Helper()
	x, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// rowsOf are the lines of a table of inputs, without its header.
func rowsOf(t *testing.T, file string) [][]string {
	t.Helper()
	open, err := os.Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	rows, err := csv.NewReader(open).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) <= leastRows {
		t.Errorf("%s has %d lines", file, len(rows)-1)
	}
	return rows[1:]
}

func TestPostalCodes(t *testing.T) {
	for _, row := range rowsOf(t, "codes.csv") {
		want := where{country: outage.Country(row[1]), region: outage.Region(row[2]), district: outage.District(row[3])}
		for _, country := range []outage.Country{"", want.country} {
			got := tables(t).Resolve(row[0], country)
			if p := got.Place; !got.Understood || p.Country != want.country || p.Region != want.region || p.District != want.district || len(got.Candidates) > 0 {
				t.Errorf("%s in %q: got %+v, want %+v", row[0], country, got, want)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, row := range rowsOf(t, "names.csv") {
		region := outage.Region(row[1])
		for _, country := range []outage.Country{"", region.Country()} {
			got := tables(t).Resolve(row[0], country)
			if !got.Understood || got.Place.Region != region || got.Place.Country != region.Country() {
				t.Errorf("%s in %q: got %+v, want %s", row[0], country, got, region)
			}
		}
	}
}

// What is spelled wrong is the place where only one can be meant; else it is among the
// candidates.
func TestMisspelt(t *testing.T) {
	for _, row := range rowsOf(t, "misspelt.csv") {
		region := outage.Region(row[2])
		for _, country := range []outage.Country{"", region.Country()} {
			got := tables(t).Resolve(row[0], country)
			isName := func(p outage.Place) bool { return p.Region == region && key(words(p.Name)) == key(words(row[1])) }
			if !(got.Understood && isName(got.Place)) && !slices.ContainsFunc(got.Candidates, func(p outage.Place) bool { return p.Region == region }) {
				t.Errorf("%s in %q: got %+v, want %s", row[0], country, got, row[1])
			}
			if !got.Understood {
				t.Logf("%s in %q asks: %+v", row[0], country, got)
			}
		}
	}
}

func TestSeveralWords(t *testing.T) {
	for _, row := range rowsOf(t, "combined.csv") {
		region := outage.Region(row[1])
		for _, country := range []outage.Country{"", region.Country()} {
			if got := tables(t).Resolve(row[0], country); !got.Understood || got.Place.Region != region {
				t.Errorf("%s in %q: got %+v, want %s", row[0], country, got, region)
			}
		}
	}
}
