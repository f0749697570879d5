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

// Hit is the reporters of one node in one minute.
type Hit struct {
	Handle    int32
	Reporters uint32
}

// Bank watches all nodes of one service in one country. It is not safe for
// concurrent use.
type Bank struct {
	params *Params
	logs   [designs]float64 // ln k of each design
	nodes  []node
	live   []int32 // handles of nodes with evidence, ascending
	states []state // of the live nodes; most nodes of a series have none
	free   []int32 // states that no node has
	tops   tops
	epoch  uint32 // of the weights; moves where the normal changes
	quiet  quiet
	needed [levels]float64
	age    age
}

type node struct {
	state int32 // 1 + its number among the states, 0 for a node without evidence
	hit   uint32
	level Level
}

// tops is the strongest evidence of any node, by level.
type tops [levels]float32

func (t *tops) see(level Level, evidence float32) { t[level] = max(t[level], evidence) }

// reach reports whether any level has what it needs.
func (t *tops) reach(need func(Level) float64) bool {
	for level, top := range t {
		if float64(top) >= need(Level(level)) {
			return true
		}
	}
	return false
}

// state is what a node has while it has evidence.
type state struct {
	run     run
	weights weights
	epoch   uint32 // for which the weights hold, 0 for none
}

// state is that of a live node.
func (b *Bank) state(n *node) *state { return &b.states[n.state-1] }

// wake gives a node a state without evidence.
func (b *Bank) wake(n *node) {
	if last := len(b.free) - 1; last >= 0 {
		n.state, b.free = b.free[last], b.free[:last]
		return
	}
	b.states = append(b.states, state{})
	n.state = int32(len(b.states))
}

// rest takes the state of a node away.
func (b *Bank) rest(n *node) {
	*b.state(n) = state{}
	b.free = append(b.free, n.state)
	n.state = 0
}

// age is what a bank knows of how long it has watched.
type age struct {
	First     outage.Minute
	Reporters uint64
	Warm      bool
}

// NewBank watches from the given minute on. The params stay the caller's and
// must not change.
func NewBank(params *Params, first outage.Minute) *Bank {
	b := &Bank{params: params, logs: logsOf(params), epoch: 1}
	b.age.First = first
	b.require(0)
	return b
}

// Grow adds nodes until there is one for each handle below n.
func (b *Bank) Grow(n int, level func(handle int32) Level) {
	for h := len(b.nodes); h < n; h++ {
		b.nodes = append(b.nodes, node{level: level(int32(h))})
	}
}

// Turn says that the normal may have changed, and what is now expected of a
// minute in the whole country.
func (b *Bank) Turn(mean float64) {
	b.epoch++
	b.require(mean)
}

// Step takes in one minute: the nodes that had reporters, in any order, each
// once. It does nothing while the series is cold.
func (b *Bank) Step(minute outage.Minute, hits []Hit, normal Normal) {
	if !b.warm(minute, hits) {
		return
	}
	b.quiet.turn(minute, b.params)
	b.touch(hits)
	b.tops = tops{}
	most, dispersion := float32(b.params.Cap), normal.Dispersion()
	kept := b.live[:0]
	for _, h := range b.live {
		n := &b.nodes[h]
		s := b.state(n)
		if s.epoch != b.epoch {
			mean, upper := normal.Rates(h)
			s.weights, s.epoch = newWeights(b.params, &b.logs, mean, upper, dispersion), b.epoch
		}
		if top := s.run.step(&s.weights, n.hit, minute, most); top > 0 {
			b.quiet.see(n.level, top)
			b.tops.see(n.level, top)
			kept = append(kept, h)
		} else {
			b.rest(n)
		}
		n.hit = 0
	}
	b.live = kept
}

// warm counts until a series may be judged. A few reporters into its life
// nothing is normal yet.
func (b *Bank) warm(minute outage.Minute, hits []Hit) bool {
	if b.age.Warm {
		return true
	}
	for _, hit := range hits {
		if hit.Handle == 0 {
			b.age.Reporters += uint64(hit.Reporters)
		}
	}
	old := int(minute-b.age.First) >= b.params.ColdMinutes
	b.age.Warm = old && b.age.Reporters >= b.params.ColdReporters
	return false
}

// touch notes the hits and brings their nodes to life.
func (b *Bank) touch(hits []Hit) {
	woken := false
	for _, hit := range hits {
		n := &b.nodes[hit.Handle]
		n.hit = hit.Reporters
		if n.state == 0 {
			b.wake(n)
			b.live, woken = append(b.live, hit.Handle), true
		}
	}
	if woken {
		slices.Sort(b.live)
	}
}

// Reset forgets all evidence: after an incident was resolved, and when counts
// were missing.
func (b *Bank) Reset() {
	for _, h := range b.live {
		b.nodes[h].state = 0
	}
	b.live, b.states, b.free, b.tops = b.live[:0], b.states[:0], b.free[:0], tops{}
}

// Spoil says that the present block is no quiet one: an incident is open, or
// data are missing.
func (b *Bank) Spoil() { b.quiet.Spoilt = true }

// Busy reports whether a node has evidence, so that it may not be forgotten.
func (b *Bank) Busy(handle int32) bool { return b.nodes[handle].state != 0 }

