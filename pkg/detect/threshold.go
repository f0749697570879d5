package detect

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Proximity is the evidence of the node nearest to opening, as a part of what it
// needs.
func (c *Charts) Proximity() (warmth float64) {
	for level, top := range c.strongest {
		warmth = max(warmth, float64(top)/c.needed[level])
	}
	return warmth
}

// NearThreshold are the nodes that hold at least a part of the evidence that opening
// takes, each with its strongest run, the nearest to opening first.
func (c *Charts) NearThreshold(part float64, minute outage.Minute, normal Normal) []Alarm {
	var warm []Alarm
	for _, h := range c.active {
		n := &c.nodes[h]
		s := c.state(n)
		if float64(s.excursion.strongest()) < part*c.needed[n.level] {
			continue
		}
		if s.epoch != c.epoch { // read back from a state, and not stepped since
			mean, upper := normal.Rates(h)
			s.weights, s.epoch = newWeights(c.params, &c.logs, mean, upper, normal.Dispersion()), c.epoch
		}
		best := 0
		for i := range s.excursion.Evidence {
			if s.excursion.Evidence[i] > s.excursion.Evidence[best] {
				best = i
			}
		}
		warm = append(warm, c.alarm(h, best, minute))
	}
	slices.SortStableFunc(warm, func(a, b Alarm) int { return cmp.Compare(b.Evidence/b.Needed, a.Evidence/a.Needed) })
	return warm
}

// AlarmingNodes are the nodes that would open an incident, the strongest first.
func (c *Charts) AlarmingNodes(minute outage.Minute, normal Normal) []Alarm {
	return slices.DeleteFunc(c.NearThreshold(1, minute, normal), func(a Alarm) bool {
		n := &c.nodes[a.Handle]
		return a.Evidence < a.Needed || !c.meetsMinimum(n, slices.Index(c.params.Alternatives[:], a.Alternative), minute)
	})
}
