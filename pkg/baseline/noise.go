package baseline

import (
	"iter"
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// scales is the number of window lengths at which dispersion is estimated.
const scales = 5

// windowMinutes are the lengths of the windows, aligned to the epoch. The variance of the
// sum over an excursion is that of windows of its length: minutes of real reports are not
// independent, and bursts last for hours.
var windowMinutes = [scales]int{1, 5, 15, 60, 240}

// Depths of the tree, by which dispersion is pooled.
const (
	depthCountry = iota
	depthRegion
	depthCell
	depths
)

// noise is the dispersion of the counts of a series, by depth and by length of the
// window. With X counted and m expected, the estimate is by moments,
//
//	alpha = (sum w ((X-m)^2 - m) + A B) / (sum w m^2 + B), w = 1/(1+m)^2,
//
// where A is the prior dispersion and B its weight. It has a fixed size.
type noise struct {
	Sum, Weight [depths][scales]float64
	// Alpha is the estimates as of the beginning of the open block. Like all expected
	// values they do not change within a block.
	Alpha [depths][scales]float64
	// Expected is the expected reporters of the country in the observed minutes of the
	// open windows.
	Expected [scales]float64
	Skip     uint8 // bit i: the open windows of scale i are not learnt
}

// window is the open windows of one place, of five minutes and longer, and the moments
// of its five-minute windows. It has a fixed size.
type window struct {
	Count       [scales]uint32
	Expected    [scales]float32 // of the country and of regions
	Sum, Weight float32
	Factor      float32 // of the dispersion of its depth, as of the beginning of the block; 0 for 1
	Skip        uint8
}

// Live is, by handle, the part of the mean of each place that no open incident covers,
// 0 for a covered place. nil covers nothing.
type Live []float64

func (l Live) part(handle int32) float64 {
	if l == nil {
		return 1
	}
	return l[handle]
}

func (s *Series) depth(handle int32) int {
	switch {
	case handle == Whole:
		return depthCountry
	case s.places.list[handle].Key == 0:
		return depthRegion
	}
	return depthCell
}

// meanOf is the expected reporters a minute of the live part of a place, without the
// inflation for an uncertain level.
func (s *Series) meanOf(handle int32, live Live) float64 {
	return s.level.Mean * s.Share(handle) * live.part(handle)
}

// ObserveNoise adds the reporters of live places in one minute, by handle; places that
// are not listed had none. It must be called once a minute, after BeginBlock.
func (s *Series) ObserveNoise(minute outage.Minute, at iter.Seq2[int32, uint32], live Live) {
	for len(s.windows) < len(s.places.list) {
		s.windows = append(s.windows, window{})
	}
	known := minute-s.stats.First >= outage.Minute(s.params.DispersionAfter)
	for i := range s.noise.Expected {
		s.noise.Expected[i] += s.level.Mean
	}
	if known && s.noise.Skip&1 == 0 {
		s.learnMinute(at, live)
	}
	for handle, reporters := range at {
		w := &s.windows[handle]
		for i := 1; i < scales; i++ {
			w.Count[i] += reporters
		}
	}
	s.noise.Skip &^= 1
	if (minute+1)%BlockMinutes == 0 {
		s.closeWindows(minute+1, known, live)
	}
}

// learnMinute learns windows of one minute. The contribution of empty places changes
// only with the mean, so it is summed once a block.
func (s *Series) learnMinute(at iter.Seq2[int32, uint32], live Live) {
	if places := len(s.places.list); live != nil || s.emptyFor != s.open.Start || s.emptyPlaces != places {
		s.sumEmpty(live)
	}
	keep := s.keep(0)
	for depth := range depths {
		s.noise.Sum[depth][0] = s.noise.Sum[depth][0]*keep + s.empty[depth].sum
		s.noise.Weight[depth][0] = s.noise.Weight[depth][0]*keep + s.empty[depth].weight
	}
	for handle, reporters := range at {
		if live.part(handle) == 0 {
			continue
		}
		depth, m := s.depth(handle), s.meanOf(handle, live)
		s.noise.Sum[depth][0] += s.squared(depth, 0, float64(reporters), m) - s.squared(depth, 0, 0, m)
	}
}

type emptySum struct{ sum, weight float64 }

func (s *Series) sumEmpty(live Live) {
	s.empty, s.emptyFor, s.emptyPlaces = [depths]emptySum{}, s.open.Start, len(s.places.list)
	if live != nil {
		s.emptyFor = 0 // valid for this minute only
	}
	for h := range int32(len(s.places.list)) {
		if live.part(h) == 0 {
			continue
		}
		depth, m := s.depth(h), s.meanOf(h, live)
		s.empty[depth].sum += s.squared(depth, 0, 0, m)
		s.empty[depth].weight += weightOf(m) * m * m
	}
}

// squared is what a window adds to Sum: its weighted squared residual less the mean. The
// residual is bounded above so that an undetected outage changes little.
func (s *Series) squared(depth, scale int, x, m float64) float64 {
	most := 4*math.Sqrt(m+s.alpha(depth, scale)*m*m) + 3
	d := min(x-m, most)
	return weightOf(m) * (d*d - m)
}

func weightOf(m float64) float64 { return 1 / ((1 + m) * (1 + m)) }

func (s *Series) keep(scale int) float64 {
	return math.Exp2(-float64(windowMinutes[scale]) / (s.params.DispersionHalfLife * minutesADay))
}

// alpha is the dispersion of a depth at a scale.
func (s *Series) alpha(depth, scale int) float64 { return s.noise.Alpha[depth][scale] }

// estimate sets the dispersion of every depth and scale.
func (n *noise) estimate(p *Params) {
	for depth := range depths {
		for scale := range scales {
			a := (n.Sum[depth][scale] + p.NoisePrior[scale]*p.NoiseWeight[scale]) / (n.Weight[depth][scale] + p.NoiseWeight[scale])
			most := p.NoiseHigh
			if scale == 0 {
				most = p.NoiseHighMinute
			}
			n.Alpha[depth][scale] = min(max(a, p.DispersionLow), most)
		}
	}
}

// closeWindows learns the windows that end before a minute.
func (s *Series) closeWindows(end outage.Minute, known bool, live Live) {
	for h := range int32(len(s.windows)) {
		if s.depth(h) == depthCell {
			break // cells have the largest handles
		}
		for i := 1; i < scales; i++ {
			s.windows[h].Expected[i] += float32(BlockMinutes * s.meanOf(h, live))
		}
	}
	for i := 1; i < scales; i++ {
		if int(end)%windowMinutes[i] == 0 {
			s.closeScale(i, known && s.noise.Skip&(1<<i) == 0, live)
			s.noise.Expected[i] = 0
			s.noise.Skip &^= 1 << i
		}
	}
	s.noise.Expected[0] = 0
}

func (s *Series) closeScale(scale int, learn bool, live Live) {
	bit, keep := uint8(1)<<scale, s.keep(scale)
	if learn {
		for depth := range depths {
			s.noise.Sum[depth][scale] *= keep
			s.noise.Weight[depth][scale] *= keep
		}
	}
	for h := range s.windows {
		w, handle := &s.windows[h], int32(h)
		if learn && w.Skip&bit == 0 && live.part(handle) > 0 {
			depth, m := s.depth(handle), float64(w.Expected[scale])
			if depth == depthCell {
				m = s.noise.Expected[scale] * s.Share(handle) * live.part(handle)
			}
			squared, weight := s.squared(depth, scale, float64(w.Count[scale]), m), weightOf(m)*m*m
			s.noise.Sum[depth][scale] += squared
			s.noise.Weight[depth][scale] += weight
			if scale == 1 {
				w.Sum = w.Sum*float32(keep) + float32(squared)
				w.Weight = w.Weight*float32(keep) + float32(weight)
			}
		}
		w.Count[scale], w.Expected[scale] = 0, 0
		w.Skip &^= bit
	}
}

// CoverWindows excludes the open windows of newly covered places from learning and
// subtracts their counts from the country and from their regions.
func (s *Series) CoverWindows(handles []int32, before Live) {
	const all = 1<<scales - 1
	for _, h := range handles {
		if int(h) >= len(s.windows) || before.part(h) == 0 {
			continue
		}
		w, place := &s.windows[h], &s.places.list[h]
		if place.Parent != Nowhere && w.Skip&(1<<1) == 0 {
			s.takeOut(w, h, Whole)
			if place.Region != Nowhere {
				s.takeOut(w, h, place.Region)
			}
			s.windows[place.Parent].Skip |= all
		}
		w.Skip |= all
	}
}

// takeOut subtracts the windows of a metro cell from those of a place above it.
func (s *Series) takeOut(w *window, cell, from int32) {
	above := &s.windows[from]
	for i := 1; i < scales; i++ {
		above.Count[i] -= min(above.Count[i], w.Count[i])
		above.Expected[i] = max(0, above.Expected[i]-float32(s.noise.Expected[i]*s.Share(cell)))
	}
}

// SkipNoise excludes all open windows from learning.
func (s *Series) SkipNoise() { s.noise.Skip = 1<<scales - 1 }

// factor is the dispersion of a place relative to that of its depth.
func (s *Series) factor(handle int32) float64 {
	if int(handle) >= len(s.windows) || s.windows[handle].Factor == 0 {
		return 1
	}
	return float64(s.windows[handle].Factor)
}

// estimateNoise sets the dispersion of every depth and place for the block that begins.
func (s *Series) estimateNoise() {
	s.noise.estimate(&s.params)
	const weight = 30
	for h := range s.windows {
		w, a := &s.windows[h], s.alpha(s.depth(int32(h)), 1)
		f := (float64(w.Sum) + weight*a) / (float64(w.Weight) + weight) / a
		w.Factor = float32(min(max(f, s.params.NoiseFactorLow), s.params.NoiseFactorHigh))
	}
}

// DispersionAt is the dispersion of sums over so many minutes at a place.
func (s *Series) DispersionAt(handle int32, minutes int) float64 {
	depth, factor := s.depth(handle), s.factor(handle)
	if minutes <= 1 {
		return min(s.alpha(depth, 0)*factor, s.params.NoiseHighMinute)
	}
	at := 1
	for at < scales-1 && windowMinutes[at] < minutes {
		at++
	}
	low, high := s.alpha(depth, at-1), s.alpha(depth, at)
	from, to := float64(windowMinutes[at-1]), float64(windowMinutes[at])
	part := min(1, math.Log(float64(minutes)/from)/math.Log(to/from))
	return min(low*math.Pow(high/low, part)*factor, s.params.NoiseHigh)
}
