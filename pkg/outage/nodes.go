package outage

// LeastNetworks is the number of networks that a node of the public table needs
// to be shown, beside its minimum count: the reports of one network may be those of
// one person.
const LeastNetworks = 2

// A place of the public table lies at one of these levels, which are told by the
// resolution of its cell, or by these numbers.
const (
	LevelRegion   = 0
	LevelDistrict = 1
)

// The bits of a NodeSet: the cells of resolution CellFine to CellCoarse, then the
// region and the district, which was added later.
const (
	NodeRegion   = CellFine - CellCoarse + 1
	NodeDistrict = NodeRegion + 1
	// NodeLevels is the number of levels of the public table below country level.
	NodeLevels = NodeDistrict + 1
)

// NodeCounts are numbers of reports by the bits of a NodeSet.
type NodeCounts [NodeLevels]int64

// NodeSet is a set of levels of the public table: bit 0 is the finest cell.
type NodeSet uint8

// Counts are n for each level of the set, and 0 for the others.
func (s NodeSet) Counts(n int64) (counts NodeCounts) {
	for level := range counts {
		if s>>level&1 == 1 {
			counts[level] = n
		}
	}
	return counts
}

// Plus is the sum of two counts, level by level.
func (c NodeCounts) Plus(other NodeCounts) NodeCounts {
	for level, n := range other {
		c[level] += n
	}
	return c
}
