package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// country is what the services of one country share within an engine.
type country struct {
	code    outage.Country
	config  *Config
	regions []outage.Region
	number  map[outage.Region]int
	zoned   bool                        // some region has another zone than the country
	keys    map[outage.Cell]outage.Cell // metro keys of the cells seen
	land    baseline.Land
	middle  outage.LatLng                 // of the land
	centers map[outage.Cell]outage.LatLng // of the metro cells with land
	pool    *baseline.Pool
	access  ordinaryAccess
	series  []*series // by service
	now     baseline.LocalTime
	// silentFor is how many reporters of all services were expected since the last one.
	silentFor float64
	missing   bool
	minute    outage.Minute    // the current one
	first     outage.Minute    // the first one processed, 0 before any
	recent    [halfHour]uint64 // reporters of all services by minute, cyclic
}

func newCountry(code outage.Country, config *Config) *country {
	geography := config.Geography
	c := &country{code: code, config: config, regions: geography.Regions(code), number: make(map[outage.Region]int), keys: make(map[outage.Cell]outage.Cell), centers: make(map[outage.Cell]outage.LatLng), access: newOrdinaryAccess()}
	for i, region := range c.regions {
		c.number[region] = i
		c.zoned = c.zoned || region.Zone().String() != code.Zone().String()
	}
	metro := geography.Land(code, baseline.MetroResolution)
	c.land = baseline.Land{
		Regions: make([]int, len(c.regions)),
		Metro:   len(metro),
		Sparse:  len(geography.Land(code, baseline.SparseResolution)),
	}
	if len(c.regions) == 0 {
		c.land.Regions = nil // a country that is not covered has as many as its state
	}
	for _, cell := range metro {
		if i, ok := c.number[geography.RegionOf(cell)]; ok {
			c.land.Regions[i]++
		}
		center := geography.Center(cell)
		c.centers[cell] = center
		c.middle.Lat += center.Lat / float64(len(metro))
		c.middle.Lng += center.Lng / float64(len(metro))
	}
	c.pool = baseline.NewPool(config.Baseline, c.land)
	return c
}

// metro is the key of the metro cell that a cell counts in, 0 for a cell that is
// too coarse. Keys are cached; the number of cells bounds the cache.
func (c *country) metro(cell outage.Cell) outage.Cell {
	if cell.Resolution() < baseline.MetroResolution {
		return 0
	}
	key, ok := c.keys[cell]
	if !ok {
		key = baseline.Metro(cell, c.regionOf(cell))
		c.keys[cell] = key
	}
	return key
}

// center is the middle of a metro cell.
func (c *country) center(cell outage.Cell) outage.LatLng {
	if at, ok := c.centers[cell]; ok {
		return at
	}
	return c.config.Geography.Center(cell)
}

// begin sets the country's minute, and on the hour publishes the pool and refreshes
// the shares of its series.
func (c *country) begin(minute outage.Minute, turning bool) {
	if c.minute = minute; c.first == 0 {
		c.first = minute
	}
	if turning || c.now == (baseline.LocalTime{}) {
		c.setNow(minute)
	}
	const hour = 60
	if minute.Floor(hour) != minute || len(c.series) == 0 {
		return
	}
	all := make([]*baseline.Series, len(c.series))
	for i, s := range c.series {
		all[i] = s.base
	}
	c.pool.Publish(c.now, all)
	for _, s := range all {
		s.RefreshShares(c.pool)
	}
}

// setNow sets the local times of the country and of its regions.
func (c *country) setNow(minute outage.Minute) {
	c.now = baseline.LocalTimeOf(c.code, minute)
	if !c.zoned {
		return
	}
	zones := &baseline.Zones{Country: c.now, RegionOf: c.regionOf}
	for _, region := range c.regions {
		zones.Regions = append(zones.Regions, baseline.LocalTimeIn(region, minute))
	}
	c.pool.SetZones(zones)
}

// regionOf is the number of the region that has most of a cell, -1 for none.
func (c *country) regionOf(cell outage.Cell) int {
	if i, ok := c.number[c.config.Geography.RegionOf(cell)]; ok {
		return i
	}
	return -1
}

// detectGap decides whether the counts of the whole country are missing.
func (c *country) detectGap(required float64) {
	reporters, expected := uint64(0), 0.
	for _, s := range c.series {
		reporters += uint64(s.counts.reporters)
		if s.established() {
			expected += s.base.Mean()
		}
	}
	c.recent[int(c.minute)%halfHour] = reporters
	c.silentFor += expected
	if reporters > 0 {
		c.silentFor = 0
	}
	c.missing = c.silentFor >= required
}

// learn adds what a service learnt to the pool.
func (c *country) learn(counts []baseline.PoolCount) {
	for _, count := range counts {
		c.pool.Add(count)
	}
}

// alone reports whether a burst is that of one service. Where all services begin at
// once, the data start there.
func (c *country) alone(alarm detect.Alarm) bool {
	total := uint64(0)
	for m := alarm.Since; m <= c.minute; m++ {
		total += c.recent[int(m)%halfHour]
	}
	return 2*uint64(alarm.Observed) >= total
}
