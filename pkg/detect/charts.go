package detect

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Normal is what a Bank asks of the baseline. Handles number the nodes of a
// series, 0 is the country. What it answers stays the same until Turn.
type Normal interface {
	// Rates are the mean and the upper mean of a node, in reporters a minute.
	Rates(handle int32) (mean, upper float64)
	Dispersion() float64
}

// Observation is the reporters of one node in one minute.
type Observation struct {
	Handle    int32
	Reporters uint32
}

// Charts watches all nodes of one service in one country. It is not safe for
// concurrent use.
type Charts struct {
	params      *Params
	logs        [alternatives]float64 // ln k of each design
	nodes       []node
	active      []int32 // handles of nodes with evidence, ascending
	states      []state // of the live nodes; most nodes of a series have none
	free        []int32 // states that no node has
	strongest   levelMaxima
	epoch       uint32 // of the weights; moves where the normal changes
	calibration calibration
	needed      [levels]float64
	age         age
}

type node struct {
	state     int32 // 1 + its number among the states, 0 for a node without evidence
	reporters uint32
	level     Level
}

// levelMaxima is the strongest evidence of any node, by level.
type levelMaxima [levels]float32

func (m *levelMaxima) record(level Level, evidence float32) { m[level] = max(m[level], evidence) }

// reaches reports whether any level has what it needs.
func (m *levelMaxima) reaches(need func(Level) float64) bool {
	for level, top := range m {
		if float64(top) >= need(Level(level)) {
			return true
		}
	}
	return false
}

// state is what a node has while it has evidence.
type state struct {
	excursion excursion
	weights   weights
	epoch     uint32 // for which the weights hold, 0 for none
}

// state is that of a live node.
func (c *Charts) state(n *node) *state { return &c.states[n.state-1] }

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

// age is what a bank knows of how long it has watched.
type age struct {
	First       outage.Minute
	Reporters   uint64
	Established bool
}

// NewCharts watches from the given minute on. The params stay the caller's and
// must not change.
func NewCharts(params *Params, first outage.Minute) *Charts {
	b := &Charts{params: params, logs: logsOf(params), epoch: 1}
	b.age.First = first
	b.setThresholds(0)
	return b
}

// Grow adds nodes until there is one for each handle below n.
func (c *Charts) Grow(n int, level func(handle int32) Level) {
	for h := len(c.nodes); h < n; h++ {
		c.nodes = append(c.nodes, node{level: level(int32(h))})
	}
}

// Refresh says that the normal may have changed, and what is now expected of a
// minute in the whole country.
func (c *Charts) Refresh(mean float64) {
	c.epoch++
	c.setThresholds(mean)
}

// Step takes in one minute: the nodes that had reporters, in any order, each
// once. It does nothing while the series is cold.
func (c *Charts) Step(minute outage.Minute, hits []Observation, normal Normal) {
	if !c.established(minute, hits) {
		return
	}
	c.calibration.advance(minute, c.params)
	c.register(hits)
	c.strongest = levelMaxima{}
	most, dispersion := float32(c.params.Cap), normal.Dispersion()
	kept := c.active[:0]
	for _, h := range c.active {
		n := &c.nodes[h]
		s := c.state(n)
		if s.epoch != c.epoch {
			mean, upper := normal.Rates(h)
			s.weights, s.epoch = newWeights(c.params, &c.logs, mean, upper, dispersion), c.epoch
		}
		if top := s.excursion.step(&s.weights, n.reporters, minute, most); top > 0 {
			c.calibration.record(n.level, top)
			c.strongest.record(n.level, top)
			kept = append(kept, h)
		} else {
			c.release(n)
		}
		n.reporters = 0
	}
	c.active = kept
}

// established counts until a series may be judged. A few reporters into its life
// nothing is normal yet.
func (c *Charts) established(minute outage.Minute, hits []Observation) bool {
	if c.age.Established {
		return true
	}
	for _, hit := range hits {
		if hit.Handle == 0 {
			c.age.Reporters += uint64(hit.Reporters)
		}
	}
	old := int(minute-c.age.First) >= c.params.ColdMinutes
	c.age.Established = old && c.age.Reporters >= c.params.ColdReporters
	return false
}

// register notes the hits and brings their nodes to life.
func (c *Charts) register(hits []Observation) {
	woken := false
	for _, hit := range hits {
		n := &c.nodes[hit.Handle]
		n.reporters = hit.Reporters
		if n.state == 0 {
			c.allocate(n)
			c.active, woken = append(c.active, hit.Handle), true
		}
	}
	if woken {
		slices.Sort(c.active)
	}
}

// Reset forgets all evidence: after an incident was resolved, and when counts
// were missing.
func (c *Charts) Reset() {
	for _, h := range c.active {
		c.nodes[h].state = 0
	}
	c.active, c.states, c.free, c.strongest = c.active[:0], c.states[:0], c.free[:0], levelMaxima{}
}

// Exclude says that the present block is no quiet one: an incident is open, or
// data are missing.
func (c *Charts) Exclude() { c.calibration.Excluded = true }

// Active reports whether a node has evidence, so that it may not be forgotten.
func (c *Charts) Active(handle int32) bool { return c.nodes[handle].state != 0 }

// Renumber gives the nodes new handles; those moved below 0 are forgotten.
func (c *Charts) Renumber(moved []int32) {
	kept := c.nodes[:0]
	for h := range c.nodes {
		if moved[h] >= 0 {
			kept = append(kept, c.nodes[h])
		}
	}
	c.nodes = slices.Clip(kept)
	for i, h := range c.active {
		c.active[i] = moved[h]
	}
}

