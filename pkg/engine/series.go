package engine

import (
	"cmp"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// series is one service in one country. It orders the work of a minute; state lies in
// its parts.
type series struct {
	service   string
	category  string // as Config.Relations says, "" where it knows none
	country   *country
	config    *Config
	base      *baseline.Series
	charts    *detect.Charts
	tree      tree
	counts    minuteCounts
	networks  networks
	side      sideCounts
	history   history
	incidents incidents
	access    accessCounts
	mask      mask // what the open incidents cover

	expectedInSilence float64              // reporters expected since the last one
	poolCounts        []baseline.PoolCount // of the current minute, for the country's pool
	observations      []detect.Observation // of the current minute, outside of open incidents
}

func newSeries(service string, c *country, config *Config, first outage.Minute) *series {
	s := emptySeries(service, c, config)
	s.setBase(baseline.NewSeries(config.Baseline, c.pool, first))
	s.charts = detect.NewCharts(&config.Detect, first)
	s.beginBlock()
	return s
}

// emptySeries has neither baseline nor charts nor incidents.
func emptySeries(service string, c *country, config *Config) *series {
	known, _ := config.Relations.Service(service)
	return &series{
		service: service, category: known.Category, country: c, config: config,
		counts: newMinuteCounts(c), networks: networks{required: config.Networks},
	}
}

func (s *series) setBase(base *baseline.Series) {
	s.base, s.tree = base, tree{country: s.country, base: base}
}

func (s *series) before(other *series) bool {
	return cmp.Or(cmp.Compare(s.service, other.service), cmp.Compare(s.country.code, other.country.code)) < 0
}

// add adds a count of the current minute.
func (s *series) add(count *outage.Judged) {
	s.access.add(count)
	s.networks.addBlocks(s.counts.add(s.country, count), count)
}

// tick processes the current minute.
func (s *series) tick(minute outage.Minute, turning bool) {
	if turning && minute > s.base.First() {
		s.beginBlock()
	}
	s.networks.advance(minute)
	s.aggregate()
	s.side.record(minute, s.counts.side)
	s.base.Observe(minute, s.counts.reporters)
	missing := s.detectGap()
	s.observe()
	if missing {
		s.charts.Reset()
		s.base.Drop()
		s.base.SkipNoise()
	} else {
		m := detect.Minute{Minute: minute, Observed: s.observations, Whole: s.counts.reporters, Left: s.counts.left[baseline.Whole]}
		s.charts.Step(&m, s.normal(), s.base)
	}
	s.base.ObserveNoise(minute, s.observed, s.mask.live)
	s.decide(minute, missing)
	s.counts.clear()
}

// beginBlock begins a block of the baseline.
func (s *series) beginBlock() {
	frozen := s.mask.covered > mostCovered || s.charts.Suspicious()
	result := s.base.BeginBlock(s.country.now, s.country.pool, frozen, s.charts.Active)
	s.poolCounts = result.PoolCounts
	if result.Moved != nil {
		s.charts.Renumber(result.Moved)
		s.incidents.renumber(result.Moved)
		s.history.renumber(result.Moved)
		s.networks.renumber(result.Moved)
		s.counts.byHandle, s.counts.left = s.counts.byHandle[:0], s.counts.left[:0]
	}
	s.mask = s.tree.mask(s.incidents.footprints(nil))
	s.grow()
	s.charts.Refresh()
}

// grow gives every part room for the places of the baseline.
func (s *series) grow() {
	places := s.base.Places()
	s.charts.Grow(places, s.tree.level)
	s.counts.grow(places)
	s.networks.grow(places)
	if s.mask.live != nil && len(s.mask.live) < places {
		s.mask = s.tree.mask(s.mask.footprints)
	}
}

// aggregate adds the reporters of each metro cell to every node above it.
func (s *series) aggregate() {
	for _, c := range s.counts.sorted() {
		s.networks.add(c.networks, baseline.Whole)
		if c.key == 0 {
			s.base.ObserveAt(baseline.Nowhere, c.reporters, s.country.now)
			s.counts.addAt(c.reporters, true, baseline.Whole)
			continue
		}
		handle, ok := s.base.Find(c.key)
		if !ok {
			handle = s.base.Add(c.key, s.country.pool, s.country.now)
			s.grow()
		}
		s.base.ObserveAt(handle, c.reporters, s.country.now)
		place := s.base.Place(handle)
		s.counts.addAt(c.reporters, !s.mask.covers(handle), handle, place.Parent, place.Region, baseline.Whole)
		s.networks.add(c.networks, handle, place.Parent, place.Region)
	}
}

// observe lists the counts of the nodes that no incident covers.
func (s *series) observe() {
	s.observations = s.observations[:0]
	for _, h := range s.counts.touched {
		if n := s.counts.left[h]; n > 0 && !s.mask.covers(h) {
			s.observations = append(s.observations, detect.Observation{Handle: h, Reporters: n})
		}
	}
}

// observed yields what observe listed.
func (s *series) observed(yield func(handle int32, reporters uint32) bool) {
	for _, o := range s.observations {
		if !yield(o.Handle, o.Reporters) {
			return
		}
	}
}

// detectGap reports whether counts are missing: of this service, or of the whole
// country.
func (s *series) detectGap() bool {
	s.expectedInSilence += s.base.Mean()
	if s.counts.reporters > 0 || !s.established() {
		s.expectedInSilence = 0
	}
	return s.country.missing || s.expectedInSilence >= s.config.GapReporters
}

// established reports whether enough of the series was learnt for its silence to mean
// that data are missing.
func (s *series) established() bool {
	const day, reporters = 1440, 50
	return s.country.now.Minute-s.base.First() >= day && s.base.Learnt() >= reporters
}
