package detect

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// calibration estimates how far the evidence climbs when nothing is wrong. On noise
// of the nominal kind the largest evidence of a block has an exponential tail of
// index 1: it falls by e for each nat. Thicker noise has a smaller index, estimated
// from the mean excess over CalibrationOver (Hill 1975), and the threshold grows
// with its inverse. It has a fixed size and is saved as it stands.
type calibration struct {
	Block    int64 // number of the present block
	Excluded bool
	Largest  [levels]float32
	Exceeded [levels]float64 // number of blocks above CalibrationOver, decaying
	Excess   [levels]float64 // sum of their excess over it, decaying
}

// record takes the evidence of a node into the present block.
func (c *calibration) record(level Level, evidence float32) {
	c.Largest[level] = max(c.Largest[level], evidence)
}

// advance closes the block when the minute lies in the next one.
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
	decay := math.Exp2(-float64(p.CalibrationMinutes) / (p.CalibrationHalfLife * 1440))
	for level, largest := range c.Largest {
		c.Exceeded[level] *= decay
		c.Excess[level] *= decay
		if over := float64(largest) - p.CalibrationOver; over > 0 {
			c.Exceeded[level]++
			c.Excess[level] += min(over, p.CalibrationCap)
		}
	}
}

// tailIndex is the index of the noise's tail, 1 for nominal noise and
// TailIndexLow at least.
func (c *calibration) tailIndex(level Level, p *Params) float64 {
	index := (c.Exceeded[level] + p.CalibrationWeight) / (c.Excess[level] + p.CalibrationWeight)
	return min(max(index, p.TailIndexLow), 1)
}
