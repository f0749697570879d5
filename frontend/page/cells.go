package page

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Cells reads the cells of a map state at the finest resolution that has no more
// than draw.MostCells.
func (s *Builder) Cells(ctx context.Context, asked address.MapState, part draw.Window) ([]byte, Meta, error) {
	f := s.requestIn(address.Address{Lang: asked.Lang}, asked.Country)
	sheet := s.maps[mapKey{asked.Country, draw.LargeResolution[asked.Country]}]
	for resolution := sheet.ResolutionIn(part); ; resolution-- {
		heat, err := s.Readings().Heatmap(ctx, asked.Service, asked.Country, resolution, asked.Shown())
		if err != nil {
			return nil, Meta{}, &outage.Error{Code: outage.CodeUnavailable, Detail: "The map cannot be read just now.", RetryAfter: 10 * time.Second}
		}
		answer := sheet.CellsIn(part, heat, asked.Show == address.ShowReports, asked.Over(s.AsOf()), f.words.regionName)
		if len(answer.Class) > draw.MostCells && resolution > outage.CellCoarse {
			continue
		}
		answer.When, answer.Note = f.when(asked, asked.Country), mapNote(f.Localizer, heat)
		for _, row := range f.rowsOf(ctx, asked, asked.Country) {
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
	return s.maps[mapKey{country, draw.LargeResolution[country]}].CoastlineJSON()
}
