// Package enginetest is a fixture for tests of the engine and its users: a small map of
// two countries, ordinary minutes on it, and a course of three outages.
package enginetest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Start is a Monday, 00:00 UTC.
var Start = outage.MinuteOf(mustTime("2025-01-06T00:00:00Z"))

const Day = 1440

// Noise makes ordinary minutes: Poisson counts with a daily season, spread over
// the world's cells.
type Noise struct {
	Random *rand.Rand
	Rates  map[string]float64
}

func NewNoise(seed uint64) *Noise {
	return &Noise{Random: rand.New(rand.NewPCG(seed, 7)), Rates: map[string]float64{
		"chat": 4, "bank": .6, "rail": .05,
	}}
}

func (n *Noise) Poisson(mean float64) int {
	limit, product, k := math.Exp(-mean), n.Random.Float64(), 0
	for product > limit {
		product *= n.Random.Float64()
		k++
	}
	return k
}

func Season(minute outage.Minute) float64 {
	return 1 + .8*math.Sin(2*math.Pi*float64(minute%Day)/Day-2)
}

// Minute is the counts of three services in both countries.
func (n *Noise) Minute(m outage.Minute) []outage.Judged {
	return n.MinuteOf([]string{"bank", "chat", "rail"}, m)
}

// MinuteOf is the counts of some services in both countries.
func (n *Noise) MinuteOf(services []string, m outage.Minute) []outage.Judged {
	var counts []outage.Judged
	for _, service := range services {
		for _, country := range outage.Countries() {
			for range n.Poisson(n.Rates[service] * Season(m)) {
				counts = append(counts, outage.Judged{Service: service, Country: country, Cell: n.Place(country), Reporters: 1})
			}
		}
	}
	return counts
}

func (n *Noise) Place(c outage.Country) outage.Cell {
	if n.Random.IntN(5) == 0 {
		return 0
	}
	region := min(n.Random.IntN(4), n.Random.IntN(4))
	return CellIn(c, region, n.Random.IntN(3), n.Random.IntN(3), 1)
}

// Burst adds an outage: reporters a minute of one service in the given cells.
func (n *Noise) Burst(counts []outage.Judged, service string, c outage.Country, mean float64, at func() outage.Cell) []outage.Judged {
	for range n.Poisson(mean) {
		counts = append(counts, outage.Judged{Service: service, Country: c, Cell: at(), Reporters: 1})
	}
	return counts
}

// Story is three weeks of noise with three outages: a country, a region, a cell.
func Story(n *Noise, m outage.Minute) []outage.Judged {
	counts := n.Minute(m)
	since := func(days, hours int) int { return int(m - Start - outage.Minute(days*Day+hours*60)) }
	if at := since(15, 12); at >= 0 && at < 60 {
		counts = n.Burst(counts, "chat", countrytest.GB, 40, func() outage.Cell { return n.Place(countrytest.GB) })
	}
	if at := since(16, 9); at >= 0 && at < 60 {
		counts = n.Burst(counts, "bank", countrytest.IN, 4, func() outage.Cell {
			return CellIn(countrytest.IN, 2, n.Random.IntN(3), n.Random.IntN(3), 2)
		})
	}
	if at := since(18, 20); at >= 0 && at < 90 {
		counts = n.Burst(counts, "rail", countrytest.GB, .8, func() outage.Cell { return CellIn(countrytest.GB, 3, 1, 1, 3) })
	}
	return counts
}

// World is a small map for tests: each country has four regions, each a cell of
// resolution 3 with all its children, in a row from west to east.
type World struct{}

var worldRegions = map[outage.Country][]outage.Region{
	countrytest.GB: {"GB-TLC", "GB-TLD", "GB-TLI", "GB-TLM"},
	countrytest.IN: {"IN-DL", "IN-KA", "IN-MH", "IN-WB"},
}

func (World) Regions(c outage.Country) []outage.Region { return worldRegions[c] }

func (World) RegionOf(cell outage.Cell) outage.Region {
	if cell == 0 {
		return ""
	}
	base := int(cell>>45) & 0x7f
	country := countrytest.GB
	if base >= 20 {
		country = countrytest.IN
	}
	number := base % 10
	if number >= len(worldRegions[country]) {
		return ""
	}
	return worldRegions[country][number]
}

func (World) Land(c outage.Country, resolution int) []outage.Cell {
	var land []outage.Cell
	for i := range worldRegions[c] {
		for a := range 7 {
			for b := range 7 {
				land = append(land, CellIn(c, i, a, b, 0).Parent(resolution))
			}
		}
	}
	slices.Sort(land)
	return slices.Compact(land)
}

func (World) Center(cell outage.Cell) outage.LatLng {
	return outage.LatLng{
		Lat: 50 + float64(cell>>36&7),
		Lng: float64(cell>>45&0x7f) + float64(cell>>33&7)/10 + float64(cell>>30&7)/100,
	}
}

// CellIn is a cell of resolution 5 in a region: the b-th child of its a-th
// sparse cell, or with fine the cell of resolution 6 within it.
func CellIn(c outage.Country, region, a, b, fine int) outage.Cell {
	base := region + 10
	if c == countrytest.IN {
		base += 10
	}
	resolution := 5
	digits := []int{0, 0, 0, a, b}
	if fine > 0 {
		resolution = 6
		digits = append(digits, fine)
	}
	cell := uint64(1)<<59 | uint64(resolution)<<52 | uint64(base)<<45
	for i := range 15 {
		digit := 7
		if i < len(digits) {
			digit = digits[i]
		}
		cell |= uint64(digit) << (3 * (14 - i))
	}
	return outage.Cell(cell)
}

func mustTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}
