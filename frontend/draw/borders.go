package draw

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// edge is a side shared by cells, its ends in order.
type edge struct{ a, b point }

func edgeOf(a, b point) edge {
	if comparePoints(a, b) > 0 {
		a, b = b, a
	}
	return edge{a, b}
}

func comparePoints(a, b point) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) }

// lines finds the sides of land cells that separate two regions (borders), and those
// with no land behind them (coast). Finer multiplies the units of the paths.
func (c *Projection) lines(finer float64) (borders, coast string) {
	beside := map[edge][]outage.Region{}
	for _, cell := range c.Land {
		ring, region := c.ringIn(cell, finer), c.shapes.RegionOf(cell)
		for i, p := range ring {
			side := edgeOf(p, ring[(i+1)%len(ring)])
			beside[side] = append(beside[side], region)
		}
	}
	var between, around []edge
	for side, regions := range beside {
		if len(regions) == 1 {
			around = append(around, side)
		} else if regions[0] != regions[1] {
			between = append(between, side)
		}
	}
	return chained(between), chained(around)
}

// Outline is the line around cells as a whole.
func (c *Projection) Outline(cells []outage.Cell) string {
	beside := map[edge]int{}
	for _, cell := range cells {
		ring := c.ring(cell)
		for i, p := range ring {
			beside[edgeOf(p, ring[(i+1)%len(ring)])]++
		}
	}
	var around []edge
	for side, n := range beside {
		if n == 1 {
			around = append(around, side)
		}
	}
	return chained(around)
}

// chained draws edges as few long lines: it walks from each unused edge as far
// as unused ones lead.
func chained(edges []edge) string {
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(comparePoints(a.a, b.a), comparePoints(a.b, b.b))
	})
	from := map[point][]int{}
	for i, e := range edges {
		from[e.a] = append(from[e.a], i)
		from[e.b] = append(from[e.b], i)
	}
	used := make([]bool, len(edges))
	var b pen
	for i, e := range edges {
		if used[i] {
			continue
		}
		used[i] = true
		b.to(e.a, true)
		b.to(e.b, false)
		for at := e.b; ; {
			next := slices.IndexFunc(from[at], func(j int) bool { return !used[j] })
			if next < 0 {
				break
			}
			j := from[at][next]
			used[j] = true
			if at == edges[j].a {
				at = edges[j].b
			} else {
				at = edges[j].a
			}
			b.to(at, false)
		}
	}
	return b.String()
}
