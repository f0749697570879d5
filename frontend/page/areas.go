package page

import (
	"html/template"
	"slices"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// area is a small map of where several incidents of a service are, "" for fewer than
// two.
func (q *request) area(open public.Group) template.HTML {
	if len(open) < 2 {
		return ""
	}
	country := open.Lead().Country
	land := q.builder.maps[mapKey{country, country.MapResolution()}]
	if land == nil || land.Width == 0 {
		return ""
	}
	return land.Area(q.T("event.map", "in", q.InCountry(country)), coarseCells(open))
}

// coarseCells are the cells of incidents in a country at the resolution of its maps,
// as far as their counts may be shown.
func coarseCells(open public.Group) []outage.Cell {
	resolution := open.Lead().Country.MapResolution()
	weights := map[outage.Cell]float64{}
	for _, in := range open {
		for _, part := range in.Footprint.Cells {
			weights[part.Cell.Parent(resolution)] += part.Weight
		}
	}
	var cells []outage.Cell
	for cell, weight := range weights {
		if weight >= draw.MinimumCount { // fewer could disclose a single report
			cells = append(cells, cell)
		}
	}
	slices.Sort(cells)
	return cells
}
