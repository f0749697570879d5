package cell

import (
	"math/rand/v2"
	"testing"

	"github.com/uber/h3-go/v4"

	"github.com/open-downpour/downpour/pkg/outage"
)

// seeded gives reproducible randomness: the seed stands in the log of a test
// that failed.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func TestCellArithmeticAgreesWithH3(t *testing.T) {
	random := seeded(t)
	pentagons, err := h3.Pentagons(4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		point := h3.LatLng{Lat: random.Float64()*180 - 90, Lng: random.Float64()*360 - 180}
		if i%50 == 0 { // random points hardly ever meet a pentagon
			point, err = pentagons[random.IntN(len(pentagons))].LatLng()
			if err != nil {
				t.Fatal(err)
			}
		}
		resolution := random.IntN(16)
		want, err := h3.LatLngToCell(point, resolution)
		if err != nil {
			t.Fatal(err)
		}
		cell := outage.Cell(want)
		if cell.Resolution() != resolution {
			t.Fatalf("resolution of %s: got %d, want %d", cell, cell.Resolution(), resolution)
		}
		for r := range resolution + 1 {
			parent, err := want.Parent(r)
			if err != nil {
				t.Fatal(err)
			}
			if got := cell.Parent(r); got != outage.Cell(parent) {
				t.Fatalf("parent of %s at %d: got %s, want %s", cell, r, got, parent)
			}
		}
	}
}

// The weights of the tally hold only where every cell has seven children.
func TestNoPentagonNearTheTables(t *testing.T) {
	for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
		pentagons, err := h3.Pentagons(resolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, pentagon := range pentagons {
			if region := world(t).RegionOf(outage.Cell(pentagon)); region != "" {
				t.Errorf("pentagon %s lies in %s", pentagon, region)
			}
		}
	}
}

// GridDisk is another road to the rings that the lookup walks.
func TestRingsMakeADisk(t *testing.T) {
	origin, err := cellAt(outage.LatLng{Lat: 22.57, Lng: 88.36}, outage.CellFine)
	if err != nil {
		t.Fatal(err)
	}
	disk, err := h3.GridDisk(h3.Cell(origin), rings)
	if err != nil {
		t.Fatal(err)
	}
	missing := map[outage.Cell]bool{}
	for _, cell := range disk {
		missing[outage.Cell(cell)] = true
	}
	for k := 0; k <= rings; k++ {
		cells, err := ring(origin, k)
		if err != nil {
			t.Fatal(err)
		}
		if want := max(1, 6*k); len(cells) != want {
			t.Errorf("ring %d has %d cells, want %d", k, len(cells), want)
		}
		for _, cell := range cells {
			delete(missing, cell)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d cells of the disk are in no ring", len(missing))
	}
}
