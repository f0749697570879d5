package scenario

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Place is a city that reports come from.
type Place struct {
	Name       string
	Country    outage.Country
	Lat, Lng   float64 // degrees
	Population int
}

// A large city is many points: one for so many people, each so far from the
// next, up to the most. A point every two kilometres or so fills the cells
// that a map of a country shows.
const (
	peopleAPoint   = 300e3
	mostPoints     = 25
	pointSpacingKm = 1.8
	kmADegree      = 111.2
	goldenAngle    = 2.399963229728653 // radians, pi x (3 - sqrt 5)
	thousandths    = 1e3               // of a degree, to which points are rounded: about 100 m
)

// spot is a point of a city.
type spot struct {
	// first is the number of the first spot at the same point: the boroughs of a
	// city can share one, and what is reported at a point is one row.
	first      int
	city       string
	at         outage.LatLng
	population float64
}

// spots spreads the cities of a country over points, the largest city first.
func spots(places []Place, country outage.Country) []spot {
	own := make([]Place, 0, len(places))
	for _, p := range places {
		if p.Country == country && p.Population > 0 {
			own = append(own, p)
		}
	}
	slices.SortFunc(own, func(a, b Place) int {
		return cmp.Or(cmp.Compare(b.Population, a.Population), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lng, b.Lng))
	})
	var out []spot
	for i := range own {
		out = append(out, own[i].spots()...)
	}
	first := map[outage.LatLng]int{}
	for i := range out {
		if _, known := first[out[i].at]; !known {
			first[out[i].at] = i
		}
		out[i].first = first[out[i].at]
	}
	return out
}

// spots lays the points of a city along a sunflower's spiral, which fills a
// disc evenly whatever their number (H. Vogel 1979).
func (p *Place) spots() []spot {
	n := int(min(mostPoints, max(1, math.Ceil(float64(p.Population)/peopleAPoint))))
	out := make([]spot, n)
	for i := range out {
		radius := 0.
		if n > 1 {
			radius = pointSpacingKm * math.Sqrt(float64(i)+.5) / kmADegree
		}
		sin, cos := math.Sincos(float64(i) * goldenAngle)
		out[i] = spot{
			city: p.Name,
			at: outage.LatLng{
				Lat: rounded(p.Lat + radius*sin),
				Lng: rounded(p.Lng + radius*cos/math.Cos(p.Lat*math.Pi/180)),
			},
			population: float64(p.Population) / float64(n),
		}
	}
	return out
}

func rounded(degrees float64) float64 { return math.Round(degrees*thousandths) / thousandths }

// categorical draws numbers with given weights.
type categorical struct{ sums []float64 }

func newCategorical(n int, weight func(int) float64) categorical {
	d := categorical{sums: make([]float64, n)}
	sum := 0.
	for i := range d.sums {
		sum += weight(i)
		d.sums[i] = sum
	}
	return d
}

// draw is a number below the count of weights. One of weight 0 never comes.
func (d categorical) draw(random *rand.Rand) int {
	at := random.Float64() * d.sums[len(d.sums)-1]
	i, exact := slices.BinarySearch(d.sums, at)
	for exact && i+1 < len(d.sums) && d.sums[i] <= at {
		i++ // a sum belongs to the number after it
	}
	return min(i, len(d.sums)-1)
}

// possible reports whether any weight is above 0.
func (d categorical) possible() bool { return len(d.sums) > 0 && d.sums[len(d.sums)-1] > 0 }
