package cell

import (
	"fmt"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// entry is a line of a table of cells: a whole cell, of resolution 3 to 6, that
// belongs to one region.
type entry struct {
	cell   outage.Cell
	region outage.Region
}

// entries are the land cells of a country. The tables are compacted: no cell of them
// lies within another, so their order does not matter.
func entries(pack *country.Pack) ([]entry, error) {
	cells, err := pack.Cells()
	if err != nil {
		return nil, err
	}
	out := make([]entry, len(cells))
	for i, line := range cells {
		if !valid(line.Cell) {
			return nil, fmt.Errorf("reading the cells of %s: %s is no H3 cell", pack.Code, line.Cell)
		}
		out[i] = entry{line.Cell, line.Region}
	}
	return out, nil
}

// told reports whether places are told at this resolution.
func told(resolution int) bool {
	return outage.CellCoarse <= resolution && resolution <= outage.CellFine
}
