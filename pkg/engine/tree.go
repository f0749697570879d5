package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// tree is the places of a series: the country, its regions and cells, with the expected
// counts of each.
type tree struct {
	country *country
	base    *baseline.Series
}

// level is the depth of a handle in the tree.
func (t *tree) level(handle int32) detect.Level {
	switch {
	case handle == baseline.Whole:
		return detect.Country
	case int(handle) <= len(t.country.regions):
		return detect.Region
	}
	return detect.Cell
}

// covered reports whether a place is one of the handles, or part of one.
func (t *tree) covered(handle int32, handles []int32) bool {
	place := t.base.Place(handle)
	for _, h := range handles {
		if h == baseline.Whole || h == handle || h == place.Parent || h == place.Region {
			return true
		}
	}
	return false
}

// within reports whether a metro cell is part of a node.
func (t *tree) within(key outage.Cell, handle int32) bool {
	if handle == baseline.Whole {
		return true
	}
	metro, ok := t.base.Find(key)
	return ok && key != 0 && t.covered(metro, []int32{handle})
}

// overlaps reports whether a place has land in common with one of the parts.
func (t *tree) overlaps(handle int32, parts []int32) bool {
	for _, part := range parts {
		if part == handle || part == baseline.Whole || handle == baseline.Whole {
			return true
		}
	}
	for h := range int32(t.base.Places()) {
		if t.base.Place(h).Parent == baseline.Nowhere || !t.covered(h, []int32{handle}) {
			continue
		}
		if t.covered(h, parts) {
			return true
		}
	}
	return false
}

// cellsOf are the metro cells that handles cover, ascending.
func (t *tree) cellsOf(handles []int32) (cells []int32) {
	for h := range int32(t.base.Places()) {
		if t.base.Place(h).Parent != baseline.Nowhere && t.covered(h, handles) {
			cells = append(cells, h)
		}
	}
	return cells
}

// nodes are the places that a mask leaves with their counts since a minute, the
// country first, and the number of minutes that were observed.
func (t *tree) nodes(since outage.Minute, m *mask) (nodes []detect.Node, minutes int) {
	counts, minutes := t.recent(since, m)
	nodes = make([]detect.Node, 0, len(counts))
	for h := range int32(len(counts)) {
		if m.covers(h) && h != baseline.Whole {
			continue
		}
		place := t.base.Place(h)
		n := detect.Node{
			Handle: h, Level: t.level(h), Region: place.Region, Parent: place.Parent,
			Metro:    place.Parent != baseline.Nowhere,
			Observed: float64(counts[h]), Expected: t.base.Mean() * t.base.Share(h) * m.part(h) * float64(minutes),
		}
		if n.Metro {
			n.Center = t.country.center(place.Cell())
		}
		nodes = append(nodes, n)
	}
	return nodes, minutes
}

// recent are the counts of all places since a minute, by handle, without those of
// covered cells, and the number of minutes that were observed.
func (t *tree) recent(since outage.Minute, m *mask) (counts []uint32, minutes int) {
	places := t.base.Places()
	counts = make([]uint32, places)
	total, minutes := t.base.Recent(since, counts)
	for h := int32(places) - 1; h > 0; h-- {
		place := t.base.Place(h)
		if place.Parent == baseline.Nowhere { // a sparse cell or a region has no counts of its own
			continue
		}
		if m.covers(h) {
			total -= counts[h]
			continue
		}
		counts[place.Parent] += counts[h]
		if place.Region != baseline.Nowhere {
			counts[place.Region] += counts[h]
		}
	}
	counts[baseline.Whole] = total
	return counts, minutes
}

// excess is the excess of the places since a minute, and its shares by region; the
// shares are nil where too few of the reporters have a place.
func (t *tree) excess(since outage.Minute, handles []int32) (excess float64, shares []float64) {
	nodes, _ := t.nodes(since, &mask{})
	shares = make([]float64, len(t.country.regions))
	for _, h := range handles {
		excess += nodes[h].Excess() // without a mask the nodes are by handle
	}
	for i := range nodes {
		if n := &nodes[i]; n.Metro && n.Region != baseline.Nowhere && t.covered(n.Handle, handles) {
			shares[n.Region-1] += n.Excess()
		}
	}
	placed := 0.
	for i := range shares {
		shares[i] = max(0, shares[i])
		placed += shares[i]
	}
	const fewest = 5
	if placed < fewest {
		return excess, nil
	}
	for i := range shares {
		shares[i] /= placed
	}
	return excess, shares
}
