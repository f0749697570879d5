package heatmap

import (
	"cmp"
	"slices"

	"downpour/pkg/outage"
)

// Floor is the smallest count below country level that is shown.
const Floor = 3

// node is a row of the public table: a cell of resolution 6 to 3 within a
// region, a region (no cell), or a country (neither). Cells of H3 do not end
// where regions do, so a coarse cell on a border is one node for each region.
type node struct {
	region outage.Region
	cell   outage.Cell
}

func (n node) parent() node {
	switch {
	case n.cell != 0 && n.cell.Resolution() > outage.CellCoarse:
		return node{n.region, n.cell.Parent(n.cell.Resolution() - 1)}
	case n.cell != 0:
		return node{region: n.region}
	default:
		return node{}
	}
}

// floored moves each count under the floor to its parent until it is large
// enough to show, and gives what each node then shows of its own. What a node
// shows in all is this and what its descendants show. Counts under the floor
// that reach the top are not in the answer. Every count in the answer is
// Floor or more, so each sum over it is 0, or Floor or more.
func floored(leaves map[node]int64) map[node]int64 {
	shown := map[node]int64{}
	level := leaves
	for range outage.CellFine - outage.CellCoarse + 2 {
		above := map[node]int64{}
		for at, n := range level {
			switch {
			case n >= Floor:
				shown[at] = n
			case n > 0:
				above[at.parent()] += n
			}
		}
		level = above
	}
	return shown
}

// opening is what the open quarter hour shows: the counts of its whole minutes,
// so that it changes once a minute, but a cell that reached the floor in the
// minute under way appears with the floor itself. Nothing shows more than was
// counted by now, or reports taken back would leave more cells than total.
func opening(whole, now map[node]int64) map[node]int64 {
	leaves := make(map[node]int64, len(now))
	for at, n := range now {
		before := whole[at]
		if before < Floor && n >= Floor {
			before = Floor
		}
		leaves[at] = min(before, n)
	}
	return leaves
}

// table is a sum of public tables over quarter hours, services and countries.
type table struct {
	total, unplaced int64
	shown           map[node]int64
}

func newTable() *table { return &table{shown: map[node]int64{}} }

// add adds one quarter hour of one service and country.
func (t *table) add(q quarter) {
	leaves, whole := map[node]int64{}, map[node]int64{}
	for _, count := range q.counts {
		if count.Kind != outage.Problem {
			continue
		}
		t.total += count.N
		if count.Cell == 0 {
			t.unplaced += count.N
			continue
		}
		at := node{count.Region, count.Cell}
		leaves[at] += count.N
		if count.Start < q.wholeUntil {
			whole[at] += count.N
		}
	}
	if q.open {
		leaves = opening(whole, leaves)
	}
	for at, n := range floored(leaves) {
		t.shown[at] += n
	}
}

// at sums the table up at a resolution, or by region where it is 0.
func (t *table) at(resolution int) outage.Table {
	parts := map[node]int64{}
	for at, n := range t.shown {
		switch {
		case resolution == 0 && at.region != "":
			parts[node{region: at.region}] += n
		case resolution > 0 && at.cell != 0 && at.cell.Resolution() >= resolution:
			parts[node{at.region, at.cell.Parent(resolution)}] += n
		}
	}
	out := outage.Table{Total: t.total, Unplaced: t.unplaced}
	for at, n := range parts {
		out.Rows = append(out.Rows, outage.TableRow{Region: at.region, Cell: at.cell, Reports: n})
	}
	return out
}

// cells joins the rows of each cell, which are one for each region it lies in:
// most reports first.
func cells(rows []outage.TableRow) []outage.HeatCell {
	parts := map[node]int64{}
	for _, row := range rows {
		parts[node{row.Region, row.Cell}] += row.Reports
	}
	sums := map[outage.Cell]*outage.HeatCell{}
	most := map[outage.Cell]int64{}
	for at, n := range parts {
		sum, ok := sums[at.cell]
		if !ok {
			sum = &outage.HeatCell{Cell: at.cell, Status: outage.StatusUnknown}
			sums[at.cell] = sum
		}
		sum.Reports += n
		if n > most[at.cell] || n == most[at.cell] && at.region < sum.Region {
			most[at.cell], sum.Region = n, at.region
		}
	}
	cells := make([]outage.HeatCell, 0, len(sums))
	for _, sum := range sums {
		cells = append(cells, *sum)
	}
	slices.SortFunc(cells, func(a, b outage.HeatCell) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Cell, b.Cell))
	})
	return cells
}
