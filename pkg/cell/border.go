package cell

import (
	"fmt"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The resolutions of cells along borders, which say more exactly than those of
// resolution 6 where a point lies.
const (
	borderCoarse = 7
	borderFine   = 9
)

// border is what a point is looked up in for one country.
type border struct {
	// fine are cells of resolution 7 to 9 whose region is not that of the cell of
	// resolution 6 around them; the region may be one of a neighbouring country.
	fine map[outage.Cell]outage.Region
	land map[outage.Cell]outage.Region
}

func newBorder(pack *country.Pack, land []entry) (border, error) {
	cells, err := pack.Border()
	if err != nil {
		return border{}, err
	}
	b := border{
		fine: make(map[outage.Cell]outage.Region, len(cells)), land: make(map[outage.Cell]outage.Region, len(land)),
	}
	for _, line := range cells {
		if !valid(line.Cell) {
			return border{}, fmt.Errorf("reading the border cells of %s: %s is no H3 cell", pack.Code, line.Cell)
		}
		b.fine[line.Cell] = line.Region
	}
	for _, line := range land {
		b.land[line.cell] = line.region
	}
	return b, nil
}

// regionOf is the region of a point by its cells of resolution 9 and 6, "" for a point
// off the tables. The two are given apart, since cells do not nest exactly.
func (b border) regionOf(fine, cell outage.Cell) outage.Region {
	for resolution := borderFine; resolution >= borderCoarse; resolution-- {
		if region, ok := b.fine[fine.Parent(resolution)]; ok {
			return region
		}
	}
	for resolution := outage.CellFine; resolution >= outage.CellCoarse; resolution-- {
		if region, ok := b.land[cell.Parent(resolution)]; ok {
			return region
		}
	}
	return ""
}
