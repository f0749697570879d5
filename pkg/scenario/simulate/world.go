package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Geography is what a simulation asks of the map.
type Geography interface {
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
}

// Point is a place that reports come from.
type Point struct {
	At     outage.LatLng
	Cell   outage.Cell
	Region outage.Region
	city   int
	weight float64
}

// World is a simulation: its streams and its truth.
type World struct {
	Params  Params
	Outages []*Outage
	Benign  []*Benign
	points  map[outage.Country][]Point
	series  []*stream
	held    map[outage.Country]outage.Span // a holiday that no calendar knows
	kept    map[outage.Country]map[outage.Minute]bool
}

// New builds a world whose reports come from the given cities of each country. The
// same params give the same world.
func New(params Params, geography Geography, cities func(outage.Country) []outage.City) (*World, error) {
	w := &World{
		Params: params,
		points: make(map[outage.Country][]Point),
		held:   make(map[outage.Country]outage.Span),
		kept:   make(map[outage.Country]map[outage.Minute]bool),
	}
	random := rand.New(rand.NewPCG(params.Seed, 1))
	for _, country := range outage.Countries() {
		points, err := pointsOf(country, cities(country), params.Clusters, geography, random)
		if err != nil {
			return nil, err
		}
		w.points[country] = points
		w.calendar(country)
	}
	for i := range params.Services {
		for _, country := range outage.Countries() {
			s := newStream(w, i, country, random)
			w.series = append(w.series, s)
			s.young = params.YoungEvery > 0 && len(w.series)%params.YoungEvery == 0
		}
	}
	w.schedule(random)
	for _, s := range w.series {
		s.measure()
	}
	return w, nil
}

// pointsOf scatters a few points about each city, more about a larger one.
func pointsOf(country outage.Country, cities []outage.City, clusters int, geography Geography, random *rand.Rand) ([]Point, error) {
	var points []Point
	for number, c := range cities {
		count, reach := 1+min(7, int(2*math.Sqrt(c.Millions))), .02
		if clusters > 0 {
			count, reach = clusters, .06
		}
		for i := range count {
			at, reach := c.At, reach*math.Sqrt(float64(count))
			if i > 0 {
				at.Lat += random.NormFloat64() * reach
				at.Lng += random.NormFloat64() * reach * 1.5
			}
			cell, in, region, err := geography.Locate(at)
			if err != nil || in != country {
				at = c.At
				if cell, _, region, err = geography.Locate(at); err != nil {
					return nil, fmt.Errorf("placing %s: %w", c.Name, err)
				}
			}
			points = append(points, Point{
				At: at, Cell: cell, Region: region, city: number,
				weight: c.Millions / float64(count) * math.Exp(.5*random.NormFloat64()),
			})
		}
	}
	return points, nil
}

// ServiceWeeks is how many series were judged for how many weeks.
func (w *World) ServiceWeeks() float64 {
	return float64(len(w.series) * (w.Params.Weeks - w.Params.Warmup))
}

// Span is the whole simulation, Judged the part after the warm-up.
func (w *World) Span() outage.Span {
	return outage.Span{From: w.Params.Start, To: w.Params.Start + week*outage.Minute(w.Params.Weeks)}
}

// Judged is the part after the warm-up.
func (w *World) Judged() outage.Span {
	return outage.Span{From: w.Params.Start + week*outage.Minute(w.Params.Warmup), To: w.Span().To}
}

const (
	day  = 1440
	week = 7 * day
)

// keeps reports whether people keep a holiday in a minute.
func (w *World) keeps(country outage.Country, m outage.Minute) bool {
	return w.held[country].Contains(m) || w.kept[country][m.Floor(15)]
}

// calendar notes the quarters of an hour of the holidays that the params name.
func (w *World) calendar(country outage.Country) {
	const quarter = 15
	kept := map[outage.Minute]bool{}
	w.kept[country] = kept
	if w.Params.Kept == nil {
		return
	}
	for m := w.Span().From; m < w.Span().To; m += quarter {
		if w.Params.Kept(country, m) {
			kept[m] = true
		}
	}
}
