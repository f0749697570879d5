package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// stream is one service in one country.
type stream struct {
	young bool

	world      *World
	service    string
	country    outage.Country
	random     *rand.Rand
	noise      noise
	unplaced   float64
	rate       float64
	week       [168]float64
	growth     float64
	dispersion float64
	levels     []float64 // log level by block of five minutes, drift included
	weights    []float64 // of the points
	pick       alias     // of a point
	outages    []*Outage
	benign     []*Benign
	picks      map[*int]alias
	counts     []int // of the minute, by point; the last is without one
}

const levelBlock = 5

func newStream(w *World, number int, country outage.Country, random *rand.Rand) *stream {
	p := w.Params
	at := float64(number) / math.Max(1, float64(p.Services-1))
	s := &stream{
		world: w, service: fmt.Sprintf("service-%02d", number), country: country,
		random:     rand.New(rand.NewPCG(p.Seed, random.Uint64())),
		rate:       p.RateLow * math.Pow(p.RateHigh/p.RateLow, at),
		growth:     p.GrowthWeekly * (2*random.Float64() - 1),
		dispersion: p.DispersionLow + (p.DispersionHigh-p.DispersionLow)*random.Float64(),
		picks:      make(map[*int]alias),
	}
	if country != outage.Countries()[0] { // a service is commonest in the first one
		s.rate *= .3 + .7*random.Float64()
	}
	s.week = weekOf(random)
	for _, point := range w.points[country] {
		s.weights = append(s.weights, point.weight*math.Exp(.4*random.NormFloat64()))
	}
	s.pick = newAlias(s.weights, nil)
	s.levels = levelsOf(p, s.random)
	s.noise = noise{family: p.Families[random.IntN(len(p.Families))], dispersion: s.dispersion}
	s.unplaced = p.UnplacedLow + (p.UnplacedHigh-p.UnplacedLow)*random.Float64()
	s.counts = make([]int, len(s.weights)+1)
	return s
}

// weekOf draws a week: a day with one or two humps, low nights, and weekends
// of their own strength.
func weekOf(random *rand.Rand) (shape [168]float64) {
	evening, midday := random.Float64(), random.Float64()
	weekend := .5 + .8*random.Float64()
	sum := 0.
	for slot := range shape {
		hour := float64(slot%24) + .5
		hump := func(at, width float64) float64 {
			d := math.Abs(hour - at)
			d = math.Min(d, 24-d)
			return math.Exp(-d * d / (2 * width * width))
		}
		shape[slot] = .12 + (.3+evening)*hump(20, 3.2) + (.3+midday)*hump(12.5, 3.5)
		if slot >= 5*24 {
			shape[slot] *= weekend
		}
		sum += shape[slot]
	}
	for slot := range shape {
		shape[slot] *= 168 / sum
	}
	return shape
}

func levelsOf(p Params, random *rand.Rand) []float64 {
	blocks := p.Weeks * week / levelBlock
	keep := math.Exp(-levelBlock / p.WanderMinutes)
	width := p.WanderLow + (p.WanderHigh-p.WanderLow)*random.Float64()
	fresh := width * math.Sqrt(1-keep*keep)
	levels := make([]float64, blocks)
	level := width * random.NormFloat64()
	for i := range levels {
		levels[i] = level - width*width/2
		level = level*keep + fresh*random.NormFloat64()
	}
	if random.Float64() < p.Drift {
		drift(levels, p.DriftMost*(2*random.Float64()-1), random.IntN(blocks))
	}
	jump(levels, p, random)
	return levels
}

// drift moves a level for good, within a day.
func drift(level []float64, by float64, from int) {
	const blocks = day / levelBlock
	for i := from; i < len(level); i++ {
		level[i] += by * math.Min(1, float64(i-from)/blocks)
	}
}

// normal is the expected reports of a minute in the whole country, without
// outages and surges.
func (s *stream) normal(m outage.Minute) float64 {
	start := s.world.Params.Start
	_, offset := m.Time().In(s.country.Zone()).Zone()
	local := int(m-start) + offset/60 // the start is a Monday at midnight
	slot := ((local/60)%168 + 168) % 168
	past := float64(local%60)/60 - .5
	other := slot + 1
	if past < 0 {
		other, past = slot+167, -past
	}
	season := s.week[slot]*(1-past) + s.week[other%168]*past
	if s.world.keeps(s.country, m) {
		sunday := s.week[144+slot%24]
		season = .8 * math.Min(sunday, season)
	}
	grown := math.Exp(s.growth * float64(m-start) / week)
	return s.rate * season * grown * math.Exp(s.levels[int(m-start)/levelBlock])
}

// measure works out what a perfect observer would know of each outage.
func (s *stream) measure() {
	for _, o := range s.outages {
		o.Nats = 0
		for m := o.Span.From; m < o.Span.To; m++ {
			mean, times := s.normal(m)*o.share, o.times(m)
			// The mean ratio while the multiple is true is that of the mean count.
			o.Nats += outage.NewLikelihoodRatio(mean, times, s.dispersion).Of(times * mean)
			if o.Known == 0 && o.Detectable() {
				o.Known = int(m-o.Span.From) + 1
			}
		}
	}
}
