package draw

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Limits of the classes of a map: a cell is in the last class whose limit it
// reaches. Ratios are against what is normal there; counts are drawn only
// where nothing is known to be normal, and say so.
var (
	RatioLimits = []float64{0, 2, 5, 10, 20}
	CountLimits = []float64{0, 10, 30, 100, 300}
)

// smallestShown is the least count that is shown below country level.
const MinimumCount = 3

// mapClasses is the number of colours of a map; the class after the last one
// is hatched: too few to say.
const MapClasses = 5

// outlineClass is the mark of a legend for a line.
const OutlineClass = MapClasses + 2

// hasRatios reports whether any cell has something to be compared with.
func HasRatios(heat outage.Heatmap) bool {
	return slices.ContainsFunc(heat.Cells, func(c outage.HeatCell) bool { return c.Ratio != nil })
}

// classed sorts the cells by class; hatched says whether the last one is used.
func Classify(heat outage.Heatmap, counts bool) (classes [MapClasses + 1][]outage.Cell, hatched bool) {
	for _, cell := range heat.Cells {
		class := ClassOfCell(cell, counts)
		classes[class] = append(classes[class], cell.Cell)
	}
	return classes, len(classes[MapClasses]) > 0
}

// classOfCell is the class of a cell: by its plain count, or by how it compares
// with what is normal where anything can be said about that.
func ClassOfCell(cell outage.HeatCell, counts bool) int {
	switch {
	case counts:
		return classOf(CountLimits, float64(cell.Reports))
	case cell.Ratio != nil && cell.Status != outage.StatusUnknown:
		return classOf(RatioLimits, *cell.Ratio)
	}
	return MapClasses
}

func classOf(limits []float64, x float64) int {
	class := 0
	for i, limit := range limits {
		if x >= limit {
			class = i
		}
	}
	return class
}
