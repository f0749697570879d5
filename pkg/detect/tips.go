package detect

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Warmth is the evidence of the node nearest to opening, as a part of what it
// needs.
func (b *Bank) Warmth() (warmth float64) {
	for level, top := range b.tops {
		warmth = max(warmth, float64(top)/b.needed[level])
	}
	return warmth
}

// Warm are the nodes that hold at least a part of the evidence that opening
// takes, each with its strongest run, the nearest to opening first.
func (b *Bank) Warm(part float64, minute outage.Minute, normal Normal) []Alarm {
	var warm []Alarm
	for _, h := range b.live {
		n := &b.nodes[h]
		s := b.state(n)
		if float64(s.run.strongest()) < part*b.needed[n.level] {
			continue
		}
		if s.epoch != b.epoch { // read back from a state, and not stepped since
			mean, upper := normal.Rates(h)
			s.weights, s.epoch = newWeights(b.params, &b.logs, mean, upper, normal.Dispersion()), b.epoch
		}
		best := 0
		for i := range s.run.Evidence {
			if s.run.Evidence[i] > s.run.Evidence[best] {
				best = i
			}
		}
		warm = append(warm, b.alarm(h, best, minute))
	}
	slices.SortStableFunc(warm, func(a, b Alarm) int { return cmp.Compare(b.Evidence/b.Needed, a.Evidence/a.Needed) })
	return warm
}

// Tips are the nodes that would open an incident, the strongest first.
func (b *Bank) Tips(minute outage.Minute, normal Normal) []Alarm {
	return slices.DeleteFunc(b.Warm(1, minute, normal), func(a Alarm) bool {
		n := &b.nodes[a.Handle]
		return a.Evidence < a.Needed || !b.enough(n, slices.Index(b.params.Designs[:], a.Design), minute)
	})
}
