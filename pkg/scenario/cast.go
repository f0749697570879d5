package scenario

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// cast is everything that plays: a series for each service and country.
type cast struct {
	span   outage.Span
	tempos map[tempoName]*tempo
	series []*series
}

// seriesName is a service in a country.
type seriesName struct {
	service string
	country outage.Country
}

// tempo is a rhythm in one country, worked out once a minute for all series
// that share it.
type tempo struct {
	rhythm  *rhythm
	country outage.Country
	factor  float64
}

type tempoName struct {
	rhythm  string
	country outage.Country
}

func newCast(script *Script, options Options) (*cast, error) {
	b, err := ordinary()
	if err != nil {
		return nil, err
	}
	span, shift, err := options.shifted(script)
	if err != nil {
		return nil, err
	}
	c := &cast{span: span, tempos: make(map[tempoName]*tempo)}
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
			s.rate, s.tempo = b.rate(service, country), c.tempo(b, b.category(service).Rhythm, country)
			s.ordinary = s.voices(b.symptoms(service), nil)
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
	c.order()
	c.economise(b.Budget)
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

func (c *cast) tempo(b *background, rhythm string, country outage.Country) *tempo {
	name := tempoName{rhythm, country}
	if c.tempos[name] == nil {
		c.tempos[name] = &tempo{rhythm: b.Rhythms[rhythm], country: country}
	}
	return c.tempos[name]
}

// order makes the rows of a minute independent of the order of the services.
func (c *cast) order() {
	slices.SortFunc(c.series, func(a, b *series) int {
		return cmp.Or(cmp.Compare(a.name.service, b.name.service), cmp.Compare(a.name.country, b.name.country))
	})
}

// economise lowers all rates alike where together they are above the budget of
// a minute.
func (c *cast) economise(budget float64) {
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

// turn begins a minute.
func (c *cast) turn(minute outage.Minute) {
	for _, t := range c.tempos {
		t.factor = t.rhythm.factor(minute, t.country)
	}
}
