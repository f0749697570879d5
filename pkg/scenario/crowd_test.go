package scenario

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// borders are boxes that hold each country with its cities, and not the other.
var borders = map[outage.Country][4]float64{countrytest.GB: {49, 61, -9, 2}, countrytest.IN: {6, 37, 68, 98}}

func TestPointsLieNearTheirCity(t *testing.T) {
	for _, country := range outage.Countries() {
		box := borders[country]
		seen := map[outage.LatLng]bool{}
		people := map[string]float64{}
		for _, s := range spots(towns, country) {
			if s.at.Lat < box[0] || s.at.Lat > box[1] || s.at.Lng < box[2] || s.at.Lng > box[3] {
				t.Errorf("%s has a point at %v, outside %s", s.city, s.at, country)
			}
			if seen[s.at] {
				t.Errorf("%s has two points at %v", s.city, s.at)
			}
			seen[s.at] = true
			people[s.city] += s.population
			for _, p := range towns {
				if p.Name != s.city {
					continue
				}
				north := (s.at.Lat - p.Lat) * kmADegree
				east := (s.at.Lng - p.Lng) * kmADegree * math.Cos(p.Lat*math.Pi/180)
				if away := math.Hypot(north, east); away > 10 {
					t.Errorf("%s has a point %.1f km away", s.city, away)
				}
			}
		}
		for _, p := range towns {
			if p.Country == country && math.Abs(people[p.Name]-float64(p.Population)) > 1 {
				t.Errorf("%s has %.0f people, not %d", p.Name, people[p.Name], p.Population)
			}
		}
	}
}

func TestSmallTownIsOnePoint(t *testing.T) {
	leh := Place{"Leh", countrytest.IN, 34.1651, 77.5849, 27513}
	if got := leh.spots(); len(got) != 1 || got[0].at != (outage.LatLng{Lat: 34.165, Lng: 77.585}) {
		t.Errorf("points %+v", got)
	}
}

func TestDice(t *testing.T) {
	weights := []float64{0, 3, 0, 0, 1, 0}
	d := newCategorical(len(weights), func(i int) float64 { return weights[i] })
	random := rand.New(rand.NewPCG(1, 2))
	counts := make([]int, len(weights))
	const n = 40000
	for range n {
		counts[d.draw(random)]++
	}
	for i, w := range weights {
		if want := w / 4 * n; math.Abs(float64(counts[i])-want) > 500 {
			t.Errorf("number %d came %d times, not about %.0f (seed 1, 2)", i, counts[i], want)
		}
	}
	if !d.possible() || newCategorical(2, func(int) float64 { return 0 }).possible() || (categorical{}).possible() {
		t.Error("dice do not know whether they can be thrown")
	}
}

func TestCurveGoesThroughItsPoints(t *testing.T) {
	points := []Point{{At: 100}, {103, 500}, {118, 19000}, {133, 62000}, {148, 60000}, {163, 10}, {400, 0}, {460, 30}}
	c, err := newCurve(points)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points[1:] {
		all := 0.
		for m := points[i].At; m < p.At; m++ {
			mean := c.mean(m)
			if mean < 0 {
				t.Errorf("%v reports in minute %d", mean, m)
			}
			all += mean
		}
		if math.Abs(all-p.Reports) > 1e-6*(1+p.Reports) {
			t.Errorf("%v reports up to minute %d, not %v", all, p.At, p.Reports)
		}
	}
	if c.mean(99) != 0 || c.mean(460) != 0 || c.mean(-5) != 0 || (*curve)(nil).mean(100) != 0 {
		t.Error("something is due outside the wave")
	}
	if c.mean(100) >= c.mean(102) {
		t.Error("the wave begins at full height")
	}
}

func TestPlacesAtOnePointAreOneRow(t *testing.T) {
	places := []Place{
		{Name: "Lambeth", Country: countrytest.GB, Lat: 51.473, Lng: -.133, Population: 2000},
		{Name: "Brixton", Country: countrytest.GB, Lat: 51.473, Lng: -.133, Population: 1000},
		{Name: "Leeds", Country: countrytest.GB, Lat: 53.8, Lng: -1.55, Population: 500},
	}
	var first []int
	for _, s := range spots(places, countrytest.GB) {
		first = append(first, s.first)
	}
	if want := []int{0, 0, 2}; !slices.Equal(first, want) {
		t.Errorf("points stand for %v, want %v", first, want)
	}
}
