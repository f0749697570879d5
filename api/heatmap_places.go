package api

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// The levels of a heatmap.
const (
	levelCell     = "cell"
	levelRegion   = "region"
	levelDistrict = "district"
)

var tableLevels = map[string]int{levelRegion: outage.LevelRegion, levelDistrict: outage.LevelDistrict}

// level is that of the places of a heatmap.
func (q *query) level() string {
	level := q.text("level")
	if _, above := tableLevels[level]; level != "" && level != levelCell && !above {
		q.fail(outage.Invalid("level", "It must be cell, district or region."))
	}
	if level == "" {
		return levelCell
	}
	return level
}

// sendPlaces answers with the public table by region or district, as JSON or CSV.
func (a *API) sendPlaces(c *fiber.Ctx, q *query, service string, country outage.Country, level string, span outage.Span, chosen format) error {
	key := fmt.Sprintf("places %s %s %s %v %s", service, country, level, span.Snap(outage.Quarter), chosen.name)
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		table, err := q.numbers.Places(ctx, service, country, tableLevels[level], span)
		if err != nil {
			return nil, err
		}
		summary, places := a.wirePlaces(table, level)
		if chosen == formatCSV {
			return a.newPlacesCSV(summary, places)
		}
		return a.newJSON(heatmapJSON{summary, list[heatCellJSON]{Items: places}})
	})
}

func (a *API) wirePlaces(table public.PlaceTable, level string) (heatSummary, []heatCellJSON) {
	summary := heatSummary{
		AsOf: asOf(table.AsOf), Service: orNull(table.Service), Country: orNull(table.Country), Level: level,
		From: wireTime(table.Span.From), To: wireTime(table.Span.To),
		Total: table.Total, Unplaced: table.Unplaced, Withheld: table.Withheld, NotYet: table.NotYetPlaced,
	}
	places := make([]heatCellJSON, 0, len(table.Places))
	for _, place := range table.Places {
		name := a.config.Shapes.RegionName(place.Region, locale.Default)
		if place.District != "" {
			name = a.config.Shapes.DistrictName(place.District, locale.Default)
		}
		places = append(places, heatCellJSON{
			Region: orNull(place.Region), District: orNull(place.District), Name: orNull(name), Reports: place.Reports,
			Expected: number(place.Expected), Ratio: number(place.Ratio), Status: place.Status,
		})
	}
	return summary, places
}

// newPlacesCSV is an answer with a line for each region or district.
func (a *API) newPlacesCSV(summary heatSummary, places []heatCellJSON) (*answer, error) {
	records := make([][]string, 0, len(places))
	for _, place := range places {
		records = append(records, []string{
			code(place.Region), code(place.District), code(place.Name), strconv.FormatInt(place.Reports, 10),
			decimal(place.Expected), decimal(place.Ratio), string(place.Status),
		})
	}
	body, err := csvtable.Encode([]string{"region", "district", "name", "reports", "expected", "ratio", "status"}, records)
	if err != nil {
		return nil, err
	}
	made := a.newAnswer(typeCSV+"; charset=utf-8", body)
	made.Meta.headers = summaryHeaders(summary, "downpour-"+summary.Level)
	return made, nil
}

func code[Code ~string](value *Code) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

// summaryHeaders are the numbers of the whole of a table in CSV, which has no other
// place for them, and the name of the file.
func summaryHeaders(summary heatSummary, file string) map[string]string {
	return map[string]string{
		fiber.HeaderContentDisposition: fmt.Sprintf(`attachment; filename="%s.csv"`, file),
		"Downpour-As-Of":               summary.AsOf,
		"Downpour-Total":               strconv.FormatInt(summary.Total, 10),
		"Downpour-Unplaced":            strconv.FormatInt(summary.Unplaced, 10),
		"Downpour-Not-Yet-Placed":      strconv.FormatInt(summary.NotYet, 10),
		"Downpour-Withheld":            strconv.FormatInt(summary.Withheld, 10),
	}
}
