package public

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Floor is the smallest count below country level that is shown.
const Floor = 3

// node is a row of the public table: a cell of resolution 6 within a district, a cell
// of resolution 5 to 3 within a region, a district or a region (no cell), or a country
// (nothing). Cells of H3 do not end where regions do, so a coarse cell on a border is
// one node for each region. Larger cells take in what is near each other whatever
// district it lies in, so only what the finest cells show is known by district.
type node struct {
	region   outage.Region
	district outage.District
	cell     outage.Cell
}

func (n node) parent() node {
	switch {
	case n.cell != 0 && n.cell.Resolution() > outage.CellCoarse:
		return node{region: n.region, cell: n.cell.Parent(n.cell.Resolution() - 1)}
	case n.cell != 0 || n.district != "":
		return node{region: n.region}
	default:
		return node{}
	}
}

// The levels at which floored lets nodes show something, one after the other: those
// of cells from the finest on, districts of which no cell is known, regions.
const (
	levelDistrict = outage.CellFine - outage.CellCoarse + 1 + iota
	levelRegion
	levels
)

func (n node) level() int {
	switch {
	case n.cell != 0:
		return outage.CellFine - n.cell.Resolution()
	case n.district != "":
		return levelDistrict
	default:
		return levelRegion
	}
}

// networksOf is the number of networks in a node by what a count says of it.
func networksOf(at node, nodes outage.NodeCounts) int64 {
	switch at.level() {
	case levelDistrict:
		return nodes[outage.NodeDistrict]
	case levelRegion:
		return nodes[outage.NodeRegion]
	default:
		return nodes[at.level()]
	}
}

// milli is how many thousandths make one.
const milli = 1000

// tally is a number of reports of a node.
type tally struct {
	n      int64
	live   int64 // of n, those that came as they were made, and not by an import
	judged int64 // what the caps per network leave of n, in thousandths
}

func (t tally) plus(other tally) tally {
	return tally{t.n + other.n, t.live + other.live, t.judged + other.judged}
}

// part is n of the reports of a tally, with their share of what is judged.
func (t tally) part(n int64) tally {
	if t.n == 0 || n == 0 {
		return tally{}
	}
	return tally{n: n, live: min(n, t.live), judged: t.judged * n / t.n}
}

// shownOpen is what a cell with n reports of its own shows while its quarter hour
// is open: it appears with Floor, and then moves in steps of Floor. From two steps
// on at least Floor reports are held back, so that the whole count can be shown
// at the close.
func shownOpen(n int64) int64 {
	if n >= Floor && n < 2*Floor {
		return Floor
	}
	return restShownOpen(n)
}

// restShownOpen is the same for what moved up to a node. It appears only once
// Floor can be held back, so that it never has to move on at the close.
func restShownOpen(n int64) int64 {
	if n < 2*Floor {
		return 0
	}
	return n/Floor*Floor - Floor
}

// shownClosed is what a node shows once its quarter hour is over: all of its
// reports, unless that would be less than Floor more than it showed before.
func shownClosed(n, before int64) int64 {
	switch {
	case n < Floor:
		return 0
	case n <= before || n-before >= Floor:
		return n
	}
	return before
}

// floored moves each count that is under the floor, or of a node with too few
// networks, to its parent until it can be shown, and gives what each node then
// shows of its own. A leaf is the finest node that is known of some reports. What a
// node shows in all is this and what its descendants show.
// Counts that reach the top are not in the answer. held is what an open quarter hour
// holds back of nodes that have enough: they show it at the close.
//
// Every count in the answer is Floor or more, so each sum over it is 0, or Floor
// or more (primary cell suppression with aggregation to the parent). While a
// quarter hour is open, all counts are multiples of Floor; when it closes, each
// stays or grows by Floor at least. So no two answers about one node differ by
// less than Floor, whenever they were asked for.
func floored(leaves map[node]tally, networks map[node]int64, open bool) (shown map[node]tally, held int64) {
	shown = map[node]tally{}
	var byLevel [levels + 1]map[node]tally
	var before [levels + 1]map[node]int64 // live reports of the open quarter hour
	for level := range byLevel {
		byLevel[level], before[level] = map[node]tally{}, map[node]int64{}
	}
	for at, t := range leaves {
		byLevel[at.level()][at], before[at.level()][at] = t, t.live
	}
	above := func(at node) (node, int) {
		parent := at.parent()
		if parent.region == "" {
			return parent, levels
		}
		return parent, parent.level()
	}
	hidden := func(at node) bool { return networks[at] < outage.LeastNetworks }
	whileOpen := shownOpen
	for level := range levels {
		for at, live := range before[level] {
			if parent, to := above(at); live > 0 && (live < Floor || hidden(at)) {
				before[to][parent] += live
			}
		}
		for at, t := range byLevel[level] {
			n := int64(0)
			switch {
			case hidden(at):
			case open:
				n = whileOpen(t.n)
			default:
				n = shownClosed(t.n, whileOpen(before[level][at]))
			}
			part := t.part(n)
			if n > 0 {
				shown[at] = shown[at].plus(part)
			}
			rest := t.n - n
			switch {
			case rest == 0:
			case open && t.n >= Floor && !hidden(at):
				held += rest
			default:
				parent, to := above(at)
				byLevel[to][parent] = byLevel[to][parent].plus(tally{n: rest, judged: t.judged - part.judged})
			}
		}
		whileOpen = restShownOpen
	}
	return shown, held
}

