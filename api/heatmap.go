package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// heatSummary is the totals in every JSON form of a heatmap.
type heatSummary struct {
	Service    *string         `json:"service"`
	Country    *outage.Country `json:"country"`
	Level      string          `json:"level"`
	Resolution *int            `json:"resolution"`
	AsOf       string          `json:"as_of"`
	From       string          `json:"from"`
	To         string          `json:"to"`
	Total      int64           `json:"total"`
	Unplaced   int64           `json:"unplaced"`
	Withheld   int64           `json:"withheld"`
	NotYet     int64           `json:"not_yet_placed"`
}

type heatCellJSON struct {
	Cell     *outage.Cell     `json:"cell"`
	Region   *outage.Region   `json:"region"`
	District *outage.District `json:"district"`
	Name     *string          `json:"name"`
	Reports  int64            `json:"reports"`
	Expected *float64         `json:"expected"`
	Ratio    *float64         `json:"ratio"`
	Status   outage.Status    `json:"status"`
}

type heatmapJSON struct {
	heatSummary
	list[heatCellJSON]
}

func (a *API) getHeatmap(c *fiber.Ctx) error {
	q := a.query(c, "service", "country", "level", "resolution", "from", "to", "window", "format", "cursor")
	q.cursor()
	service, country := q.service(), q.country()
	resolution := q.integer("resolution", outage.CellCoarse, outage.CellFine, usualResolution(country))
	level := q.level()
	span := q.span(outage.Quarter, longestDetail)
	if level != levelCell && q.text("resolution") != "" {
		q.fail(outage.Invalid("resolution", "Only cells have a resolution."))
	}
	offered := []format{formatJSON, formatGeoJSON, formatCSV}
	if level != levelCell {
		offered = []format{formatJSON, formatCSV}
	}
	chosen := q.format(c, offered...)
	if err := q.err(); err != nil {
		return err
	}
	if level != levelCell {
		return a.sendPlaces(c, q, service, country, level, span, chosen)
	}
	return a.sendCells(c, q, service, country, resolution, span, chosen)
}

// sendCells answers with the cells of a window in a format.
func (a *API) sendCells(c *fiber.Ctx, q *query, service string, country outage.Country, resolution int, span outage.Span, chosen format) error {
	window := span.Snap(outage.Quarter)
	key := strings.Join([]string{
		"heatmap", service, string(country), strconv.Itoa(resolution), strconv.FormatInt(int64(window.From), 10), strconv.FormatInt(int64(window.To), 10), chosen.name,
	}, " ")
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		heatmap, err := q.numbers.Heatmap(ctx, service, country, resolution, span)
		if err != nil {
			return nil, err
		}
		summary, cells := wireHeatmap(heatmap)
		switch chosen {
		case formatGeoJSON:
			return a.newGeoJSON(summary, cells)
		case formatCSV:
			return a.newCSV(summary, cells)
		}
		return a.newJSON(heatmapJSON{summary, list[heatCellJSON]{Items: cells}})
	})
}

// usualResolution is that of the country's large map, and the coarsest of those for all
// countries.
func usualResolution(country outage.Country) int {
	if country != "" {
		return country.LargeResolution()
	}
	coarsest := outage.CellFine
	for _, country := range outage.Countries() {
		coarsest = min(coarsest, country.LargeResolution())
	}
	return coarsest
}

func wireHeatmap(heatmap public.Heatmap) (heatSummary, []heatCellJSON) {
	summary := heatSummary{
		AsOf:       asOf(heatmap.AsOf),
		Service:    orNull(heatmap.Service),
		Country:    orNull(heatmap.Country),
		Level:      levelCell,
		Resolution: &heatmap.Resolution,
		From:       wireTime(heatmap.Span.From),
		To:         wireTime(heatmap.Span.To),
		Total:      heatmap.Total,
		Unplaced:   heatmap.Unplaced,
		Withheld:   heatmap.Withheld,
		NotYet:     heatmap.NotYetPlaced,
	}
	cells := make([]heatCellJSON, 0, len(heatmap.Cells))
	for _, cell := range heatmap.Cells {
		cells = append(cells, heatCellJSON{
			Cell:     &cell.Cell,
			Region:   orNull(cell.Region),
			Reports:  cell.Reports,
			Expected: number(cell.Expected),
			Ratio:    number(cell.Ratio),
			Status:   cell.Status,
		})
	}
	return summary, cells
}
