package detect

import "slices"

// Narrow looks again at a footprint of the country or of regions, the area: where its
// excess is that of separate cells, and the rest of it has no excess of its own, the
// strongest cell, with those near it, is all that its incident may claim. The others are
// faults of their own. It returns handles, ascending, and nil where the excess is not so.
// The nodes are those of the whole country, inside reports whether one is part of the area.
func Narrow(p *Params, nodes []Node, area Area, inside func(*Node) bool) []int32 {
	prior := newLocaliser(p, nodes, nodes[0].Handle).prior[Cell]
	var cells []Node
	separate, observed, expected := 0., area.Observed, area.Expected
	for i := range nodes {
		n := &nodes[i]
		gain := poissonScan(n.Observed, n.Expected) + prior
		if !n.Metro || gain <= 0 || !inside(n) {
			continue
		}
		separate += gain
		cells = append(cells, *n)
		observed, expected = observed-n.Observed, expected-n.Expected
	}
	whole := poissonScan(area.Observed, area.Expected)
	if separate <= p.ScatterRatio*whole || poissonScan(observed, expected) > p.Needed/2 {
		return nil
	}
	narrowed := areaOf(Cell, nearStrongest(cells, p.SetReach)).Handles
	slices.Sort(narrowed)
	return narrowed
}
