package cell

import (
	_ "embed" // the tables travel inside the program
	"fmt"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	//go:embed cells-gb.csv
	cellsGB []byte
	//go:embed cells-in.csv
	cellsIN []byte
	//go:embed regions.csv
	regionNames []byte
)

// entry is a line of a table of cells: a whole cell, of resolution 3 to 6, that
// belongs to one region.
type entry struct {
	cell   outage.Cell
	region outage.Region
}

// entries reads a table of cells. The tables are compacted: no cell of them
// lies within another, so their order does not matter.
func entries(name string, table []byte) ([]entry, error) {
	rows, err := csvtable.Rows(name, table, "cell,region")
	if err != nil {
		return nil, err
	}
	out := make([]entry, len(rows))
	for i, row := range rows {
		var cell outage.Cell
		if err := cell.UnmarshalText([]byte(row[0])); err != nil {
			return nil, fmt.Errorf("reading line %d of %s: %w", i+2, name, err)
		}
		if !told(cell.Resolution()) || !valid(cell) || row[1] == "" {
			return nil, fmt.Errorf("reading line %d of %s: want a cell of resolution %d to %d and its region",
				i+2, name, outage.CellCoarse, outage.CellFine)
		}
		out[i] = entry{cell, outage.Region(row[1])}
	}
	return out, nil
}

// told reports whether places are told at this resolution.
func told(resolution int) bool {
	return outage.CellCoarse <= resolution && resolution <= outage.CellFine
}
