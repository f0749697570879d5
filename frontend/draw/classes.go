package draw

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Limits of the classes of a map: a cell is in the last class whose limit it
// reaches. Ratios are to the expected count of the cell; plain counts are drawn where
// no expected count is known, or on request.
var (
	RatioLimits = []float64{0, 2, 5, 10, 20}
	CountLimits = []float64{0, 10, 30, 100, 300}
)

// MinimumCount is the smallest count that is shown below country level.
const MinimumCount = 3

// MapClasses is the number of colours of a map; the class after the last one
// is hatched and means too few reports.
const MapClasses = 5

// OutlineClass is the class of a line in the legend.
const OutlineClass = MapClasses + 2

// HasRatios reports whether any cell has something to be compared with.
func HasRatios(heat public.Heatmap) bool {
	return slices.ContainsFunc(heat.Cells, func(c public.HeatCell) bool { return c.Ratio != nil })
}

// Classify sorts the cells by class; hatched reports whether the last one is used.
func Classify(heat public.Heatmap, counts bool) (classes [MapClasses + 1][]outage.Cell, hatched bool) {
	for _, cell := range heat.Cells {
		class := ClassOfCell(cell, counts)
		classes[class] = append(classes[class], cell.Cell)
	}
	return classes, len(classes[MapClasses]) > 0
}

// ClassOfCell is the class of a cell: by its plain count, or by its ratio to the
// expected count where that is known.
func ClassOfCell(cell public.HeatCell, counts bool) int {
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
