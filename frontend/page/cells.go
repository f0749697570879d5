package page

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Cells reads the cells of a map state at the finest resolution that has no more
// than draw.MostCells.
func (s *Builder) Cells(ctx context.Context, state address.MapState, part draw.Window, scale draw.Scale) ([]byte, Meta, error) {
	f := s.requestIn(address.Address{Lang: state.Lang}, state.Country)
	projection := s.maps[mapKey{state.Country, state.Country.LargeResolution()}]
	for resolution := projection.ResolutionIn(part); ; resolution-- {
		heat, err := f.read.readings.Heatmap(ctx, state.Service, state.Country, resolution, state.Shown())
		if err != nil {
			return nil, Meta{}, &outage.Error{Code: outage.CodeUnavailable, Detail: "The map cannot be read just now.", RetryAfter: 10 * time.Second}
		}
		used := scale
		// Counts of smaller areas are smaller.
		if finer := resolution > state.Country.LargeResolution(); scale.Measure == 0 || scale.Measure == draw.Counts && finer {
			used = draw.ScaleOf(state.Show == address.ShowReports, heat)
		}
		answer := projection.CellsIn(part, heat, used, state.Over(f.read.asOf), f.Lang(), f.words.regionName)
		if len(answer.Class) > draw.MostCells && resolution > outage.CellCoarse {
			continue
		}
		for _, item := range legend(f.Localizer, used, false) {
			answer.Legend = append(answer.Legend, item.Text)
		}
		worst, spared := f.extremeTexts(f.read.extremes(ctx, state.Service, state.Country, state.Shown()))
		answer.Words = strings.TrimSpace(worst + " " + spared)
		answer.When, answer.Note = f.when(state, state.Country), mapNote(f.Localizer, heat)
		for _, row := range f.rowsOf(ctx, state, state.Country) {
			answer.Rows = append(answer.Rows, []any{row.Name, row.Number, row.Width})
		}
		body, err := json.Marshal(answer)
		if err != nil {
			return nil, Meta{}, fmt.Errorf("writing the cells of a map: %w", err)
		}
		return body, Meta{Partial: f.fresh.partial}, nil
	}
}

// Coastline is the coastline of a country as JSON, for closer zoom levels.
func (s *Builder) Coastline(country outage.Country) ([]byte, error) {
	return s.maps[mapKey{country, country.LargeResolution()}].CoastlineJSON()
}
