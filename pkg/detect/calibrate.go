package detect

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// quiet is what a bank learns from quiet hours: how far the evidence climbs
// when nothing is wrong. On noise of the nominal kind the largest evidence of a
// block has a tail that falls by e for each nat; thicker noise has a longer
// tail, and the threshold grows with it.
type quiet struct {
	Block    int64 // number of the present block
	Spoilt   bool
	Largest  [levels]float32
	Exceeded [levels]float64 // blocks above QuietOver, fading
	Excess   [levels]float64 // sum of what they had above it
}

// see notes the evidence of a node.
func (q *quiet) see(level Level, evidence float32) {
	q.Largest[level] = max(q.Largest[level], evidence)
}

// turn closes the block that a minute no longer belongs to.
func (q *quiet) turn(minute outage.Minute, p *Params) {
	block := int64(minute.Floor(p.QuietMinutes)) / int64(p.QuietMinutes)
	if block == q.Block {
		return
	}
	q.Block = block
	if !q.Spoilt {
		q.learn(p)
	}
	q.Spoilt, q.Largest = false, [levels]float32{}
}

func (q *quiet) learn(p *Params) {
	keep := math.Exp2(-float64(p.QuietMinutes) / (p.QuietHalfLife * 1440))
	for level, largest := range q.Largest {
		q.Exceeded[level] *= keep
		q.Excess[level] *= keep
		if over := float64(largest) - p.QuietOver; over > 0 {
			q.Exceeded[level]++
			q.Excess[level] += min(over, p.QuietMost)
		}
	}
}

// tail is how fast the tail of the noise falls, 1 for nominal noise.
func (q *quiet) tail(level Level, p *Params) float64 {
	tail := (q.Exceeded[level] + p.QuietWeight) / (q.Excess[level] + p.QuietWeight)
	return min(max(tail, p.QuietLow), 1)
}

// require works out what each level needs to open. The learnt tail holds only
// where the country has enough reporters: rarer counts are too lumpy for it.
func (b *Bank) require(mean float64) {
	for level := range b.needed {
		tail := 1.
		if mean >= b.params.QuietRate[level] {
			tail = b.quiet.tail(Level(level), b.params)
		}
		b.needed[level] = b.params.Needed/tail + b.params.Dearer[level]
	}
}

func logsOf(p *Params) (logs [designs]float64) {
	for i, k := range p.Designs {
		logs[i] = math.Log(k)
	}
	return logs
}
