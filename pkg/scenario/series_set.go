package scenario

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// seriesSet holds a series for each service and country.
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

// seasonality is the factor of a rhythm in one country, computed once a minute for
// all series that share it.
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
	set := &seriesSet{span: span, seasonalities: make(map[seasonalityName]*seasonality)}
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
			one, err := newSeries(name, script.Seed+options.Seed, shift, crowds[country])
			if err != nil {
				return nil, err
			}
			if err := set.add(one, b, service, waves[name]); err != nil {
				return nil, err
			}
			delete(waves, name)
		}
	}
	for name := range waves {
		return nil, outage.Unknown("services", "have no %s in %s, which the script needs", name.service, name.country)
	}
	set.sort()
	set.limitTo(b.Budget)
	return set, nil
}

// add gives a series its ordinary days and its wave, nil for none.
func (s *seriesSet) add(one *series, b *background, service *outage.Service, wave *Wave) error {
	country := one.name.country
	one.background = b
	one.rate, one.seasonality = b.rate(service, country), s.seasonality(b, b.category(service).Rhythm, country)
	one.ordinary = one.newSampler(b.symptoms(service), nil)
	if wave != nil {
		if err := one.join(wave); err != nil {
			return err
		}
	}
	s.series = append(s.series, one)
	return nil
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

// limitTo scales all rates down where their sum is above the budget of a minute.
func (s *seriesSet) limitTo(budget float64) {
	sum := 0.
	for _, one := range s.series {
		sum += one.rate
	}
	if sum <= budget {
		return
	}
	for _, one := range s.series {
		one.rate *= budget / sum
	}
}

// advance computes the factors of a minute.
func (s *seriesSet) advance(minute outage.Minute) {
	for _, t := range s.seasonalities {
		t.factor = t.rhythm.factor(minute, t.country)
	}
}
