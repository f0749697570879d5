package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Count is the reports of one service from one point in one minute.
type Count struct {
	Service   string
	Country   outage.Country
	Point     *Point // nil for reports without a place
	Reporters int
	N         int
}

// Minute draws the counts of a minute, which must be the one after the last
// one drawn.
func (w *World) Minute(m outage.Minute, emit func(Count)) {
	for _, s := range w.series {
		s.minute(m, emit)
	}
}

func (s *stream) minute(m outage.Minute, emit func(Count)) {
	if s.young && m < s.world.Judged().From {
		return
	}
	times, some := 1., []int(nil)
	for _, b := range s.benign {
		if !b.Span.Contains(m) {
			continue
		}
		switch b.Kind {
		case Gap:
			return
		case longBurst:
			times *= b.times
		case Surge:
			times, some = b.times, b.points
		case Abuse:
			s.abuse(m, b, emit)
		case burst:
			s.counts[b.points[0]]++
		}
	}
	s.ordinary(m, times, some)
	if s.world.Params.Clusters > 0 {
		s.cluster()
	}
	for at, reporters := range s.counts {
		if reporters == 0 {
			continue
		}
		c := Count{Service: s.service, Country: s.country, Reporters: reporters, N: reporters}
		if at < len(s.weights) {
			c.Point = &s.world.points[s.country][at]
		}
		emit(c)
		s.counts[at] = 0
	}
}

// cluster moves all reports of each city in this minute to one of its points.
func (s *stream) cluster() {
	points := s.world.points[s.country]
	for from := 0; from < len(points); {
		to, sum := from, 0
		for ; to < len(points) && points[to].city == points[from].city; to++ {
			sum += s.counts[to]
			s.counts[to] = 0
		}
		s.counts[from+s.random.IntN(to-from)] = sum
		from = to
	}
}

// ordinary draws a minute's reports with a surge to times the normal at some
// points, or everywhere, and with the outages.
func (s *stream) ordinary(m outage.Minute, times float64, some []int) {
	normal := s.normal(m)
	mean, factor := s.noise.mean(s.random, normal)
	if some == nil {
		mean *= times
	}
	s.noise.saw(s.scatter(nil, mean))
	if some != nil {
		_, share := s.middle(some)
		s.scatter(some, normal*share*(times-1)*factor)
	}
	for _, o := range s.outages {
		if !o.Span.Contains(m) {
			continue
		}
		s.scatter(o.points, normal*o.share*(o.times(m)-1)*factor)
		if o.echoes(m) {
			s.scatter(nil, normal*(o.echoTimes-1)*factor)
		}
	}
}

// scatter draws reports from some points, or from all and from nowhere when
// none are named, and returns how many.
func (s *stream) scatter(points []int, mean float64) int {
	pick := s.pick
	if points != nil {
		known, ok := s.picks[&points[0]]
		if !ok {
			known = newAlias(s.weights, points)
			s.picks[&points[0]] = known
		}
		pick = known
	}
	count := poisson(s.random, mean)
	for range count {
		if points == nil && s.random.Float64() < s.unplaced {
			s.counts[len(s.weights)]++
		} else {
			s.counts[pick.draw(s.random)]++
		}
	}
	return count
}

// abuse is one to three senders with many reports each. Their half hour lets
// each count once in thirty minutes.
func (s *stream) abuse(m outage.Minute, b *Benign, emit func(Count)) {
	senders := 1 + int(b.Span.From)%s.world.Params.Senders
	c := Count{
		Service: s.service, Country: s.country, Point: &s.world.points[s.country][b.points[0]],
		N: 10 + s.random.IntN(40),
	}
	if (m-b.Span.From)%30 == 0 {
		c.Reporters = senders
	}
	emit(c)
}

// alias draws a number with given weights in constant time (A. J. Walker 1977).
type alias struct {
	part  []float64
	other []int
	value []int
}

// newAlias draws among the given numbers, all when none are given.
func newAlias(weights []float64, among []int) alias {
	if among == nil {
		among = make([]int, len(weights))
		for i := range among {
			among[i] = i
		}
	}
	sum := 0.
	for _, i := range among {
		sum += weights[i]
	}
	n := len(among)
	a := alias{part: make([]float64, n), other: make([]int, n), value: among}
	var small, large []int
	for at, i := range among {
		a.part[at] = weights[i] / sum * float64(n)
		if a.part[at] < 1 {
			small = append(small, at)
		} else {
			large = append(large, at)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		low, high := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[low] = high
		a.part[high] -= 1 - a.part[low]
		if a.part[high] < 1 {
			large = large[:len(large)-1]
			small = append(small, high)
		}
	}
	for _, rest := range append(small, large...) {
		a.part[rest] = 1
	}
	return a
}

func (a alias) draw(random *rand.Rand) int {
	at := random.IntN(len(a.part))
	if random.Float64() < a.part[at] {
		return a.value[at]
	}
	return a.value[a.other[at]]
}

// poisson draws a count; large means by the normal approximation.
func poisson(random *rand.Rand, mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 60 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*random.NormFloat64())))
	}
	limit, product, k := math.Exp(-mean), random.Float64(), 0
	for product > limit {
		product *= random.Float64()
		k++
	}
	return k
}

// gamma draws from a gamma distribution of the given shape and scale 1
// (G. Marsaglia and W. W. Tsang 2000).
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-random.Float64()) < .5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
