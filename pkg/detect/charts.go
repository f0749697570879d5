package detect

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Normal gives the expected counts of the nodes. Handles number the nodes, 0 is
// the country. The values stay the same until Refresh.
type Normal interface {
	// Rates are the mean and the upper mean of a node, in reporters a minute.
	Rates(handle int32) (mean, upper float64)
	// DispersionAt is that of sums over so many minutes at a node.
	DispersionAt(handle int32, minutes int) float64
	// Uncertainty is the standard deviation of the logarithm of the country's mean.
	Uncertainty() float64
}

const country = 0 // the handle of the country

// Observation is the reporters of one node in one minute.
type Observation struct {
	Handle    int32
	Reporters uint32
}

// Charts holds the negative binomial CUSUM charts (Page 1954) of all nodes of one
// service in one country. It is not safe for concurrent use.
type Charts struct {
	params *Params
	nodes  []node
	active []int32 // handles of the nodes with evidence, ascending
	// states are those of the active nodes; most nodes have none. free numbers the
	// states that are not in use.
	states     []state
	free       []int32
	largest    levelMaxima
	epoch      uint32 // version of the weights, which Refresh makes stale
	age        age
	recurrence recurrence
	cold       coldCounts

	country state // of the whole country, open incidents included
}

type node struct {
	state     int32 // 1 + its number among the states, 0 for a node without evidence
	reporters uint32
	level     Level
}

// levelMaxima is the largest evidence of any node, by level.
type levelMaxima [levels]float32

func (m *levelMaxima) record(level Level, evidence float32) { m[level] = max(m[level], evidence) }

// reaches reports whether any level has the evidence that it needs.
func (m *levelMaxima) reaches(need func(Level) float64) bool {
	for level, largest := range m {
		if float64(largest) >= need(Level(level)) {
			return true
		}
	}
	return false
}

// state is kept for a node while it has evidence.
type state struct {
	excursion excursion
	weights   weights
	epoch     uint32 // for which the weights hold, 0 for none
}

// age is how long and on how many reporters the charts have run. It is saved as it
// stands.
type age struct {
	First       outage.Minute
	Reporters   uint64
	Established bool
}

// NewCharts makes charts that begin at the given minute. The params stay the
// caller's and must not change.
func NewCharts(params *Params, first outage.Minute) *Charts {
	c := &Charts{params: params, epoch: 1}
	c.age.First = first
	return c
}

// Grow adds nodes until there is one for each handle below n.
func (c *Charts) Grow(n int, level func(handle int32) Level) {
	for h := len(c.nodes); h < n; h++ {
		c.nodes = append(c.nodes, node{level: level(int32(h))})
	}
}

// Refresh makes the weights follow a change of the normal.
func (c *Charts) Refresh() { c.epoch++ }

// Minute is the counts of one minute.
type Minute struct {
	Minute outage.Minute
	// Observed are the nodes outside of open incidents that had reporters, in any
	// order, each once.
	Observed []Observation
	// Whole is the reporters of the whole country, Left those outside of open
	// incidents.
	Whole, Left uint32
}

// Step updates the charts by one minute. Normal is what is expected outside of open
// incidents, whole what is expected of the country with them. Before the series is
// established it only counts.
func (c *Charts) Step(m *Minute, normal, whole Normal) {
	if !c.established(m.Minute, m.Left) {
		return
	}
	c.recordCountry(m.Minute, m.Whole, whole)
	c.activate(m.Observed)
	c.largest = levelMaxima{}
	limit := float32(c.params.Cap)
	stillActive := c.active[:0]
	for _, h := range c.active {
		n := &c.nodes[h]
		s := c.weighted(h, normal)
		if largest := s.excursion.step(&s.weights, n.reporters, m.Minute, limit); largest > 0 {
			c.largest.record(n.level, largest)
			stillActive = append(stillActive, h)
		} else {
			c.release(n)
		}
		n.reporters = 0
	}
	c.active = stillActive
}

// established counts until a series is old and large enough to be judged by its own
// normal.
func (c *Charts) established(minute outage.Minute, reporters uint32) bool {
	if c.age.Established {
		return true
	}
	c.cold.add(minute, reporters)
	c.age.Reporters += uint64(reporters)
	old := int(minute-c.age.First) >= c.params.ColdMinutes
	c.age.Established = old && c.age.Reporters >= c.params.ColdReporters
	return false
}

// activate stores the observations and gives their nodes a state.
func (c *Charts) activate(observed []Observation) {
	added := false
	for _, o := range observed {
		n := &c.nodes[o.Handle]
		n.reporters = o.Reporters
		if n.state == 0 {
			c.allocate(n)
			c.active, added = append(c.active, o.Handle), true
		}
	}
	if added {
		slices.Sort(c.active)
	}
}

// Reset drops all evidence: after an incident was resolved, and when counts were
// missing.
func (c *Charts) Reset() {
	for _, h := range c.active {
		c.nodes[h].state = 0
	}
	c.active, c.states, c.free, c.largest = c.active[:0], c.states[:0], c.free[:0], levelMaxima{}
}

// Drop drops the evidence of nodes that an incident covers, or no longer covers.
func (c *Charts) Drop(gone func(handle int32) bool) {
	remaining := c.active[:0]
	c.largest = levelMaxima{}
	for _, h := range c.active {
		n := &c.nodes[h]
		if gone(h) {
			c.release(n)
			continue
		}
		remaining = append(remaining, h)
		c.largest.record(n.level, c.state(n).excursion.largest())
	}
	c.active = remaining
}

// Active reports whether a node has evidence, so that it may not be dropped.
func (c *Charts) Active(handle int32) bool { return c.nodes[handle].state != 0 }

// Renumber gives the nodes new handles; those with a new handle below 0 are
// dropped.
func (c *Charts) Renumber(moved []int32) {
	remaining := c.nodes[:0]
	for h := range c.nodes {
		if moved[h] >= 0 {
			remaining = append(remaining, c.nodes[h])
		}
	}
	c.nodes = slices.Clip(remaining)
	for i, h := range c.active {
		c.active[i] = moved[h]
	}
}

// state is that of an active node.
func (c *Charts) state(n *node) *state { return &c.states[n.state-1] }

// weighted is the state of an active node with weights of the present epoch.
func (c *Charts) weighted(handle int32, normal Normal) *state {
	s := c.state(&c.nodes[handle])
	c.weigh(s, handle, normal)
	return s
}

// weigh gives the state of a node weights of the present epoch.
func (c *Charts) weigh(s *state, handle int32, normal Normal) {
	if s.epoch != c.epoch {
		mean, upper := normal.Rates(handle)
		s.weights, s.epoch = newWeights(c.params, mean, upper, normal.DispersionAt(handle, 1)), c.epoch
	}
}

// allocate gives a node a state without evidence.
func (c *Charts) allocate(n *node) {
	if last := len(c.free) - 1; last >= 0 {
		n.state, c.free = c.free[last], c.free[:last]
		return
	}
	c.states = append(c.states, state{})
	n.state = int32(len(c.states))
}

// release takes the state of a node away.
func (c *Charts) release(n *node) {
	*c.state(n) = state{}
	c.free = append(c.free, n.state)
	n.state = 0
}
