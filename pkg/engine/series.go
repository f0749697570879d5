package engine

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// series is one service in one country: its normal, its evidence, its incident.
type series struct {
	service   string
	country   *country
	config    *Config
	base      *baseline.Series
	charts    *detect.Charts
	incident  *incident.Lifecycle
	muted     bool    // the incident was opened before alerts were wanted
	silentFor float64 // reporters due since the last one
	// secondary is what alarmed outside of the open incident's footprint.
	secondary []int32

	sideCounts []sideCount   // oldest first
	history    []historyStep // oldest first; the way to where it is now

	reporters    uint32 // of this minute
	sideCount    sideCount
	back         []uint32 // by handle of the country and its regions
	metro        []count
	counts       []uint32 // of this minute, by handle
	touched      []int32
	networks     []networkCount // by handle
	blocks       blocks
	observations []detect.Observation

	poolCounts []baseline.PoolCount
	changes    []outage.Incident
}

// count is the reporters of a metro cell, by its key; 0 for no place.
type count struct {
	key       outage.Cell
	reporters uint32
	networks  uint32
}

func newSeries(service string, c *country, config *Config, first outage.Minute) *series {
	s := &series{
		service: service, country: c, config: config,
		base:     baseline.NewSeries(config.Baseline, c.pool, first),
		charts:   detect.NewCharts(&config.Detect, first),
		incident: incident.NewLifecycle(&config.Incident),
		back:     make([]uint32, 1+len(c.regions)),
	}
	s.beginBlock()
	return s
}

func (s *series) before(other *series) bool {
	return cmp.Or(cmp.Compare(s.service, other.service), cmp.Compare(s.country.code, other.country.code)) < 0
}

// established reports whether the series is known well enough for its silence
// to mean that data are missing.
func (s *series) established() bool {
	const day, reporters = 1440, 50
	return s.country.now.Minute-s.base.First() >= day && s.base.Learnt() >= reporters
}

// level is the depth of a handle in the tree.
func (s *series) level(handle int32) detect.Level {
	switch {
	case handle == baseline.Whole:
		return detect.Country
	case int(handle) <= len(s.country.regions):
		return detect.Region
	}
	return detect.Cell
}

// addAt adds a count to the present minute.
func (s *series) add(c *outage.Judged) {
	s.sideCount.Capped += uint32(c.Capped)
	s.sideCount.Works += uint32(c.Works)
	if c.Back > 0 {
		s.back[baseline.Whole] += uint32(c.Back)
		if i, ok := s.country.number[s.config.Geography.RegionOf(c.Cell)]; ok {
			s.back[i+1] += uint32(c.Back)
		}
	}
	if c.Reporters == 0 {
		return
	}
	s.reporters += uint32(c.Reporters)
	key := s.country.metro(c.Cell)
	s.metro = append(s.metro, count{key, uint32(c.Reporters), uint32(c.Networks)})
	if s.config.Networks > 0 {
		s.blocks.add(key, c)
	}
}

// tick takes the present minute in.
func (s *series) tick(minute outage.Minute, turning bool) {
	if turning && minute > s.base.First() {
		s.beginBlock()
	}
	s.beginHalfHour(minute)
	s.blocks.advance(minute)
	s.aggregate()
	s.recordSideCounts(minute)
	s.base.Observe(minute, s.reporters)
	missing := s.detectGap()
	if missing {
		s.charts.Reset()
		s.charts.Exclude()
		s.base.Drop()
	} else {
		s.charts.Step(minute, s.observations, s.base)
	}
	s.decide(minute, missing)
	s.clear()
}

// beginBlock begins a block of learning.
func (s *series) beginBlock() {
	frozen := s.incident.Active() || s.charts.Suspicious()
	turned := s.base.BeginBlock(s.country.now, s.country.pool, frozen, s.charts.Active)
	s.poolCounts = turned.PoolCounts
	if turned.Moved != nil {
		s.charts.Renumber(turned.Moved)
		s.incident.Renumber(turned.Moved)
		s.secondary = renumbered(s.secondary, turned.Moved)
		s.renumberHistory(turned.Moved)
		s.renumberNetworks(turned.Moved)
		s.counts = s.counts[:0]
	}
	s.grow()
	s.charts.Refresh(s.base.Mean())
}

func (s *series) grow() {
	places := s.base.Places()
	s.charts.Grow(places, s.level)
	for len(s.counts) < places {
		s.counts = append(s.counts, 0)
	}
	for len(s.networks) < places {
		s.networks = append(s.networks, networkCount{})
	}
}

// aggregate adds the reporters of each metro cell to every node above it, in an
// order that does not depend on the order in which they came.
func (s *series) aggregate() {
	slices.SortFunc(s.metro, func(a, b count) int { return cmp.Compare(a.key, b.key) })
	s.addAt(baseline.Whole, s.reporters)
	for _, c := range s.metro {
		s.addNetworks(c.networks, baseline.Whole)
		if c.key == 0 {
			s.base.ObserveAt(baseline.Nowhere, c.reporters, s.country.now)
			continue
		}
		handle, ok := s.base.Find(c.key)
		if !ok {
			handle = s.base.Add(c.key, s.country.pool, s.country.now)
			s.grow()
		}
		s.base.ObserveAt(handle, c.reporters, s.country.now)
		place := s.base.Place(handle)
		s.addAt(handle, c.reporters)
		s.addAt(place.Parent, c.reporters)
		s.addAt(place.Region, c.reporters)
		s.addNetworks(c.networks, handle, place.Parent, place.Region)
	}
	for _, h := range s.touched {
		s.observations = append(s.observations, detect.Observation{Handle: h, Reporters: s.counts[h]})
	}
}

func (s *series) addAt(handle int32, reporters uint32) {
	if handle == baseline.Nowhere || reporters == 0 {
		return
	}
	if s.counts[handle] == 0 {
		s.touched = append(s.touched, handle)
	}
	s.counts[handle] += reporters
}

func (s *series) clear() {
	for _, h := range s.touched {
		s.counts[h] = 0
	}
	clear(s.back)
	s.touched, s.observations, s.metro, s.reporters = s.touched[:0], s.observations[:0], s.metro[:0], 0
}

// detectGap decides whether counts are missing: of this service, or of the whole
// country.
func (s *series) detectGap() bool {
	s.silentFor += s.base.Mean()
	if s.reporters > 0 || !s.established() {
		s.silentFor = 0
	}
	return s.country.missing || s.silentFor >= s.config.GapReporters
}
