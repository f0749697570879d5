package draw

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// MinimumCount is the smallest count that is shown below country level.
const MinimumCount = 3

// MapClasses is the number of colours of a map; the class after the last one
// is hatched and has nothing to be compared with.
const MapClasses = 5

// OutlineClass is the class of a line in the legend.
const OutlineClass = MapClasses + 2

// Measure is what the colours of a map stand for.
type Measure byte

const (
	// Ratios are those of judged reporters to the expected ones.
	Ratios Measure = 'r'
	// Shares are ratios of judged reporters to those that the ordinary share of the cell
	// predicts of all on the map. In an outage of a whole country all ratios are large,
	// and shares show where it is worst.
	Shares Measure = 's'
	// Counts are plain counts of reports.
	Counts Measure = 'c'
)

// Scale has the classes of a map. Limits are the lower ends of all classes but the
// first, ascending.
type Scale struct {
	Measure Measure
	Limits  [MapClasses - 1]float64
}

// measureOf is what the colours of maps stand for that are to be compared: plain counts
// on request or where nothing is known, shares where any of them is of an event of
// its whole country.
func measureOf(heats []public.Heatmap, counts bool) Measure {
	if counts || !slices.ContainsFunc(heats, public.Heatmap.HasRatios) {
		return Counts
	}
	if slices.ContainsFunc(heats, func(h public.Heatmap) bool { return h.Widespread }) {
		return Shares
	}
	return Ratios
}

// Bounds of scales. Below the lowest limit of ratios, nothing is unusual; above the
// highest, pages state no ratios. leastSpread is the least ratio of one limit to the
// one before.
const (
	lowestRatio, highRatio, highestRatio = 2, 20, 100
	lowestCount                          = MinimumCount + 2
	lowShare, highShare                  = .3, 1.5
	leastSpread, leastCountSpread        = 1.25, 1.5
)

// ScaleOf is the scale of maps that are drawn alike. Its limits are geometric, from
// what one cell in seven is under to what one in seven is over, so that the busiest map
// uses its classes.
func ScaleOf(counts bool, heats ...public.Heatmap) Scale {
	scale := Scale{Measure: measureOf(heats, counts)}
	var values []float64
	for _, heat := range heats {
		for _, cell := range heat.Cells {
			if x, ok := scale.value(cell); ok {
				values = append(values, x)
			}
		}
	}
	low, high := edges(values)
	spread := leastSpread
	switch scale.Measure {
	case Ratios:
		high = min(max(high, highRatio), highestRatio)
		low = max(min(low, high/8), lowestRatio)
	case Shares: // what is worse than in the whole country has a class of its own
		low, high = max(low, lowShare), max(high, highShare)
	case Counts:
		low, spread = max(low, lowestCount), leastCountSpread
	}
	step := max(math.Cbrt(high/low), spread)
	for i := range scale.Limits {
		scale.Limits[i] = roundLimit(low*math.Pow(step, float64(i)), scale.Measure == Counts)
		if i > 0 && scale.Limits[i] <= scale.Limits[i-1] {
			scale.Limits[i] = nextLimit(scale.Limits[i-1], scale.Measure == Counts)
		}
	}
	return scale
}

// edgePart is the part of the cells below and above the limits.
const edgePart = 1. / 7

// edges are the values that a seventh of the values are under and over.
func edges(values []float64) (low, high float64) {
	if len(values) == 0 {
		return 1, 1
	}
	slices.Sort(values)
	last := float64(len(values) - 1)
	return max(values[int(math.Ceil(edgePart*last))], 1e-3), max(values[int((1-edgePart)*last)], 1e-3)
}

// roundNumbers are the numbers that limits are rounded to, times a power of ten.
var roundNumbers = []float64{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10}

// roundLimit is the round number closest to one, in ratio.
func roundLimit(x float64, whole bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	best := roundNumbers[0]
	for _, n := range roundNumbers {
		if math.Abs(math.Log(n*power/x)) < math.Abs(math.Log(best*power/x)) {
			best = n
		}
	}
	return written(best*power, whole)
}

// written is a limit as pages write it: whole, or with one decimal below ten.
func written(x float64, whole bool) float64 {
	if whole || x >= 10 {
		return math.Ceil(x - 1e-9)
	}
	return max(math.Round(x*10), 1) / 10
}

// nextLimit is the round number after one.
func nextLimit(x float64, whole bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x*(1+1e-9))))
	for _, n := range roundNumbers {
		if next := written(n*power, whole); next > x {
			return next
		}
	}
	return x * 2
}

// value is what a cell is coloured by; false where it has nothing to be compared with.
func (s Scale) value(cell public.HeatCell) (float64, bool) {
	if s.Measure == Counts {
		return float64(cell.Reports), true
	}
	return cell.Compared(s.Measure == Shares)
}

// ClassOf is the class of a cell, from 0; MapClasses where it has nothing to be
// compared with.
func (s Scale) ClassOf(cell public.HeatCell) int {
	x, ok := s.value(cell)
	if !ok {
		return MapClasses
	}
	class := 0
	for _, limit := range s.Limits {
		if x >= limit {
			class++
		}
	}
	return class
}

// Classify sorts the cells by class; hatched reports whether the last one is used.
func (s Scale) Classify(heat public.Heatmap) (classes [MapClasses + 1][]outage.Cell, hatched bool) {
	for _, cell := range heat.Cells {
		class := s.ClassOf(cell)
		classes[class] = append(classes[class], cell.Cell)
	}
	return classes, len(classes[MapClasses]) > 0
}

// String writes a scale as ParseScale reads it.
func (s Scale) String() string {
	text := string(s.Measure)
	for _, limit := range s.Limits {
		text += "_" + strconv.FormatFloat(limit, 'f', -1, 64)
	}
	return text
}

// ParseScale reads a scale that a page gave its map client, "" for none. Limits are
// round, so that readers cannot ask for too many different responses.
func ParseScale(text string) (Scale, error) {
	var scale Scale
	if text == "" {
		return scale, nil
	}
	bad := outage.Invalid("scale", "It must be as the page of the map has it.")
	parts := strings.Split(text[1:], "_")
	if scale.Measure = Measure(text[0]); !strings.ContainsRune("rsc", rune(text[0])) || len(parts) != len(scale.Limits)+1 || parts[0] != "" {
		return Scale{}, bad
	}
	for i := range scale.Limits {
		x, err := strconv.ParseFloat(parts[i+1], 64)
		if err != nil || x < .1 || x > 1e9 || x != roundLimit(x, scale.Measure == Counts) || i > 0 && x <= scale.Limits[i-1] {
			return Scale{}, bad
		}
		scale.Limits[i] = x
	}
	return scale, nil
}