// Suspicious reports whether the country or a region holds more than half of what
// opens, so that what is counted now may not be ordinary. Single cells are not
// asked: there are so many that one is always warm.
func (c *Charts) Suspicious() bool {
	return max(c.strongest[Country], c.strongest[Region]) > float32(c.params.Needed/2)
}

// Alarm is a run that opens an incident.
type Alarm struct {
	Handle           int32
	Level            Level
	Since            outage.Minute
	Observed         uint32
	Expected         float64
	Evidence, Needed float64
	// Threshold is how many reporters in the run would have sufficed.
	Threshold   float64
	Alternative float64 // the multiple of the normal it was weighed against

	minReporters, minRatio float64 // reporters, and times the expected ones, that it needs at least
	gain                   float64 // nats of one reporter, as now weighed
	uncapped               float64 // nats of the whole run as now weighed, not bounded by Params.Cap
}

// EvidenceWithout is the evidence that is left of a run without some of its
// reporters, in nats, 0 at least. It is the evidence less what they are worth, or,
// where the cap on evidence cut the run short, what the rest is worth at the
// present weights.
func (a Alarm) EvidenceWithout(reporters float64) float64 {
	return max(0, a.Evidence-reporters*a.gain, a.uncapped-reporters*a.gain)
}

// StandsWithout reports whether a run would open an incident without some of its
// reporters: by evidence, by number, and by ratio to what is expected.
func (a Alarm) StandsWithout(reporters float64) bool {
	left := float64(a.Observed) - reporters
	return a.EvidenceWithout(reporters) >= a.Needed && left >= a.minReporters && left >= a.minRatio*a.Expected
}

// Alarm is the node whose evidence exceeds what it needs by most, if any does.
func (c *Charts) Alarm(minute outage.Minute) (Alarm, bool) {
	return c.AlarmAmong(minute, func(Alarm) bool { return true })
}

// AlarmAmong is the Alarm of those runs that may give one.
func (c *Charts) AlarmAmong(minute outage.Minute, may func(Alarm) bool) (Alarm, bool) {
	var best Alarm
	margin := -1.
	if !c.strongest.reaches(func(level Level) float64 { return c.required(level, minute) }) {
		return best, false
	}
	for _, h := range c.active {
		n := &c.nodes[h]
		run, need := &c.state(n).excursion, c.required(n.level, minute)
		if float64(run.strongest()) < need {
			continue
		}
		for i := range run.Evidence {
			over := float64(run.Evidence[i]) - need
			if over <= margin || !c.meetsMinimum(n, i, minute) {
				continue
			}
			if alarm := c.alarm(h, i, minute); may(alarm) {
				margin, best = over, alarm
			}
		}
	}
	return best, margin >= 0
}

// meetsMinimum asks for people and for a ratio, whatever the evidence.
func (c *Charts) meetsMinimum(n *node, design int, minute outage.Minute) bool {
	run := &c.state(n).excursion
	return run.Observed[design] >= c.minReporters(n, design, minute) &&
		float64(run.Observed[design]) >= c.minRatio(minute)*float64(run.Expected[design])
}

// minReporters is how many reporters a run needs, whatever else: so many in one half
// hour, or more for each half hour that the run lasts, by how many fell short.
// Three people who come back each half hour never have enough.
func (c *Charts) minReporters(n *node, design int, minute outage.Minute) uint32 {
	run, least := &c.state(n).excursion, c.params.MinReporters[n.level]
	if run.MaxHalfHour[design] >= least {
		return least
	}
	halfHours := (minute - outage.Minute(run.Since[design])) / halfHour
	return least + uint32(halfHours)*min(c.params.MinReportersExtra, 2*(least-run.MaxHalfHour[design]))
}

// minRatio is stricter while little is known of the series.
func (c *Charts) minRatio(minute outage.Minute) float64 {
	switch age := int(minute - c.age.First); {
	case age < c.params.NewMinutes:
		return c.params.RatioNew
	case age < c.params.YoungMinutes:
		return c.params.RatioYoung
	}
	return c.params.Ratio
}

func (c *Charts) alarm(handle int32, design int, minute outage.Minute) Alarm {
	n := &c.nodes[handle]
	s := c.state(n)
	a := Alarm{
		Handle: handle, Level: n.level, Since: outage.Minute(s.excursion.Since[design]),
		Observed: s.excursion.Observed[design], Expected: float64(s.excursion.Expected[design]),
		Evidence: float64(s.excursion.Evidence[design]), Needed: c.required(n.level, minute), Alternative: c.params.Alternatives[design],
	}
	a.minReporters, a.minRatio = float64(c.minReporters(n, design, minute)), c.minRatio(minute)
	a.gain = float64(s.weights.gain[design])
	a.uncapped = float64(a.Observed)*a.gain + float64(minute-a.Since+1)*float64(s.weights.drift[design])
	spare := (a.Evidence - a.Needed) / a.gain
	a.Threshold = max(float64(a.Observed)-spare, a.minReporters, a.minRatio*a.Expected)
	return a
}

// required is stricter than Needed while nothing is known of the series.
func (c *Charts) required(level Level, minute outage.Minute) float64 {
	if int(minute-c.age.First) < c.params.NewMinutes {
		return c.needed[level] * c.params.NeededNew
	}
	return c.needed[level]
}

// Needed is the evidence that opens an incident at a level.
func (c *Charts) Needed(level Level) float64 { return c.needed[level] }

// Evidence is the strongest evidence of a node, 0 where there is none.
func (c *Charts) Evidence(handle int32) float64 {
	n := &c.nodes[handle]
	if n.state == 0 {
		return 0
	}
	return float64(c.state(n).excursion.strongest())
}
