package suppression

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Leaf is what was counted in the finest place that is known of some reports. Several leaves
// may be of one place.
type Leaf struct {
	Node
	Tally
	// Networks are the numbers of networks of the nodes that the place lies in, as
	// outage.NodeSet has them; each report of an importer counts as one in all of them.
	Networks outage.NodeCounts
}

// Table is a sum of public tables over quarter hours, services and countries. It is not safe
// for concurrent use.
type Table struct {
	least    Least
	total    int64
	unplaced unplaced
	held     int64
	shown    map[Node]Tally
	climbing [levels][]entry
}

// NewTable makes an empty table.
func NewTable(least Least) *Table { return &Table{least: least, shown: map[Node]Tally{}} }

// Shown are the rows, each with what it shows of its own: what a node shows in all is this
// and what the nodes below it show.
func (t *Table) Shown() map[Node]Tally { return t.shown }

// entry is a node, and what no level below could show of it.
type entry struct {
	Node
	n, judged int64
	live      int64 // that no level below showed while the quarter hour was open
	networks  outage.NodeCounts
}

// Add adds one quarter hour of one service and country, which is under way if open.
//
// Every count of a row is the minimum or more, so each sum over rows is 0 or that. While a
// quarter hour is open, all counts are multiples of the minimum; when it closes, each stays
// or grows by the minimum at least.
func (t *Table) Add(leaves []Leaf, open bool) {
	for level := range t.climbing {
		t.climbing[level] = t.climbing[level][:0]
	}
	for _, leaf := range leaves {
		t.total += leaf.N
		t.unplaced.add(leaf)
		if leaf.Node != (Node{}) {
			level := leaf.level()
			t.climbing[level] = append(t.climbing[level], entry{leaf.Node, leaf.N, leaf.Judged, leaf.Live, leaf.Networks})
		}
	}
	held := int64(0)
	for level := range levels {
		nodes := merged(t.climbing[level])
		for i := range nodes {
			held += t.place(&nodes[i], level, open)
		}
	}
	// A single step of it would tell that the last report came from a place that
	// is shown.
	t.held += held / int64(t.least) * int64(t.least)
}

// place lets an entry show what it can and moves the rest to its parent. held is what the
// open quarter hour holds back of a node that has enough: it shows it at the close.
func (t *Table) place(at *entry, level int, open bool) (held int64) {
	hidden := at.networks[networksIn(level)] < outage.LeastNetworks
	n := int64(0)
	if !hidden {
		n = t.least.shownAt(at, level, open)
	}
	part := Tally{N: at.n, Judged: at.judged}.Part(n)
	if n > 0 {
		t.shown[at.Node] = t.shown[at.Node].Plus(part)
	}
	up := entry{Node: at.parent(), networks: at.networks}
	if at.live > 0 && (at.live < int64(t.least) || hidden) {
		up.live = at.live
	}
	if open && at.n >= int64(t.least) && !hidden {
		held = at.n - n
	} else if at.n != n {
		up.n, up.judged = at.n-n, at.judged-part.Judged
	}
	if up.Region != "" {
		t.climbing[up.level()] = append(t.climbing[up.level()], up)
	}
	return held
}

// shownAt is what an entry of a level shows.
func (l Least) shownAt(at *entry, level int, open bool) int64 {
	whileOpen := l.movedUp
	if level == 0 {
		whileOpen = l.whileOpen
	}
	if open {
		return whileOpen(at.n)
	}
	return l.closed(at.n, whileOpen(at.live))
}

// merged are the sums of entries by node, in order. It changes the entries. Those that are in
// order already are not moved.
func merged(entries []entry) []entry {
	byNode := func(a, b entry) int { return a.compare(b.Node) }
	if !slices.IsSortedFunc(entries, byNode) {
		slices.SortFunc(entries, byNode)
	}
	last := 0
	for i := 1; i < len(entries); i++ {
		sum, one := &entries[last], &entries[i]
		if sum.Node == one.Node {
			sum.n, sum.judged, sum.live, sum.networks = sum.n+one.n, sum.judged+one.judged, sum.live+one.live, sum.networks.Plus(one.networks)
			continue
		}
		if last++; last < i {
			entries[last] = *one
		}
	}
	return entries[:min(len(entries), last+1)]
}

// At is the table by cells of a resolution, or by outage.LevelDistrict or LevelRegion. Its
// rows have no order.
func (t *Table) At(level int) outage.Table {
	parts := map[Node]Tally{}
	for node, tally := range t.shown {
		if at, ok := node.at(level); ok {
			parts[at] = parts[at].Plus(tally)
		}
	}
	out := outage.Table{Total: t.total, Unplaced: t.unplaced.at(level), NotYetPlaced: t.held}
	for at, sum := range parts {
		out.Rows = append(out.Rows, outage.TableRow{
			Region: at.Region, District: at.District, Cell: at.Cell, Reports: sum.N, Judged: float64(sum.Judged) / Milli,
		})
	}
	return out
}

// unplaced are the reports of which no cell, no district, no region is known.
type unplaced struct{ cell, district, region int64 }

func (u *unplaced) add(leaf Leaf) {
	if leaf.Cell == 0 {
		u.cell += leaf.N
	}
	if leaf.District == "" {
		u.district += leaf.N
	}
	if leaf.Region == "" {
		u.region += leaf.N
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
