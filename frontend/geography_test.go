package frontend

import (
	"context"
	"math"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// downpour has an outage that moves east with time. Part is the share of the land
// cells that have reports.
type downpour struct {
	pagetest.Readings
	shapes *cell.Geography
	part   float64
}

func (d downpour) Heatmap(_ context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	heat := public.Heatmap{Span: span, Service: service, Country: country, Resolution: resolution, Unplaced: 412, Withheld: 37}
	if d.Err != nil {
		return heat, d.Err
	}
	r := pagetest.Seeded("storm", service, country, resolution)
	eye := outage.LatLng{Lat: 23, Lng: 70 + float64(span.To%(24*60))/60}
	if country == countrytest.GB {
		eye = outage.LatLng{Lat: 53, Lng: -6 + float64(span.To%(24*60))/240}
	}
	for _, land := range d.shapes.Land(country, resolution) {
		if r.Float64() > d.part {
			continue
		}
		at := d.shapes.Center(land)
		ratio := (.6 + 26*math.Exp(-math.Hypot(at.Lat-eye.Lat, at.Lng-eye.Lng)/3)) * (.6 + .8*r.Float64())
		result := public.HeatCell{Cell: land, Region: d.shapes.RegionOf(land), Reports: int64(3 + 9*ratio*r.Float64()), Status: outage.StatusNormal}
		if r.Float64() < .12 {
			result.Reports, result.Status = 3, outage.StatusUnknown
		}
		if service != "" {
			result.Ratio, result.Expected = new(ratio), new(float64(result.Reports)/ratio)
		}
		heat.Cells, heat.Total = append(heat.Cells, result), heat.Total+result.Reports
	}
	heat.Total += heat.Unplaced + heat.Withheld
	return heat, nil
}

func (d downpour) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]public.RegionCount, error) {
	heat, err := d.Heatmap(ctx, service, country, country.MapResolution(), span)
	return pagetest.RegionsOf(heat), err
}
