package outage

// LeastNetworks is the number of networks that a node of the public table needs
// to be shown, beside its minimum count: the reports of one network may be those of
// one person.
const LeastNetworks = 2

// NodeLevels is the number of levels of the public table below country level:
// the cells of resolution CellFine to CellCoarse, and the region.
const NodeLevels = CellFine - CellCoarse + 2

// NodeCounts are numbers of reports by level of the public table, from the
// finest cell to the region.
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
