package detect_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/outage"
)

// crowd makes the counts of a script: Poisson noise over a few cells of every
// region.
type crowd struct {
	random *rand.Rand
	cells  map[outage.Country][]outage.Cell
	region func(outage.Cell) outage.Region
	habits []habit
}

// habit is what is ordinary for a service.
type habit struct {
	service string
	country outage.Country
	rate    float64
	shape   string // "flat", "weekdays", or "" for a day with a night
}

// special is what is going on besides.
type special struct {
	kind      string
	service   string
	countries []outage.Country // all when empty
	amount    float64
	cells     []outage.Cell // of the reports added, anywhere when empty
}

func newCrowd(geography *cell.Geography, seed uint64) *crowd {
	c := &crowd{
		random: rand.New(rand.NewPCG(seed, 2)), cells: map[outage.Country][]outage.Cell{}, region: geography.RegionOf,
	}
	for _, country := range outage.Countries() {
		byRegion := map[outage.Region][]outage.Cell{}
		for _, at := range geography.Land(country, outage.CellFine) {
			byRegion[geography.RegionOf(at)] = append(byRegion[geography.RegionOf(at)], at)
		}
		for _, region := range geography.Regions(country) {
			land := byRegion[region]
			for i := range 3 { // cells that lie apart
				c.cells[country] = append(c.cells[country], land[i*(len(land)-1)/2])
			}
		}
	}
	return c
}

func (c *crowd) ordinary(service string, country outage.Country, rate float64, shape string) {
	c.habits = append(c.habits, habit{service, country, rate, shape})
}

// cellsIn are the crowd's cells of a region.
func (c *crowd) cellsIn(region outage.Region) []outage.Cell {
	var cells []outage.Cell
	for _, at := range c.cells[region.Country()] {
		if c.region(at) == region {
			cells = append(cells, at)
		}
	}
	return slices.Compact(cells)
}

// at is what is ordinary in a minute, by local time.
func (h habit) at(m outage.Minute) float64 {
	if h.shape == "flat" {
		return h.rate
	}
	local := m.Time().In(h.country.Zone())
	day := 1 + .85*math.Sin(2*math.Pi*float64(local.Hour()*60+local.Minute()-9*60)/1440)
	if weekday := local.Weekday(); h.shape == "weekdays" && (weekday == time.Saturday || weekday == time.Sunday) {
		day *= .4
	}
	return h.rate * day
}

func (c *crowd) minute(m outage.Minute, sp special) []outage.Judged {
	var counts []outage.Judged
	add := func(h habit, mean float64, among []outage.Cell) {
		for range c.poisson(mean) {
			at := outage.Cell(0)
			if among != nil || c.random.IntN(5) > 0 {
				cells := among
				if cells == nil {
					cells = c.cells[h.country]
				}
				// The first cells have more people than the last.
				at = cells[min(c.random.IntN(len(cells)), c.random.IntN(len(cells)))]
			}
			counts = append(counts, outage.Judged{Service: h.service, Country: h.country, Cell: at, Reporters: 1})
		}
	}
	for _, h := range c.habits {
		named := sp.service == h.service && (len(sp.countries) == 0 || slices.Contains(sp.countries, h.country))
		mean := h.at(m)
		if sp.kind == "silence" && (named || sp.service == "") {
			continue
		}
		if sp.kind == "times" && named {
			mean *= sp.amount
		}
		add(h, mean, nil)
		if sp.kind == "add" && named {
			add(h, sp.amount, sp.cells)
		}
	}
	return counts
}

func (c *crowd) poisson(mean float64) int {
	limit, product, k := math.Exp(-mean), c.random.Float64(), 0
	for product > limit {
		product *= c.random.Float64()
		k++
	}
	return k
}
