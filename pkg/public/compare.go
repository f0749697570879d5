package public

import (
	"context"
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// expect gives the points of a series what was expected of them.
func (s *Snapshot) expect(ctx context.Context, series *Series, service string, area outage.Area) {
	if service == "" {
		return
	}
	share := 1.
	if !area.Whole() {
		if share = s.shareOf(service, area); share == 0 {
			return
		}
	}
	var all []slots
	for _, of := range countries(area.Country) {
		all = append(all, s.normals.of(ctx, service, of, series.Span, s.at))
	}
	for i := range series.Points {
		point := &series.Points[i]
		expected, upper, known := 0., 0., false
		for _, of := range all {
			// A service that is not used in a country has no normal there.
			if band, ok := of.scaled(share).band(outage.Span{From: point.Start, To: point.Start + outage.Minute(series.Step)}); ok {
				expected, upper, known = expected+band.Expected(), upper+band.Upper(), true
			}
		}
		if known {
			point.Expected, point.Upper = &expected, &upper
		}
	}
}

// shareOf is the part of the country's reporters of a service that is normal for a
// region or a district, 0 where it is not known.
func (s *Snapshot) shareOf(service string, area outage.Area) float64 {
	watch, ok := s.view.Watch(service, area.Country)
	if !ok || watch.Baseline.Mean <= 0 {
		return 0
	}
	if area.District == "" {
		return watch.Regions[area.Region] / watch.Baseline.Mean
	}
	return s.shareOfPlaces(watch, outage.LevelDistrict)[node{Region: area.Region, District: area.District}]
}

// scaled is the normal of a part of the country.
func (s slots) scaled(share float64) slots {
	if share == 1 || s == nil {
		return s
	}
	out := make(slots, len(s))
	for at, normal := range s {
		normal.Mean *= share
		out[at] = normal
	}
	return out
}

// compare gives the cells of a heatmap of one service what was expected of
// them: the country's normal over the span, times the cell's share of it now.
func (s *Snapshot) compare(ctx context.Context, heatmap *Heatmap) {
	s.eachNormal(ctx, heatmap.Service, heatmap.Country, heatmap.Span, func(country outage.Country, watch outage.Watch, expected float64) {
		shares := sharesOf(watch, heatmap.Resolution)
		for i := range heatmap.Cells {
			cell := &heatmap.Cells[i]
			if cell.Region.Country() != country {
				continue
			}
			share := shares.of(cell.Cell)
			if expected := expected * share; expected > 0 {
				ratio := outage.Ratio(cell.Judged, expected)
				cell.Expected, cell.Ratio = &expected, &ratio
			}
			cell.Status = watch.StatusIn(cell.Region, cell.Cell, watch.Baseline.Mean*share, int64(math.Round(cell.Judged)))
		}
		heatmap.predict(country, expected)
	})
}

// Bounds of Heatmap.Widespread: the part of the expected reporters, and the ratio of
// the cells in which they are expected.
const widespreadPart, widespreadRatio = .5, 2

// predict gives the cells of a country their ordinary share of what was judged in them
// together. whole is what was expected in the country.
func (h *Heatmap) predict(country outage.Country, whole float64) {
	var judged, expected, raised float64
	for _, cell := range h.Cells {
		if cell.Region.Country() != country || cell.Expected == nil {
			continue
		}
		judged, expected = judged+cell.Judged, expected+*cell.Expected
		if *cell.Ratio >= widespreadRatio {
			raised += *cell.Expected
		}
	}
	if expected == 0 {
		return
	}
	h.Widespread = h.Widespread || raised >= widespreadPart*whole
	for i := range h.Cells {
		if cell := &h.Cells[i]; cell.Region.Country() == country && cell.Expected != nil {
			predicted := judged * *cell.Expected / expected
			cell.Predicted = &predicted
		}
	}
}

// eachNormal gives the countries in which the detector watches a service, and the
// reporters that were expected there over a span. All services together have none.
func (s *Snapshot) eachNormal(ctx context.Context, service string, country outage.Country, span outage.Span, each func(outage.Country, outage.Watch, float64)) {
	if service == "" {
		return
	}
	for _, country := range countries(country) {
		watch, ok := s.view.Watch(service, country)
		if !ok || watch.Baseline.Mean <= 0 {
			continue
		}
		past := outage.Span{From: span.From, To: min(span.To, outage.MinuteOf(s.at)+1)}
		if band, known := s.normals.of(ctx, service, country, past, s.at).band(past); known {
			each(country, watch, band.Expected())
		}
	}
}

// shares is the part of the country's reporters that is normal for each cell.
type shares map[outage.Cell]float64

// sharesOf sums what the detector knows of cells up to a resolution. Cells that
// it knows only as larger ones stay as they are.
func sharesOf(watch outage.Watch, resolution int) shares {
	known := shares{}
	for cell, mean := range watch.Cells {
		known[cell.Parent(resolution)] += mean / watch.Baseline.Mean
	}
	return known
}

// childrenPerCell is how many cells of the next resolution make up one.
const childrenPerCell = 7

// of is the share of a cell. Where only a larger cell is known, each of its
// children is taken for an equal part of it; 0 where nothing is known.
func (s shares) of(cell outage.Cell) float64 {
	part := 1.
	for resolution := cell.Resolution(); resolution >= outage.CellCoarse; resolution-- {
		if share, ok := s[cell.Parent(resolution)]; ok {
			return share * part
		}
		part /= childrenPerCell
	}
	return 0
}
