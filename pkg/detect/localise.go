package detect

import (
	"cmp"
	"math"
	"slices"

	"downpour/pkg/outage"
)

// Spread is where a run of unusual counts is: one node, or several that do not
// overlap.
type Spread struct {
	Level    Level
	Handles  []int32 // ascending; the country, regions or cells that it consists of
	Observed float64 // reporters since the run began
	Expected float64
	score    float64
}

// Excess is a node and the reporters in it beyond what was expected.
type Excess struct {
	Handle             int32
	Observed, Expected float64
}

// candidate is a live node with the run that speaks loudest.
type candidate struct {
	handle                      int32
	level                       Level
	observed, expected, minutes float64
	score                       float64 // log-likelihood ratio, without the prior
}

// Localise finds the place that explains the present counts best: the whole
// country, a region, a cell, or several of them. Regions is how many the country
// has; metro tells the smallest cells, which do not overlap. It answers the
// country where nothing is unusual.
//
// Each place is scored by its likelihood ratio and the log of its prior. The
// search over several cells tries only the cells of highest ratio, which is
// enough for scores of this kind (D. B. Neill, Fast subset scan for spatial
// pattern detection, 2012).
func (b *Bank) Localise(minute outage.Minute, regions int, metro func(handle int32) bool, dispersion float64) Spread {
	all := b.candidates(minute, dispersion)
	best := Spread{Level: Country, Handles: []int32{0}, score: math.Inf(-1)}
	cells := max(1, len(b.nodes)-1-regions)
	prior := [levels]float64{
		math.Log(b.params.PriorCountry),
		math.Log(b.params.PriorRegions / float64(max(1, regions))),
		math.Log(b.params.PriorCells / float64(cells)),
	}
	for _, c := range all {
		if score := c.score + prior[c.level]; c.score > 0 && score > best.score {
			best = Spread{
				Level: c.level, Handles: []int32{c.handle},
				Observed: c.observed, Expected: c.expected, score: score,
			}
		}
	}
	several := func(level Level, member func(candidate) bool) {
		found := b.several(all, level, prior[level], dispersion, member)
		if found.score > best.score+b.params.SeveralMustBeatBy {
			best = found
		}
	}
	several(Region, func(c candidate) bool { return c.level == Region })
	several(Cell, func(c candidate) bool { return c.level == Cell && metro(c.handle) })
	slices.Sort(best.Handles)
	return best
}

func (b *Bank) candidates(minute outage.Minute, dispersion float64) []candidate {
	all := make([]candidate, 0, len(b.live))
	for _, h := range b.live {
		n := &b.nodes[h]
		c := candidate{handle: h, level: n.level, score: -1}
		for i := range n.run.Evidence {
			if n.run.Evidence[i] == 0 {
				continue
			}
			observed, expected := float64(n.run.Observed[i]), float64(n.run.Expected[i])
			minutes := float64(minute) + 1 - float64(n.run.Since[i])
			if score := likelihood(observed, expected, minutes, dispersion); score > c.score {
				c.observed, c.expected, c.minutes, c.score = observed, expected, minutes, score
			}
		}
		all = append(all, c)
	}
	return all
}

// several is the best set of at least two nodes of a level that share one
// multiple of the normal. Each node after the first costs one nat.
func (b *Bank) several(all []candidate, level Level, prior, dispersion float64, member func(candidate) bool) Spread {
	var some []candidate
	for _, c := range all {
		if c.score > 0 && member(c) {
			some = append(some, c)
		}
	}
	slices.SortStableFunc(some, func(a, b candidate) int {
		return cmp.Compare(b.observed*a.expected, a.observed*b.expected)
	})
	best := Spread{Level: level, score: math.Inf(-1)}
	var sum candidate
	for i, c := range some {
		sum.observed += c.observed
		sum.expected += c.expected
		sum.minutes = max(sum.minutes, c.minutes)
		if i == 0 {
			continue
		}
		score := likelihood(sum.observed, sum.expected, sum.minutes, dispersion) + prior - float64(i)
		if score > best.score {
			best.score, best.Observed, best.Expected = score, sum.observed, sum.expected
			best.Handles = handlesOf(some[:i+1])
		}
	}
	return best
}

func handlesOf(some []candidate) []int32 {
	handles := make([]int32, len(some))
	for i, c := range some {
		handles[i] = c.handle
	}
	return handles
}

// Excesses are the nodes with more reporters than expected, by handle.
func (b *Bank) Excesses(minute outage.Minute, dispersion float64) []Excess {
	var found []Excess
	for _, c := range b.candidates(minute, dispersion) {
		if c.observed > c.expected {
			found = append(found, Excess{Handle: c.handle, Observed: c.observed, Expected: c.expected})
		}
	}
	return found
}