// Move gives the nodes new handles; those moved below 0 are forgotten.
func (b *Bank) Move(moved []int32) {
	kept := b.nodes[:0]
	for h := range b.nodes {
		if moved[h] >= 0 {
			kept = append(kept, b.nodes[h])
		}
	}
	b.nodes = slices.Clip(kept)
	for i, h := range b.live {
		b.live[i] = moved[h]
	}
}

// Heated reports whether the country or a region holds more than half of what
// opens, so that what is counted now may not be ordinary. Single cells are not
// asked: there are so many that one is always warm.
func (b *Bank) Heated() bool {
	return max(b.tops[Country], b.tops[Region]) > float32(b.params.Needed/2)
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
	Threshold float64
	Design    float64 // the multiple of the normal it was weighed against

	least, ratio float64 // reporters, and times the expected ones, that it needs at least
	gain         float64 // nats of one reporter, as now weighed
	whole        float64 // nats of the whole run as now weighed, not bounded by Params.Cap
}

// EvidenceWithout is the evidence that is left of a run without some of its
// reporters, in nats, 0 at least. It is the evidence less what they are worth, or,
// where the cap on evidence cut the run short, what the rest is worth at the
// present weights.
func (a Alarm) EvidenceWithout(reporters float64) float64 {
	return max(0, a.Evidence-reporters*a.gain, a.whole-reporters*a.gain)
}

// StandsWithout reports whether a run would open an incident without some of its
// reporters: by evidence, by number, and by ratio to what is expected.
func (a Alarm) StandsWithout(reporters float64) bool {
	left := float64(a.Observed) - reporters
	return a.EvidenceWithout(reporters) >= a.Needed && left >= a.least && left >= a.ratio*a.Expected
}

// Alarm is the node whose evidence exceeds what it needs by most, if any does.
func (b *Bank) Alarm(minute outage.Minute) (Alarm, bool) {
	return b.AlarmAmong(minute, func(Alarm) bool { return true })
}

// AlarmAmong is the Alarm of those runs that may give one.
func (b *Bank) AlarmAmong(minute outage.Minute, may func(Alarm) bool) (Alarm, bool) {
	var best Alarm
	margin := -1.
	if !b.tops.reach(func(level Level) float64 { return b.need(level, minute) }) {
		return best, false
	}
	for _, h := range b.live {
		n := &b.nodes[h]
		run, need := &b.state(n).run, b.need(n.level, minute)
		if float64(run.strongest()) < need {
			continue
		}
		for i := range run.Evidence {
			over := float64(run.Evidence[i]) - need
			if over <= margin || !b.enough(n, i, minute) {
				continue
			}
			if alarm := b.alarm(h, i, minute); may(alarm) {
				margin, best = over, alarm
			}
		}
	}
	return best, margin >= 0
}

// enough asks for people and for a ratio, whatever the evidence.
func (b *Bank) enough(n *node, design int, minute outage.Minute) bool {
	run := &b.state(n).run
	return run.Observed[design] >= b.least(n, design, minute) &&
		float64(run.Observed[design]) >= b.ratio(minute)*float64(run.Expected[design])
}

// least is how many reporters a run needs, whatever else: so many in one half
// hour, or more for each half hour that the run lasts, by how many fell short.
// Three people who come back each half hour never have enough.
func (b *Bank) least(n *node, design int, minute outage.Minute) uint32 {
	run, least := &b.state(n).run, b.params.Least[n.level]
	if run.Most[design] >= least {
		return least
	}
	halfHours := (minute - outage.Minute(run.Since[design])) / halfHour
	return least + uint32(halfHours)*min(b.params.LeastMore, 2*(least-run.Most[design]))
}

// ratio is stricter while little is known of the series.
func (b *Bank) ratio(minute outage.Minute) float64 {
	switch age := int(minute - b.age.First); {
	case age < b.params.NewMinutes:
		return b.params.RatioNew
	case age < b.params.YoungMinutes:
		return b.params.RatioYoung
	}
	return b.params.Ratio
}

func (b *Bank) alarm(handle int32, design int, minute outage.Minute) Alarm {
	n := &b.nodes[handle]
	s := b.state(n)
	a := Alarm{
		Handle: handle, Level: n.level, Since: outage.Minute(s.run.Since[design]),
		Observed: s.run.Observed[design], Expected: float64(s.run.Expected[design]),
		Evidence: float64(s.run.Evidence[design]), Needed: b.need(n.level, minute), Design: b.params.Designs[design],
	}
	a.least, a.ratio = float64(b.least(n, design, minute)), b.ratio(minute)
	a.gain = float64(s.weights.gain[design])
	a.whole = float64(a.Observed)*a.gain + float64(minute-a.Since+1)*float64(s.weights.drift[design])
	spare := (a.Evidence - a.Needed) / a.gain
	a.Threshold = max(float64(a.Observed)-spare, a.least, a.ratio*a.Expected)
	return a
}

// need is stricter than Needed while nothing is known of the series.
func (b *Bank) need(level Level, minute outage.Minute) float64 {
	if int(minute-b.age.First) < b.params.NewMinutes {
		return b.needed[level] * b.params.NeededNew
	}
	return b.needed[level]
}

// Needed is the evidence that opens an incident at a level.
func (b *Bank) Needed(level Level) float64 { return b.needed[level] }

// Evidence is the strongest evidence of a node, 0 where there is none.
func (b *Bank) Evidence(handle int32) float64 {
	n := &b.nodes[handle]
	if n.state == 0 {
		return 0
	}
	return float64(b.state(n).run.strongest())
}
