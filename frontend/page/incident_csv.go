package page

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Steps of the table of an incident, in minutes: of the country, and of a
// country whose incident was so long that the table would be too large.
const (
	tableStep     = 5
	tableStepLong = 60
	longIncident  = 7 * 24 * 60
	mostQuarters  = 400
	// districtQuarters bounds the part by district, which has many rows: a day.
	districtQuarters = 96
)

// IncidentCSV is the series of the country in steps of five minutes, and the
// regions and districts of the public table in 15-minute buckets.
func (s *Builder) IncidentCSV(ctx context.Context, _ address.Address, record public.Incident) ([]byte, error) {
	in, readings := record, s.config.Readings()
	span, step := in.Span(readings.Now()), tableStep
	if span.To-span.From > longIncident {
		step = tableStepLong
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"from", "minutes", "place", "reports", "works", "back", "expected", "upper"}) // a bytes.Buffer takes everything
	series, err := readings.Series(ctx, in.Service, outage.Area{Country: in.Country}, span.Snap(step), step)
	if err != nil {
		return nil, fmt.Errorf("reading the series: %w", err)
	}
	for _, p := range series.Points {
		_ = w.Write([]string{address.FormatMinute(p.Start), strconv.Itoa(step), string(in.Country), whole(p.Reports), whole(p.Works), whole(p.Back), decimal(p.Expected), decimal(p.Upper)})
	}
	quarters := span.Snap(outage.Quarter)
	quarters.To = min(quarters.To, quarters.From+mostQuarters*outage.Quarter)
	for at := quarters.From; at < quarters.To; at += outage.Quarter {
		regions, err := readings.Regions(ctx, in.Service, in.Country, outage.Span{From: at, To: at + outage.Quarter})
		if err != nil {
			return nil, fmt.Errorf("reading the regions: %w", err)
		}
		for _, region := range regions {
			if region.Region != "" {
				_ = w.Write([]string{address.FormatMinute(at), strconv.Itoa(outage.Quarter), string(region.Region), whole(region.Reports), "", "", "", ""})
			}
		}
	}
	quarters.To = min(quarters.To, quarters.From+districtQuarters*outage.Quarter)
	for at := quarters.From; at < quarters.To; at += outage.Quarter {
		table, err := readings.Places(ctx, in.Service, in.Country, outage.LevelDistrict, outage.Span{From: at, To: at + outage.Quarter})
		if err != nil {
			return nil, fmt.Errorf("reading the districts: %w", err)
		}
		for _, place := range table.Places {
			_ = w.Write([]string{address.FormatMinute(at), strconv.Itoa(outage.Quarter), string(place.District), whole(place.Reports), "", "", decimal(place.Expected), ""})
		}
	}
	w.Flush()
	if s.config.Demo != nil {
		return csvtable.Mark(out.Bytes(), csvtable.Demo), nil
	}
	return out.Bytes(), nil
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// decimal writes a number, "" if it is unknown.
func decimal(x *float64) string {
	v, ok := draw.Finite(x)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}
