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

// claims are the cells of countries that are looked up before another one, and the
// cells around them. The tables of neighbours may have cells of the border in common;
// such a cell belongs to the country that is looked up first.
type claims struct {
	land, around map[outage.Cell]bool
}

func (c *claims) add(lines []entry) {
	if c.land == nil {
		c.land, c.around = map[outage.Cell]bool{}, map[outage.Cell]bool{}
	}
	for _, line := range lines {
		c.land[line.cell] = true
		for resolution := outage.CellCoarse; resolution < line.cell.Resolution(); resolution++ {
			c.around[line.cell.Parent(resolution)] = true
		}
	}
}

// leave are the lines without what is claimed already.
func (c *claims) leave(lines []entry) []entry {
	if c.land == nil {
		return lines
	}
	var left []entry
	for _, line := range lines {
		switch {
		case c.claimed(line.cell):
		case c.around[line.cell]:
			below, err := children(line.cell, line.cell.Resolution()+1)
			if err != nil {
				panic(err) // the lines were checked when they were read
			}
			for _, child := range below {
				left = append(left, c.leave([]entry{{child, line.region}})...)
			}
		default:
			left = append(left, line)
		}
	}
	return left
}

func (c *claims) claimed(cell outage.Cell) bool {
	for resolution := cell.Resolution(); resolution >= outage.CellCoarse; resolution-- {
		if c.land[cell.Parent(resolution)] {
			return true
		}
	}
	return false
}

// hasTables reports whether places are known at this resolution.
func hasTables(resolution int) bool {
	return outage.CellCoarse <= resolution && resolution <= outage.CellFine
}
