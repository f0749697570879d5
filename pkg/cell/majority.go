package cell

import "github.com/open-downpour/downpour/pkg/outage"

// tally counts cells of resolution 6 by region.
type tally map[outage.Region]int

// add counts a cell of resolution 3 to 6 by its children at 6, of which every
// hexagon has seven per step. A pentagon has six; the difference decides nothing.
func (t tally) add(line entry) {
	weight := 1
	for r := line.cell.Resolution(); r < outage.CellFine; r++ {
		weight *= 7
	}
	t[line.region] += weight
}

// most is the region with the highest count, the smaller code of two equal
// ones, and "" for an empty tally.
func (t tally) most() outage.Region {
	var best outage.Region
	for region, n := range t {
		if n > t[best] || n == t[best] && region < best {
			best = region
		}
	}
	return best
}

// majorities gives each cell that is coarser than some line of the tables
// within it the region that holds most of those lines' cells.
func majorities(tables map[outage.Country][]entry) map[outage.Cell]outage.Region {
	tallies := map[outage.Cell]tally{}
	for _, lines := range tables {
		for _, line := range lines {
			for r := outage.CellCoarse; r < line.cell.Resolution(); r++ {
				parent := line.cell.Parent(r)
				if tallies[parent] == nil {
					tallies[parent] = tally{}
				}
				tallies[parent].add(line)
			}
		}
	}
	out := make(map[outage.Cell]outage.Region, len(tallies))
	for cell, counted := range tallies {
		out[cell] = counted.most()
	}
	return out
}
