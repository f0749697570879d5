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
	service  string
	country  *country
	config   *Config
	base     *baseline.Series
	bank     *detect.Bank
	incident *incident.Case
	silent   bool    // the incident was opened before alerts were wanted
	silence  float64 // reporters due since the last one
	// elsewhere is what alarmed outside of the open incident's footprint.
	elsewhere []int32

	remarks []remark // oldest first
	trail   []step   // oldest first; the way to where it is now

	reporters uint32 // of this minute
	remark    remark
	back      []uint32 // by handle of the country and its regions
	metro     []count
	counts    []uint32 // of this minute, by handle
	touched   []int32
	networks  []heard // by handle
	blocks    blocks
	hits      []detect.Hit

	deposits []baseline.Deposit
	changes  []outage.Incident
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
		bank:     detect.NewBank(&config.Detect, first),
		incident: incident.NewCase(&config.Incident),
		back:     make([]uint32, 1+len(c.regions)),
	}
	s.turn()
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

// take adds a count to the present minute.
func (s *series) take(c *outage.Judged) {
	s.remark.Capped += uint32(c.Capped)
	s.remark.Works += uint32(c.Works)
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
		s.turn()
	}
	s.turnHalfHour(minute)
	s.blocks.turn(minute)
	s.gather()
	s.heed(minute)
	s.base.Observe(minute, s.reporters)
	missing := s.listen()
	if missing {
		s.bank.Reset()
		s.bank.Spoil()
		s.base.Drop()
	} else {
		s.bank.Step(minute, s.hits, s.base)
	}
	s.decide(minute, missing)
	s.clear()
}

// turn begins a block of learning.
func (s *series) turn() {
	frozen := s.incident.Active() || s.bank.Heated()
	turned := s.base.Turn(s.country.now, s.country.pool, frozen, s.bank.Busy)
	s.deposits = turned.Deposits
	if turned.Moved != nil {
		s.bank.Move(turned.Moved)
		s.incident.Renumber(turned.Moved)
		s.elsewhere = renumbered(s.elsewhere, turned.Moved)
		s.retrace(turned.Moved)
		s.moveNetworks(turned.Moved)
		s.counts = s.counts[:0]
	}
	s.grow()
	s.bank.Turn(s.base.Mean())
}

func (s *series) grow() {
	places := s.base.Places()
	s.bank.Grow(places, s.level)
	for len(s.counts) < places {
		s.counts = append(s.counts, 0)
	}
	for len(s.networks) < places {
		s.networks = append(s.networks, heard{})
	}
}

// gather adds the reporters of each metro cell to every node above it, in an
// order that does not depend on the order in which they came.
func (s *series) gather() {
	slices.SortFunc(s.metro, func(a, b count) int { return cmp.Compare(a.key, b.key) })
	s.add(baseline.Whole, s.reporters)
	for _, c := range s.metro {
		s.hear(c.networks, baseline.Whole)
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
		s.add(handle, c.reporters)
		s.add(place.Parent, c.reporters)
		s.add(place.Region, c.reporters)
		s.hear(c.networks, handle, place.Parent, place.Region)
	}
	for _, h := range s.touched {
		s.hits = append(s.hits, detect.Hit{Handle: h, Reporters: s.counts[h]})
	}
}

func (s *series) add(handle int32, reporters uint32) {
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
	s.touched, s.hits, s.metro, s.reporters = s.touched[:0], s.hits[:0], s.metro[:0], 0
}

// listen decides whether counts are missing: of this service, or of the whole
// country.
func (s *series) listen() bool {
	s.silence += s.base.Mean()
	if s.reporters > 0 || !s.established() {
		s.silence = 0
	}
	return s.country.missing || s.silence >= s.config.DueForGap
}
