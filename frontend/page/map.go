package page

import (
	"html/template"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
)

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
	land := f.builder.maps[mapKey{code, heat.Resolution}]
	made := heatmap{Counts: counts, Caption: name, Note: f.mapNote(heat)}
	if draw.HasRatios(heat) && f.At.Service != "" {
		made.Switch = f.mapSwitch(code)
	}
	classes, hatched := draw.Classify(heat, made.Counts)
	made.Legend = f.legend(made.Counts, hatched)
	if land == nil || land.Width == 0 {
		return made
	}
	made.SVG = land.SVG("m"+string(code), made.Caption, classes)
	return made
}

// mapSwitch links to this page with the map in either way.
func (f *frame) mapSwitch(code outage.Country) []link {
	unusual, counts := f.At, f.At
	unusual.Show, counts.Show = "", address.ShowReports
	return []link{
		{Path: unusual.Key() + "#map-" + string(code), Text: f.T("map.unusual"), Current: f.At.Show == ""},
		{Path: counts.Key() + "#map-" + string(code), Text: f.T("map.reports"), Current: f.At.Show == address.ShowReports},
	}
}

// withOutline draws a line over the map and says in the legend what it is.
func (h heatmap) withOutline(path, text string) heatmap {
	over := `<path class="foot" d="` + path + `"/></svg>`
	h.SVG = template.HTML(strings.TrimSuffix(string(h.SVG), "</svg>") + over)
	h.Legend = append(h.Legend, legendItem{Class: draw.OutlineClass, Text: text})
	return h
}

// legend prints the limits of the classes.
func (f *frame) legend(counts, hatched bool) []legendItem {
	var items []legendItem
	for i := range draw.MapClasses {
		items = append(items, legendItem{Class: i + 1, Text: f.limits(i, counts)})
	}
	if hatched {
		items = append(items, legendItem{Class: draw.MapClasses + 1, Text: f.T("map.few")})
	}
	return items
}

func (f *frame) limits(class int, counts bool) string {
	limits, key, upTo := draw.RatioLimits, "map.times", 0.0
	low := limits[class]
	if counts {
		limits, key, upTo = draw.CountLimits, "map.count", 1
		low = max(limits[class], draw.MinimumCount)
	}
	if class == draw.MapClasses-1 {
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
