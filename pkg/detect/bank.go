package detect

import (
	"slices"
	"time"

	"downpour/pkg/outage"
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
	epoch  uint32  // of the weights; moves where the normal changes
	quiet  quiet
	needed [levels]float64
	age    age
}

type node struct {
	run     run
	weights weights
	epoch   uint32 // for which the weights hold, 0 for none
	hit     uint32
	level   Level
	live    bool
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
	most, dispersion := float32(b.params.Cap), normal.Dispersion()
	kept := b.live[:0]
	for _, h := range b.live {
		n := &b.nodes[h]
		if n.epoch != b.epoch {
			mean, upper := normal.Rates(h)
			n.weights, n.epoch = newWeights(b.params, &b.logs, mean, upper, dispersion), b.epoch
		}
		n.live = n.run.step(&n.weights, n.hit, minute, most)
		n.hit = 0
		if n.live {
			b.quiet.see(n.level, n.run.strongest())
			kept = append(kept, h)
		}
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
		if !n.live {
			n.live, woken = true, true
			b.live = append(b.live, hit.Handle)
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
		b.nodes[h].run, b.nodes[h].live = run{}, false
	}
	b.live = b.live[:0]
}

// Spoil says that the present block is no quiet one: an incident is open, or
// data are missing.
func (b *Bank) Spoil() { b.quiet.Spoilt = true }

// Busy reports whether a node has evidence, so that it may not be forgotten.
func (b *Bank) Busy(handle int32) bool { return b.nodes[handle].live }

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
	half := float32(b.params.Needed / 2)
	for _, h := range b.live {
		if b.nodes[h].level != Cell && b.nodes[h].run.strongest() > half {
			return true
		}
	}
	return false
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
}

// Alarm is the node whose evidence exceeds what it needs by most, if any does.
func (b *Bank) Alarm(minute outage.Minute) (Alarm, bool) {
	return b.AlarmAmong(minute, func(int32) bool { return true })
}

// AlarmAmong is the Alarm of those nodes that may give one.
func (b *Bank) AlarmAmong(minute outage.Minute, may func(handle int32) bool) (Alarm, bool) {
	var best Alarm
	margin := -1.
	for _, h := range b.live {
		n := &b.nodes[h]
		need := b.needed[n.level]
		if float64(n.run.strongest()) < need || !may(h) {
			continue
		}
		for i := range n.run.Evidence {
			over := float64(n.run.Evidence[i]) - need
			if over <= margin || !b.enough(n, i, minute) {
				continue
			}
			margin, best = over, b.alarm(h, i, minute)
		}
	}
	return best, margin >= 0
}

// enough asks for people and for a ratio, whatever the evidence.
func (b *Bank) enough(n *node, design int, minute outage.Minute) bool {
	observed := n.run.Observed[design]
	return observed >= b.least(n, design, minute) &&
		float64(observed) >= b.ratio(minute)*float64(n.run.Expected[design])
}

// least is how many reporters a run needs, whatever else.
func (b *Bank) least(n *node, design int, minute outage.Minute) uint32 {
	halfHours := (uint32(minute) - uint32(n.run.Since[design])) / uint32(outage.HalfHour/time.Minute)
	return b.params.Least[n.level] + halfHours*b.params.LeastMore
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
	a := Alarm{
		Handle: handle, Level: n.level, Since: outage.Minute(n.run.Since[design]),
		Observed: n.run.Observed[design], Expected: float64(n.run.Expected[design]),
		Evidence: float64(n.run.Evidence[design]), Needed: b.needed[n.level], Design: b.params.Designs[design],
	}
	spare := (a.Evidence - a.Needed) / float64(n.weights.gain[design])
	a.Threshold = max(float64(a.Observed)-spare, float64(b.least(n, design, minute)), b.ratio(minute)*a.Expected)
	return a
}

// Needed is the evidence that opens an incident at a level.
func (b *Bank) Needed(level Level) float64 { return b.needed[level] }

// Evidence is the strongest evidence of a node, 0 where there is none.
func (b *Bank) Evidence(handle int32) float64 { return float64(b.nodes[handle].run.strongest()) }
