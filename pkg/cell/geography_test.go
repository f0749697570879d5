package cell

import (
	"slices"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var load = sync.OnceValues(func() (*Geography, error) { return Load(countrytest.Packs) })

// world is the geography that the tests share.
func world(t testing.TB) *Geography {
	t.Helper()
	g, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestEveryRowCoversItsChildren(t *testing.T) {
	g, random := world(t), seeded(t)
	for country, lines := range g.byCountry {
		for _, line := range lines {
			if line.region.Country() != country {
				t.Fatalf("%s of %s stands in the table of %s", line.cell, line.region, country)
			}
			below, err := children(line.cell, outage.CellFine)
			if err != nil {
				t.Fatal(err)
			}
			for range min(len(below), 5) {
				child := below[random.IntN(len(below))]
				if got := g.RegionOf(child); got != line.region {
					t.Fatalf("%s under %s: got %s, want %s", child, line.cell, got, line.region)
				}
			}
		}
	}
}

func TestNoRowLiesWithinAnother(t *testing.T) {
	g := world(t)
	rows := 0
	for _, lines := range g.byCountry {
		rows += len(lines)
		for _, line := range lines {
			for r := outage.CellCoarse; r < line.cell.Resolution(); r++ {
				if region, ok := g.table[line.cell.Parent(r)]; ok {
					t.Errorf("%s of %s lies within a cell of %s", line.cell, line.region, region)
				}
			}
		}
	}
	if rows != len(g.table) || rows != 2614+13937 {
		t.Errorf("%d rows make %d cells, want %d", rows, len(g.table), 2614+13937)
	}
}

// The region of a coarse cell is recounted here child by child.
func TestRegionOfCoarseCellIsThatOfMostChildren(t *testing.T) {
	g, random := world(t), seeded(t)
	for _, country := range outage.Countries() {
		for resolution := outage.CellCoarse; resolution < outage.CellFine; resolution++ {
			land := g.Land(country, resolution)
			for range 60 {
				cell := land[random.IntN(len(land))]
				below, err := children(cell, outage.CellFine)
				if err != nil {
					t.Fatal(err)
				}
				counts := tally{}
				for _, child := range below {
					if region, ok := region6(g, child); ok {
						counts[region]++
					}
				}
				if got := g.RegionOf(cell); got == "" || counts[got] != slices.Max(values(counts)) {
					t.Errorf("%s: got %q of %v", cell, got, counts)
				}
			}
		}
	}
}

// region6 looks a cell of resolution 6 up by the table alone.
func region6(g *Geography, cell outage.Cell) (outage.Region, bool) {
	for r := outage.CellCoarse; r <= outage.CellFine; r++ {
		if region, ok := g.table[cell.Parent(r)]; ok {
			return region, true
		}
	}
	return "", false
}

func values(counts tally) []int {
	var out []int
	for _, n := range counts {
		out = append(out, n)
	}
	return out
}

func TestTallyTiesGoToTheSmallerCode(t *testing.T) {
	for _, tc := range []struct {
		counts tally
		want   outage.Region
	}{
		{nil, ""},
		{tally{"IN-WB": 1}, "IN-WB"},
		{tally{"IN-WB": 3, "IN-BR": 3, "IN-JH": 2}, "IN-BR"},
		{tally{"IN-WB": 4, "IN-BR": 3}, "IN-WB"},
	} {
		for range 20 { // the order of a map differs each time
			if got := tc.counts.most(); got != tc.want {
				t.Fatalf("%v: got %s, want %s", tc.counts, got, tc.want)
			}
		}
	}
}

func TestRegionOfOddCells(t *testing.T) {
	g := world(t)
	kolkata := outage.LatLng{Lat: 22.57, Lng: 88.36}
	for resolution := outage.CellCoarse; resolution <= 15; resolution++ {
		cell, err := cellAt(kolkata, resolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.RegionOf(cell); got != "IN-WB" {
			t.Errorf("resolution %d: got %q", resolution, got)
		}
	}
	big, err := cellAt(kolkata, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []outage.Cell{0, 1, big, ^outage.Cell(0)} {
		if got := g.RegionOf(cell); got != "" {
			t.Errorf("%s: got %s", cell, got)
		}
	}
}

// A report off the coast keeps a region when its cell is told more coarsely.
func TestRegionOfCoarseCellAtSea(t *testing.T) {
	g := world(t)
	tried := 0
	for _, country := range outage.Countries() {
		for _, shore := range g.Land(country, outage.CellFine)[:4000] {
			around, err := ring(shore, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range around {
				parent := cell.Parent(5)
				if g.RegionOf(cell) == "" || g.onLand(parent) != "" {
					continue
				}
				tried++
				if g.RegionOf(parent) == "" {
					t.Fatalf("%s has a region, its parent %s has none", cell, parent)
				}
			}
		}
	}
	if tried == 0 {
		t.Error("no coarse cell at sea was tried")
	}
}

func TestRegionOfIsSafeForConcurrentUse(t *testing.T) {
	g, err := Load(countrytest.Packs) // a fresh one, with nothing kept yet
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, spot := range spots {
				_, _, region, err := g.Locate(outage.LatLng{Lat: spot.lat, Lng: spot.lng})
				if err != nil || region != spot.region {
					t.Errorf("%s: got %s, %v", spot.name, region, err)
				}
			}
			g.Land(countrytest.GB, 5)
			g.CountryOutline(countrytest.GB, 4)
		})
	}
	all.Wait()
}

func TestRegionOfLandDoesNotAllocate(t *testing.T) {
	g := world(t)
	cells := g.Land(countrytest.GB, outage.CellFine)[:100]
	if n := testing.AllocsPerRun(10, func() {
		for _, cell := range cells {
			g.RegionOf(cell)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRegions(t *testing.T) {
	g := world(t)
	for country, want := range map[outage.Country]int{countrytest.GB: 12, countrytest.IN: 36, "FR": 0} {
		regions := g.Regions(country)
		if len(regions) != want || !slices.IsSorted(regions) {
			t.Errorf("%s: got %v", country, regions)
		}
	}
	g.Regions(countrytest.GB)[0] = "changed"
	if g.Regions(countrytest.GB)[0] == "changed" {
		t.Error("a caller changed the list for the others")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(countrytest.Packs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRegionOf(b *testing.B) {
	g := world(b)
	cells := g.Land(countrytest.IN, outage.CellFine)
	for i := 0; b.Loop(); i++ {
		g.RegionOf(cells[i%len(cells)])
	}
}
