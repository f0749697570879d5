package detect

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Needed is the evidence that opens an incident at a level, in nats.
func (c *Charts) Needed(level Level) float64 { return c.params.Needed + c.params.LevelPenalty[level] }

// required is Needed, lower for a place of a rare series, and raised while the series
// is new.
func (c *Charts) required(level Level, minute outage.Minute, normal Normal) float64 {
	return c.raised(c.Needed(level)-c.rare(level, normal), minute, normal)
}

// rare is how much less a place of a series with few reporters needs, in nats.
func (c *Charts) rare(level Level, normal Normal) float64 {
	if level == Country {
		return 0
	}
	mean, _ := normal.Rates(country)
	return min(max(0, math.Log(c.params.RareBelow/max(mean, 1e-9))), c.params.RareMost)
}

// raised is an evidence that opens, more of it while the series is new and its normal
// uncertain.
func (c *Charts) raised(needed float64, minute outage.Minute, normal Normal) float64 {
	if int(minute-c.age.First) < c.params.NewMinutes {
		return needed * (1 + (c.params.NeededNew-1)*min(1, normal.Uncertainty()))
	}
	return needed
}

// Evidence is the largest evidence of a node, 0 where there is none.
func (c *Charts) Evidence(handle int32) float64 {
	n := &c.nodes[handle]
	if n.state == 0 {
		return 0
	}
	return float64(c.state(n).excursion.largest())
}

// Suspicious reports whether the country or a region holds more than half of what
// opens, so that the present counts may not be ordinary. Cells are left out: there
// are so many that one of them is nearly always above half.
func (c *Charts) Suspicious() bool {
	return max(c.largest[Country], c.largest[Region]) > float32(c.params.Needed/2)
}

// Proximity is the evidence of the node nearest to opening, as a part of what it
// needs.
func (c *Charts) Proximity() (part float64) {
	for level, largest := range c.largest {
		part = max(part, float64(largest)/c.Needed(Level(level)))
	}
	return part
}

// NearThreshold are the nodes that hold at least a part of the evidence that
// opening takes, each with its largest excursion, the nearest to opening first.
func (c *Charts) NearThreshold(part float64, minute outage.Minute, normal Normal) []Alarm {
	var near []Alarm
	c.eachNear(part, minute, normal, func(a Alarm, _ float64) { near = append(near, a) })
	slices.SortStableFunc(near, func(a, b Alarm) int { return cmp.Compare(b.Part(0), a.Part(0)) })
	return near
}

// Nearest is the first of NearThreshold, if any node is near.
func (c *Charts) Nearest(part float64, minute outage.Minute, normal Normal) (nearest Alarm, found bool) {
	most := -1.
	c.eachNear(part, minute, normal, func(a Alarm, of float64) {
		if of > most {
			nearest, most, found = a, of, true
		}
	})
	return nearest, found
}

// eachNear calls for each node of NearThreshold, with the part that it holds.
func (c *Charts) eachNear(part float64, minute outage.Minute, normal Normal, near func(Alarm, float64)) {
	for _, h := range c.active {
		n := &c.nodes[h]
		if float64(c.state(n).excursion.largest()) < part*(c.Needed(n.level)-c.rare(n.level, normal)) {
			continue
		}
		// After a restore the weights are not computed yet.
		evidence := c.weighted(h, normal).excursion.Evidence[:]
		a := c.alarm(h, slices.Index(evidence, slices.Max(evidence)), minute, normal)
		if of := a.Part(0); of >= part {
			near(a, of)
		}
	}
}

// AlarmingNodes are the nodes that would open an incident, the nearest first.
func (c *Charts) AlarmingNodes(minute outage.Minute, normal Normal) []Alarm {
	return slices.DeleteFunc(c.NearThreshold(1, minute, normal), func(a Alarm) bool {
		n := &c.nodes[a.Handle]
		return a.RunEvidence < a.RunNeeded || !c.meetsMinimum(n, slices.Index(c.params.Alternatives[:], a.Alternative), minute, normal)
	})
}
