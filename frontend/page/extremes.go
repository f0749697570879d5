package page

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/public"
)

// namedPlaces is how many places are named where it is worst, and where it is least.
const namedPlaces = 3

// extremes names the towns where a map shows most and least, each by the ratio that its
// colours stand for. The worst have at least twice the usual, or, of shares, more than
// theirs; the others are those without.
func (q *request) extremes(land *draw.Projection, heat public.Heatmap, scale draw.Scale) (worst, spared string) {
	bound := 2.
	switch scale.Measure {
	case draw.Counts:
		return "", ""
	case draw.Shares:
		bound = 1
	}
	most := q.townsBy(land, heat, func(cell public.HeatCell) (float64, bool) {
		low, _, ok := scale.Interval(cell)
		return -low, ok && low > bound
	})
	if most == nil {
		return "", ""
	}
	least := q.townsBy(land, heat, func(cell public.HeatCell) (float64, bool) {
		_, high, ok := scale.Interval(cell)
		return high, ok && high < bound
	})
	if least != nil {
		spared = q.T("map.spared", "places", strings.Join(least, ", "))
	}
	return q.T("map.worst", "places", strings.Join(most, ", ")), spared
}

// townsBy are the towns of the cells with the lowest of the values that are given.
func (q *request) townsBy(land *draw.Projection, heat public.Heatmap, of func(public.HeatCell) (value float64, ok bool)) (names []string) {
	cells := slices.DeleteFunc(slices.Clone(heat.Cells), func(cell public.HeatCell) bool {
		_, ok := of(cell)
		return !ok
	})
	slices.SortFunc(cells, func(a, b public.HeatCell) int {
		x, _ := of(a)
		y, _ := of(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.Cell, b.Cell))
	})
	for _, cell := range cells {
		town, ok := land.TownOf(cell.Cell)
		if name := town.NameIn(q.Lang()); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) == namedPlaces {
			break
		}
	}
	return names
}
