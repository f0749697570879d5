package cell

import (
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestLand(t *testing.T) {
	g := world(t)
	for _, country := range outage.Countries() {
		for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
			land := g.Land(country, resolution)
			if !slices.IsSorted(land) || len(slices.Compact(slices.Clone(land))) != len(land) {
				t.Errorf("%s at %d is not a sorted set", country, resolution)
			}
			for _, cell := range land {
				if cell.Resolution() != resolution || g.RegionOf(cell).Country() != country {
					t.Fatalf("%s at %d holds %s of %s", country, resolution, cell, g.RegionOf(cell))
				}
			}
			if resolution == outage.CellFine {
				continue
			}
			for _, cell := range g.Land(country, outage.CellFine) {
				if _, ok := slices.BinarySearch(land, cell.Parent(resolution)); !ok {
					t.Fatalf("%s at %d lacks the parent of %s", country, resolution, cell)
				}
			}
		}
	}
}

func TestLandOfOthers(t *testing.T) {
	g := world(t)
	for _, resolution := range []int{-1, 2, 7, 15} {
		if len(g.Land(countrytest.GB, resolution)) > 0 || g.CountryOutline(countrytest.GB, resolution) != nil ||
			g.RegionOutline("GB-TLI", resolution) != nil {
			t.Errorf("there is land at resolution %d", resolution)
		}
	}
	if g.Land("FR", 4) != nil || g.CountryOutline("FR", 4) != nil || g.RegionOutline("FR-IDF", 4) != nil {
		t.Error("France is not covered")
	}
}

func TestRegionsShareOutTheLand(t *testing.T) {
	g := world(t)
	for _, country := range outage.Countries() {
		owners := map[outage.Cell]int{}
		for _, region := range g.Regions(country) {
			cells := g.regionCells(region, outage.CellFine)
			for _, cell := range cells {
				owners[cell]++
			}
		}
		land := g.Land(country, outage.CellFine)
		if len(owners) != len(land) {
			t.Errorf("the regions of %s have %d cells of %d", country, len(owners), len(land))
		}
		for cell, n := range owners {
			if n != 1 {
				t.Fatalf("%s belongs to %d regions", cell, n)
			}
		}
	}
}

func TestEveryRegionHasAnOutline(t *testing.T) {
	g := world(t)
	for _, country := range outage.Countries() {
		for _, region := range g.Regions(country) {
			for resolution := outage.CellCoarse; resolution <= 5; resolution++ {
				if len(g.RegionOutline(region, resolution)) == 0 {
					t.Errorf("%s has no outline at %d", region, resolution)
				}
			}
		}
	}
}

func TestOutlinesContainTheSpots(t *testing.T) {
	g := world(t)
	for _, spot := range spots {
		for resolution := 4; resolution <= 5; resolution++ {
			cell, err := cellAt(outage.LatLng{Lat: spot.lat, Lng: spot.lng}, resolution)
			if err != nil {
				t.Fatal(err)
			}
			if g.onLand(cell) == "" {
				continue // a seafront whose cell is all sea at this resolution
			}
			middle := g.Center(cell)
			if !within(g.CountryOutline(spot.region.Country(), resolution), middle) {
				t.Errorf("%s lies outside its country at %d", spot.name, resolution)
			}
			if !within(g.RegionOutline(g.RegionOf(cell), resolution), middle) {
				t.Errorf("%s lies outside its region at %d", spot.name, resolution)
			}
		}
	}
}

// A hole in India's north would be a border that India does not draw.
func TestIndiaIsWhole(t *testing.T) {
	g := world(t)
	for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
		for _, polygon := range g.CountryOutline(countrytest.IN, resolution) {
			for _, hole := range polygon[1:] {
				if len(hole) > 6 && hole[0].Lat > 29 {
					t.Errorf("a hole of %d corners in the north at resolution %d", len(hole), resolution)
				}
			}
		}
	}
}

func TestRingsTurnTheRightWay(t *testing.T) {
	g := world(t)
	for _, country := range outage.Countries() {
		for _, cell := range g.Land(country, 4) {
			ring := g.Boundary(cell)
			if len(ring) < 6 || ring[0] == ring[len(ring)-1] || area(ring) <= 0 {
				t.Fatalf("%s: %d corners, area %v", cell, len(ring), area(ring))
			}
		}
		for _, polygon := range g.CountryOutline(country, 6) {
			for i, ring := range polygon {
				if ring[0] == ring[len(ring)-1] {
					t.Errorf("a ring of %s is closed", country)
				}
				if outer := i == 0; area(ring) > 0 != outer {
					t.Errorf("ring %d of a polygon of %s turns the wrong way", i, country)
				}
			}
		}
	}
}

func TestShapesOfWhatIsNoCell(t *testing.T) {
	g := world(t)
	if g.Valid(0) || g.Boundary(0) != nil || g.Center(0) != (outage.LatLng{}) {
		t.Error("the zero cell has a shape")
	}
	if bad := ^outage.Cell(0); g.Valid(bad) || g.Boundary(bad) != nil || g.Center(bad) != (outage.LatLng{}) {
		t.Errorf("%s has a shape", bad)
	}
}

// area is twice the signed area of a ring in square degrees, positive when it
// turns counter-clockwise with north up.
func area(ring []outage.LatLng) float64 {
	var sum float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p.Lng*q.Lat - q.Lng*p.Lat
	}
	return sum
}

// within counts crossings of a ray to the east: odd is inside.
func within(polygons []Polygon, p outage.LatLng) bool {
	inside := false
	for _, polygon := range polygons {
		for _, ring := range polygon {
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lng < a.Lng+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lng-a.Lng) {
					inside = !inside
				}
			}
		}
	}
	return inside
}
