package page

import (
	"html/template"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// heatmap is a map with its legend and its note.
type heatmap struct {
	SVG     template.HTML
	Legend  []legendItem
	About   string // what the colours stand for
	Switch  []link // between ratios and raw counts
	Caption string
	Worst   string // where it is worst, in words; "" where nothing is unusual
	Spared  string // where it is least, or ""
	Note    string // how many reports are in no cell
}

type legendItem struct {
	Class int
	Text  string
}

// heatmap draws the cells of a country over its land, one path for a class.
func (q *request) heatmap(heat public.Heatmap, code outage.Country, name string, scale draw.Scale) heatmap {
	land := q.builder.maps[mapKey{code, heat.Resolution}]
	result := heatmap{About: q.T(measureTexts[scale.Measure]), Caption: name, Note: mapNote(q.Localizer, heat)}
	if heat.HasRatios() && q.At.Service != "" {
		result.Switch = q.mapSwitch(code)
	}
	classes, hatched := scale.Classify(heat)
	result.Legend = legend(q.Localizer, scale, hatched)
	if land == nil || land.Width == 0 {
		return result
	}
	result.SVG = land.SVG("m"+string(code), q.Lang(), result.Caption, classes)
	return result
}

// mapSwitch links to this page with ratios and with plain counts.
func (q *request) mapSwitch(code outage.Country) []link {
	unusual, counts := q.At, q.At
	unusual.Show, counts.Show = "", address.ShowReports
	return []link{
		{Path: unusual.Key() + "#map-" + string(code), Text: q.T("map.unusual"), Current: q.At.Show == ""},
		{Path: counts.Key() + "#map-" + string(code), Text: q.T("map.reports"), Current: q.At.Show == address.ShowReports},
	}
}

// withOutline draws a line over the map and explains it in the legend.
func (h heatmap) withOutline(path, text string) heatmap {
	over := `<path class="foot" d="` + path + `"/></svg>`
	h.SVG = template.HTML(strings.TrimSuffix(string(h.SVG), "</svg>") + over)
	h.Legend = append(h.Legend, legendItem{Class: draw.OutlineClass, Text: text})
	return h
}

// measureTexts are the texts that say what the colours of a map stand for.
var measureTexts = map[draw.Measure]string{draw.Ratios: "map.ratio", draw.Shares: "map.share", draw.Counts: "map.counts"}

// legend prints the limits of the classes.
func legend(l *locale.Localizer, scale draw.Scale, hatched bool) []legendItem {
	var items []legendItem
	for i := range draw.MapClasses {
		items = append(items, legendItem{Class: i + 1, Text: limits(l, i, scale)})
	}
	if hatched {
		items = append(items, legendItem{Class: draw.MapClasses + 1, Text: l.T("map.few")})
	}
	return items
}

// limits is the range of values of a class. Those of counts are whole numbers.
func limits(l *locale.Localizer, class int, scale draw.Scale) string {
	key, low, upTo := "map.times", 0.0, 0.0
	if scale.Measure == draw.Counts {
		key, low, upTo = "map.count", draw.MinimumCount, 1
	}
	if class > 0 {
		low = scale.Limits[class-1]
	}
	if class == draw.MapClasses-1 {
		return l.T(key+".over", "from", l.Amount(low))
	}
	to := l.Amount(scale.Limits[class] - upTo)
	if low == 0 {
		return l.T(key+".under", "to", to)
	}
	return l.T(key, "from", l.Amount(low), "to", to)
}

// mapNote accounts for the reports that are in no cell of the map.
func mapNote(l *locale.Localizer, heat public.Heatmap) string {
	var parts []string
	if heat.Unplaced > 0 {
		parts = append(parts, l.T("map.unplaced", "n", heat.Unplaced))
	}
	if suppressed := heat.Withheld - heat.NotYetPlaced; suppressed > 0 {
		parts = append(parts, l.T("map.withheld", "n", suppressed))
	}
	if heat.NotYetPlaced > 0 {
		parts = append(parts, l.T("map.waiting", "n", heat.NotYetPlaced))
	}
	return strings.Join(parts, " ")
}
