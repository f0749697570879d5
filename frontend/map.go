package frontend

import (
	"html/template"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Limits of the classes of a map: a cell is in the last class whose limit it
// reaches. Ratios are against what is normal there; counts are drawn only
// where nothing is known to be normal, and say so.
var (
	ratioLimits = []float64{0, 2, 5, 10, 20}
	countLimits = []float64{0, 10, 30, 100, 300}
)

// smallestShown is the least count that is shown below country level.
const smallestShown = 3

// mapClasses is the number of colours of a map; the class after the last one
// is hatched: too few to say.
const mapClasses = 5

// outlineClass is the mark of a legend for a line.
const outlineClass = mapClasses + 2

// heatmap is a map, its legend, and what it cannot show.
type heatmap struct {
	SVG     template.HTML
	Legend  []legendItem
	Counts  bool   // the colours are raw counts
	Switch  []link // between what is unusual and raw counts
	Caption string
	Note    string // how many reports stand in no cell
}

type legendItem struct {
	Class int
	Text  string
}

// heatmap draws the cells of a country over its land, one path for a class.
func (f *frame) heatmap(heat outage.Heatmap, code outage.Country, name string, counts bool) heatmap {
	land := f.site.sheets[sheetKey{code, heat.Resolution}]
	made := heatmap{Counts: counts, Caption: name, Note: f.mapNote(heat)}
	if hasRatios(heat) && f.At.Service != "" {
		made.Switch = f.mapSwitch(code)
	}
	classes, hatched := classed(heat, made.Counts)
	made.Legend = f.legend(made.Counts, hatched)
	if land == nil || land.width == 0 {
		return made
	}
	made.SVG = land.picture("m"+string(code), made.Caption, classes)
	return made
}

// mapSwitch links to this page with the map in either way.
func (f *frame) mapSwitch(code outage.Country) []link {
	unusual, counts := f.At, f.At
	unusual.Show, counts.Show = "", showReports
	return []link{
		{Path: unusual.key() + "#map-" + string(code), Text: f.T("map.unusual"), Current: f.At.Show == ""},
		{Path: counts.key() + "#map-" + string(code), Text: f.T("map.reports"), Current: f.At.Show == showReports},
	}
}

// withOutline draws a line over the map and says in the legend what it is.
func (h heatmap) withOutline(path, text string) heatmap {
	over := `<path class="foot" d="` + path + `"/></svg>`
	h.SVG = template.HTML(strings.TrimSuffix(string(h.SVG), "</svg>") + over)
	h.Legend = append(h.Legend, legendItem{Class: outlineClass, Text: text})
	return h
}

// hasRatios reports whether any cell has something to be compared with.
func hasRatios(heat outage.Heatmap) bool {
	return slices.ContainsFunc(heat.Cells, func(c outage.HeatCell) bool { return c.Ratio != nil })
}

// classed sorts the cells by class; hatched says whether the last one is used.
func classed(heat outage.Heatmap, counts bool) (classes [mapClasses + 1][]outage.Cell, hatched bool) {
	for _, cell := range heat.Cells {
		class := classOfCell(cell, counts)
		classes[class] = append(classes[class], cell.Cell)
	}
	return classes, len(classes[mapClasses]) > 0
}

// classOfCell is the class of a cell: by its plain count, or by how it compares
// with what is normal where anything can be said about that.
func classOfCell(cell outage.HeatCell, counts bool) int {
	switch {
	case counts:
		return classOf(countLimits, float64(cell.Reports))
	case cell.Ratio != nil && cell.Status != outage.StatusUnknown:
		return classOf(ratioLimits, *cell.Ratio)
	}
	return mapClasses
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

// legend prints the limits of the classes.
func (f *frame) legend(counts, hatched bool) []legendItem {
	var items []legendItem
	for i := range mapClasses {
		items = append(items, legendItem{Class: i + 1, Text: f.limits(i, counts)})
	}
	if hatched {
		items = append(items, legendItem{Class: mapClasses + 1, Text: f.T("map.few")})
	}
	return items
}

func (f *frame) limits(class int, counts bool) string {
	limits, key, upTo := ratioLimits, "map.times", 0.0
	low := limits[class]
	if counts {
		limits, key, upTo = countLimits, "map.count", 1
		low = max(limits[class], smallestShown)
	}
	if class == mapClasses-1 {
		return f.T(key+".over", "from", f.Amount(limits[class]))
	}
	to := f.Amount(limits[class+1] - upTo)
	if class == 0 && !counts {
		return f.T(key+".under", "to", to)
	}
	return f.T(key, "from", f.Amount(low), "to", to)
}

// mapNote accounts for the reports that stand in no cell of the map.
func (f *frame) mapNote(heat outage.Heatmap) string {
	var parts []string
	if heat.Unplaced > 0 {
		parts = append(parts, f.T("map.unplaced", "n", heat.Unplaced))
	}
	if heat.Withheld > 0 {
		parts = append(parts, f.T("map.withheld", "n", heat.Withheld))
	}
	return strings.Join(parts, " ")
}
