package scenario

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// seriesSet is everything that plays: a series for each service and country.
type seriesSet struct {
	span          outage.Span
	seasonalities map[seasonalityName]*seasonality
	series        []*series
}

// seriesName is a service in a country.
type seriesName struct {
	service string
	country outage.Country
}

// seasonality is a rhythm in one country, worked out once a minute for all series
// that share it.
type seasonality struct {
	rhythm  *rhythm
	country outage.Country
	factor  float64
}

type seasonalityName struct {
	rhythm  string
	country outage.Country
}

func newSeriesSet(script *Script, options Options) (*seriesSet, error) {
	b, err := ordinary()
	if err != nil {
		return nil, err
	}
	span, shift, err := options.shifted(script)
	if err != nil {
		return nil, err
	}
	c := &seriesSet{span: span, seasonalities: make(map[seasonalityName]*seasonality)}
	crowds := make(map[outage.Country][]spot)
	for _, country := range outage.Countries() {
		if crowds[country] = spots(options.Places, country); len(crowds[country]) == 0 {
			return nil, outage.Invalid("places", "have none in %s", country)
		}
	}
	waves := script.byName()
	for i := range options.Services {
		service := &options.Services[i]
		for _, country := range countriesOf(service) {
			name := seriesName{service.Slug, country}
			s, err := newSeries(name, script.Seed+options.Seed, shift, crowds[country])
			if err != nil {
				return nil, err
			}
			s.background = b
			s.rate, s.seasonality = b.rate(service, country), c.seasonality(b, b.category(service).Rhythm, country)
			s.ordinary = s.newSampler(b.symptoms(service), nil)
			if wave := waves[name]; wave != nil {
				if err := s.join(wave); err != nil {
					return nil, err
				}
				delete(waves, name)
			}
			c.series = append(c.series, s)
		}
	}
	for name := range waves {
		return nil, outage.Unknown("services", "have no %s in %s, which the script needs", name.service, name.country)
	}
	c.sort()
	c.limitTo(b.Budget)
	return c, nil
}

// byName is the waves of a script by service and country.
func (s *Script) byName() map[seriesName]*Wave {
	waves := make(map[seriesName]*Wave, len(s.Waves))
	for i := range s.Waves {
		waves[seriesName{s.Waves[i].Service, s.Waves[i].Country}] = &s.Waves[i]
	}
	return waves
}

func (s *seriesSet) seasonality(b *background, rhythm string, country outage.Country) *seasonality {
	name := seasonalityName{rhythm, country}
	if s.seasonalities[name] == nil {
		s.seasonalities[name] = &seasonality{rhythm: b.Rhythms[rhythm], country: country}
	}
	return s.seasonalities[name]
}

// sort makes the rows of a minute independent of the order of the services.
func (s *seriesSet) sort() {
	slices.SortFunc(s.series, func(a, b *series) int {
		return cmp.Or(cmp.Compare(a.name.service, b.name.service), cmp.Compare(a.name.country, b.name.country))
	})
}

// limitTo lowers all rates alike where together they are above the budget of
// a minute.
func (c *seriesSet) limitTo(budget float64) {
	sum := 0.
	for _, s := range c.series {
		sum += s.rate
	}
	if sum <= budget {
		return
	}
	for _, s := range c.series {
		s.rate *= budget / sum
	}
}

// advance begins a minute.
func (s *seriesSet) advance(minute outage.Minute) {
	for _, t := range s.seasonalities {
		t.factor = t.rhythm.factor(minute, t.country)
	}
}
