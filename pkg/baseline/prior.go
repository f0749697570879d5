package baseline

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Prior is what a series is expected to be before anything of it was learnt. Its level is
// log-normal. It has a fixed size and is saved as it is.
type Prior struct {
	Level  float64 // reporters a minute, the median
	Spread float64 // standard deviation of the logarithm of the level
	// Peers is how many services of the country are known: the more they are, the better
	// is the daily curve known that they share.
	Peers float64
}

// Levels sums up the logarithms of the levels of known services.
type Levels struct{ N, Sum, Squares float64 }

// Add adds a level, in reporters a minute.
func (l *Levels) Add(level float64) {
	y := math.Log(level)
	l.N, l.Sum, l.Squares = l.N+1, l.Sum+y, l.Squares+y*y
}

// Size is the level of the same service in another country, relative to the services of
// that country.
type Size struct {
	Level   float64
	Country Levels
}

// Peers are the known services that a prior is estimated from.
type Peers struct {
	Country  Levels // all of the country
	Category Levels // those of them in the category of the series
	Sizes    []Size
}

// normal is an estimate of a logarithm of a level.
type normal struct{ mean, variance float64 }

// NewPrior estimates the level of a series from those of others, in three steps of the
// same kind: the country, starting from Params.PriorLevel; the category, starting from the
// country; and the service's size elsewhere.
func (p *Params) NewPrior(peers Peers) Prior {
	country := p.unknown().with(peers.Country, p.PriorWeight)
	estimate := country.with(peers.Category, p.PriorWeight)
	for _, size := range peers.Sizes {
		there := p.unknown().with(size.Country, p.PriorWeight)
		estimate = estimate.and(normal{country.mean + math.Log(size.Level) - there.mean, p.SizeSpread * p.SizeSpread})
	}
	spread := min(max(math.Sqrt(estimate.variance), p.SpreadLow), p.SpreadHigh)
	return Prior{Level: math.Exp(estimate.mean), Spread: spread, Peers: peers.Country.N}
}

func (p *Params) unknown() normal {
	return normal{math.Log(p.PriorLevel), p.PriorSpread * p.PriorSpread}
}

// with is the distribution of a further level after some were seen: the posterior
// predictive mean and variance under a normal-inverse-gamma prior (Gelman et al.,
// Bayesian Data Analysis, 3rd edition, 3.3) that weighs as much as so many services.
func (n normal) with(seen Levels, weight float64) normal {
	if seen.N == 0 {
		return n
	}
	mean := seen.Sum / seen.N
	squares := max(0, seen.Squares-seen.Sum*mean)
	all, off := weight+seen.N, mean-n.mean
	variance := (weight*n.variance + squares + weight*seen.N/all*off*off) / all
	return normal{(weight*n.mean + seen.Sum) / all, variance * (1 + 1/all)}
}

// and combines two independent estimates by their precision.
func (n normal) and(other normal) normal {
	a, b := 1/n.variance, 1/other.variance
	return normal{(a*n.mean + b*other.mean) / (a + b), 1 / (a + b)}
}

// counts is the gamma distribution with the same relative spread: reporters in minutes.
func (p Prior) counts() (reporters, minutes float64) {
	reporters = 1 / (p.Spread * p.Spread)
	return reporters, reporters / p.Level
}

// Upper is the upper end of what the level may be, in reporters a minute.
func (p Prior) Upper() float64 { return p.Level * math.Exp(p.Spread) }

// valid reports whether a saved prior may be used.
func (p Prior) valid(params *Params) bool {
	return p.Level > 0 && !math.IsInf(p.Level, 0) && p.Spread >= params.SpreadLow && p.Spread <= params.SpreadHigh && p.Peers >= 0
}

// Prior is the prior of the series.
func (s *Series) Prior() Prior { return s.prior }

// SetPrior replaces the prior. What was learnt stays.
func (s *Series) SetPrior(prior Prior) { s.prior = prior }

// Level is the long-run level in reporters a minute, and whether it was learnt for long
// enough to say something about other services.
func (s *Series) Level(now outage.Minute) (level float64, known bool) {
	return s.base(), now-s.stats.First >= outage.Minute(s.params.YoungMinutes)
}

// Uncertainty is the standard deviation of the logarithm of what is expected in the open
// block: of the level, of the hour of the day, which the country's other services and own
// days tell, and of the weekday, which own days tell.
func (s *Series) Uncertainty() float64 {
	p, m, slot := &s.params, &s.stats, int(s.open.Slot)
	reporters, _ := s.prior.counts()
	hour := p.HourSpread * p.HourSpread / (1 + s.prior.Peers) * p.HourWeight / (p.HourWeight + float64(m.HourCount[slot%hours]))
	weekday := p.WeekdaySpread * p.WeekdaySpread * p.WeekdayWeight / (p.WeekdayWeight + float64(m.WeekdayCount[slot/hours]))
	return math.Sqrt(1/(m.Count+reporters) + hour + weekday)
}
