package public

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/suppression"
)

// Floor is the smallest count below country level that is shown.
const Floor = 3

// milli is how many thousandths make one.
const milli = suppression.Milli

// tally is a number of reports.
type tally = suppression.Tally

func tallyOf(count outage.Count) tally {
	return tally{N: count.N, Live: count.N - count.Keyed, Judged: int64(math.Round(count.Judged * milli))}
}

// shown is what is shown of a tally that no table takes the rest of.
func shown(t tally, open bool) int64 { return suppression.Least(Floor).Shown(t, open) }

func newTable() *suppression.Table { return suppression.NewTable(Floor) }

// leaves are the problem reports of the quarter hour by place.
func (q quarter) leaves() (leaves []suppression.Leaf) {
	for _, count := range q.counts {
		if count.Kind != outage.Problem {
			continue
		}
		leaf := suppression.Leaf{Node: node{Region: count.Region, District: count.District, Cell: count.Cell}, Tally: tallyOf(count), Networks: count.Nodes}
		for level := range leaf.Networks {
			leaf.Networks[level] += count.Keyed
		}
		leaves = append(leaves, leaf)
	}
	return leaves
}

// node is a place of the public table.
type node = suppression.Node

// cells joins the rows of each cell, which are one for each region it lies in:
// most reports first.
func cells(rows []outage.TableRow) []HeatCell {
	parts := map[node]tally{}
	for _, row := range rows {
		at := node{Region: row.Region, Cell: row.Cell}
		parts[at] = parts[at].Plus(tally{N: row.Reports, Judged: int64(math.Round(row.Judged * milli))})
	}
	sums := map[outage.Cell]*HeatCell{}
	most := map[outage.Cell]int64{}
	for at, n := range parts {
		sum, ok := sums[at.Cell]
		if !ok {
			sum = &HeatCell{Cell: at.Cell, Status: outage.StatusUnknown}
			sums[at.Cell] = sum
		}
		sum.Reports, sum.Judged = sum.Reports+n.N, sum.Judged+float64(n.Judged)/milli
		if n.N > most[at.Cell] || n.N == most[at.Cell] && at.Region < sum.Region {
			most[at.Cell], sum.Region = n.N, at.Region
		}
	}
	cells := make([]HeatCell, 0, len(sums))
	for _, sum := range sums {
		cells = append(cells, *sum)
	}
	slices.SortFunc(cells, func(a, b HeatCell) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Cell, b.Cell))
	})
	return cells
}
