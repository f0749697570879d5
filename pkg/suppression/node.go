package suppression

import (
	"cmp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Node is a row of the public table: a cell of resolution 6 within a district, a cell
// of resolution 5 to 3 within a region, a district or a region (no cell), or a country
// (nothing). Cells of H3 do not end where regions do, so a coarse cell on a border is
// one node for each region. Larger cells take in what is near each other whatever
// district it lies in, so only what the finest cells show is known by district.
type Node struct {
	Region   outage.Region
	District outage.District
	Cell     outage.Cell
}

func (n Node) parent() Node {
	switch {
	case n.Cell != 0 && n.Cell.Resolution() > outage.CellCoarse:
		return Node{Region: n.Region, Cell: n.Cell.Parent(n.Cell.Resolution() - 1)}
	case n.Cell != 0 || n.District != "":
		return Node{Region: n.Region}
	default:
		return Node{}
	}
}

// The levels at which nodes come to show something, one after the other: those of cells
// from the finest on, districts of which no cell is known, regions.
const (
	levelDistrict = outage.CellFine - outage.CellCoarse + 1 + iota
	levelRegion
	levels
)

func (n Node) level() int {
	switch {
	case n.Cell != 0:
		return outage.CellFine - n.Cell.Resolution()
	case n.District != "":
		return levelDistrict
	default:
		return levelRegion
	}
}

// networksIn is which of the counts of networks are those of the nodes of a level.
func networksIn(level int) int {
	switch level {
	case levelDistrict:
		return outage.NodeDistrict
	case levelRegion:
		return outage.NodeRegion
	default:
		return level
	}
}

// at is the place of a node in a table by cells of a resolution, or by outage.LevelDistrict
// or LevelRegion; false where it has none.
func (n Node) at(level int) (Node, bool) {
	switch {
	case level == outage.LevelRegion:
		return Node{Region: n.Region}, n.Region != ""
	case level == outage.LevelDistrict:
		return Node{Region: n.Region, District: n.District}, n.District != ""
	case n.Cell == 0 || n.Cell.Resolution() < level:
		return Node{}, false
	case n.Cell.Resolution() == level:
		return n, true
	default:
		return Node{Region: n.Region, Cell: n.Cell.Parent(level)}, true
	}
}

func (n Node) compare(other Node) int {
	return cmp.Or(cmp.Compare(n.Cell, other.Cell), cmp.Compare(n.Region, other.Region), cmp.Compare(n.District, other.District))
}
