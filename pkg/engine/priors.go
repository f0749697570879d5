package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/outage"
)

// knownLevels are the levels that were learnt for long enough to say something about
// other services, at the beginning of a minute.
type knownLevels struct {
	minute     outage.Minute
	countries  map[outage.Country]*baseline.Levels
	categories map[kind]*baseline.Levels
	services   map[string][]knownLevel // by country, in the order of the codes
}

// kind is the services of one category in one country.
type kind struct {
	country  outage.Country
	category string
}

type knownLevel struct {
	country outage.Country
	level   float64
}

// levels are the known levels at the beginning of a minute. They depend on what the
// minutes before it left alone, so that a restored engine has the same.
func (e *Engine) levels(minute outage.Minute) *knownLevels {
	if e.known.countries != nil && e.known.minute == minute {
		return &e.known
	}
	e.known = knownLevels{
		minute: minute, countries: map[outage.Country]*baseline.Levels{},
		categories: map[kind]*baseline.Levels{}, services: map[string][]knownLevel{},
	}
	for _, code := range e.codes {
		e.known.countries[code] = new(baseline.Levels)
	}
	for _, s := range e.ordered {
		if level, known := s.base.Level(minute); known {
			e.known.add(s, level)
		}
	}
	return &e.known
}

func (k *knownLevels) add(s *series, level float64) {
	k.countries[s.country.code].Add(level)
	k.services[s.service] = append(k.services[s.service], knownLevel{s.country.code, level})
	if s.category == "" {
		return
	}
	of := kind{s.country.code, s.category}
	if k.categories[of] == nil {
		k.categories[of] = new(baseline.Levels)
	}
	k.categories[of].Add(level)
}

// prior is that of a series whose own level is not known.
func (k *knownLevels) prior(s *series) baseline.Prior {
	peers := baseline.Peers{Country: *k.countries[s.country.code]}
	if category := k.categories[kind{s.country.code, s.category}]; category != nil {
		peers.Category = *category
	}
	for _, there := range k.services[s.service] {
		peers.Sizes = append(peers.Sizes, baseline.Size{Level: there.level, Country: *k.countries[there.country]})
	}
	return s.config.Baseline.NewPrior(peers)
}

// updatePriors sets the priors of the series whose own level is not known yet.
func (e *Engine) updatePriors(minute outage.Minute) {
	for _, s := range e.ordered {
		if _, known := s.base.Level(minute); !known {
			s.base.SetPrior(e.levels(minute).prior(s))
		}
	}
}
