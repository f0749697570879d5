package detect

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// calibration is what a bank learns from quiet hours: how far the evidence climbs
// when nothing is wrong. On noise of the nominal kind the largest evidence of a
// block has a tail that falls by e for each nat; thicker noise has a longer
// tailIndex, and the threshold grows with it.
type calibration struct {
	Block    int64 // number of the present block
	Excluded bool
	Largest  [levels]float32
	Exceeded [levels]float64 // blocks above QuietOver, fading
	Excess   [levels]float64 // sum of what they had above it
}

// record notes the evidence of a node.
func (c *calibration) record(level Level, evidence float32) {
	c.Largest[level] = max(c.Largest[level], evidence)
}

// advance closes the block that a minute no longer belongs to.
func (c *calibration) advance(minute outage.Minute, p *Params) {
	block := int64(minute.Floor(p.CalibrationMinutes)) / int64(p.CalibrationMinutes)
	if block == c.Block {
		return
	}
	c.Block = block
	if !c.Excluded {
		c.learn(p)
	}
	c.Excluded, c.Largest = false, [levels]float32{}
}

func (c *calibration) learn(p *Params) {
	keep := math.Exp2(-float64(p.CalibrationMinutes) / (p.CalibrationHalfLife * 1440))
	for level, largest := range c.Largest {
		c.Exceeded[level] *= keep
		c.Excess[level] *= keep
		if over := float64(largest) - p.CalibrationOver; over > 0 {
			c.Exceeded[level]++
			c.Excess[level] += min(over, p.CalibrationCap)
		}
	}
}

// tailIndex is how fast the tail of the noise falls, 1 for nominal noise.
func (c *calibration) tailIndex(level Level, p *Params) float64 {
	tail := (c.Exceeded[level] + p.CalibrationWeight) / (c.Excess[level] + p.CalibrationWeight)
	return min(max(tail, p.TailIndexLow), 1)
}

// setThresholds works out what each level needs to open. The learnt tail holds only
// where the country has enough reporters: rarer counts are too lumpy for it.
func (c *Charts) setThresholds(mean float64) {
	for level := range c.needed {
		tail := 1.
		if mean >= c.params.CalibrationRate[level] {
			tail = c.calibration.tailIndex(Level(level), c.params)
		}
		c.needed[level] = c.params.Needed/tail + c.params.LevelPenalty[level]
	}
}

func logsOf(p *Params) (logs [alternatives]float64) {
	for i, k := range p.Alternatives {
		logs[i] = math.Log(k)
	}
	return logs
}