// table is a sum of public tables over quarter hours, services and countries.
type table struct {
	total    int64
	unplaced unplaced
	held     int64 // until the close, in steps of Floor
	shown    map[node]tally
}

// unplaced are the reports of which no cell, no district, no region is known.
type unplaced struct{ cell, district, region int64 }

func (u *unplaced) add(count outage.Count) {
	if count.Cell == 0 {
		u.cell += count.N
	}
	if count.District == "" {
		u.district += count.N
	}
	if count.Region == "" {
		u.region += count.N
	}
}

// at is the number of those without a place of a level.
func (u unplaced) at(level int) int64 {
	switch level {
	case outage.LevelRegion:
		return u.region
	case outage.LevelDistrict:
		return u.district
	default:
		return u.cell
	}
}

func newTable() *table { return &table{shown: map[node]tally{}} }

// add adds one quarter hour of one service and country.
func (t *table) add(q quarter) {
	leaves, networks := map[node]tally{}, map[node]int64{}
	for _, count := range q.counts {
		if count.Kind != outage.Problem {
			continue
		}
		t.total += count.N
		t.unplaced.add(count)
		at := node{count.Region, count.District, count.Cell}
		if at == (node{}) {
			continue
		}
		leaves[at] = leaves[at].plus(tallyOf(count))
		for ; at != (node{}); at = at.parent() {
			networks[at] += networksOf(at, count.Nodes) + count.Keyed
		}
	}
	shown, held := floored(leaves, networks, q.open)
	// A single step of it would tell that the last report came from a place that
	// is shown.
	t.held += held / Floor * Floor
	for at, n := range shown {
		t.shown[at] = t.shown[at].plus(n)
	}
}

func tallyOf(count outage.Count) tally {
	return tally{n: count.N, live: count.N - count.Keyed, judged: int64(math.Round(count.Judged * milli))}
}

// at sums the table up at the resolution of its cells, or at a level above them.
func (t *table) at(level int) outage.Table {
	parts := map[node]tally{}
	for at, n := range t.shown {
		up := at
		switch {
		case level == outage.LevelRegion && at.region != "":
			up = node{region: at.region}
		case level == outage.LevelDistrict && at.district != "":
			up = node{region: at.region, district: at.district}
		case level >= outage.CellCoarse && at.cell != 0 && at.cell.Resolution() >= level:
			up.cell = at.cell.Parent(level)
		default:
			continue
		}
		parts[up] = parts[up].plus(n)
	}
	out := outage.Table{Total: t.total, Unplaced: t.unplaced.at(level), NotYetPlaced: t.held}
	for at, sum := range parts {
		out.Rows = append(out.Rows, outage.TableRow{
			Region: at.region, District: at.district, Cell: at.cell, Reports: sum.n, Judged: float64(sum.judged) / milli,
		})
	}
	return out
}

// cells joins the rows of each cell, which are one for each region it lies in:
// most reports first.
func cells(rows []outage.TableRow) []HeatCell {
	parts := map[node]tally{}
	for _, row := range rows {
		at := node{region: row.Region, cell: row.Cell}
		parts[at] = parts[at].plus(tally{n: row.Reports, judged: int64(math.Round(row.Judged * milli))})
	}
	sums := map[outage.Cell]*HeatCell{}
	most := map[outage.Cell]int64{}
	for at, n := range parts {
		sum, ok := sums[at.cell]
		if !ok {
			sum = &HeatCell{Cell: at.cell, Status: outage.StatusUnknown}
			sums[at.cell] = sum
		}
		sum.Reports, sum.Judged = sum.Reports+n.n, sum.Judged+float64(n.judged)/milli
		if n.n > most[at.cell] || n.n == most[at.cell] && at.region < sum.Region {
			most[at.cell], sum.Region = n.n, at.region
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
