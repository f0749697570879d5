package detect

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// excursion is the CUSUM state of one node: for each alternative the evidence, and
// the reporters and the expected reporters since the evidence was last zero. It has
// a fixed size and is saved as it stands.
type excursion struct {
	Evidence [alternatives]float32
	Observed [alternatives]uint32
	Expected [alternatives]float32
	Since    [alternatives]int32 // first minute of the excursion
	// MaxHalfHour is the largest number of reporters of the excursion within one
	// half hour of the clock. They were different people, because nobody counts
	// twice in one.
	MaxHalfHour [alternatives]uint32
	HalfHour    int32 // the half hour that InHalfHour counts
	InHalfHour  uint32
}

// weights are the likelihood ratios of a node against each alternative.
type weights struct {
	gain, drift [alternatives]float32
	mean        float32
}

// newWeights computes the ratios from the upper mean. The lower mean is only added
// up as what was expected.
func newWeights(p *Params, mean, upper, dispersion float64) weights {
	w := weights{mean: float32(mean)}
	for i, times := range p.Alternatives {
		ratio := outage.NewLikelihoodRatio(upper, times, dispersion)
		w.gain[i], w.drift[i] = float32(ratio.Gain), float32(ratio.Drift)
	}
	return w
}

// step updates the CUSUM by one minute, with evidence held at most at limit. It
// returns the largest evidence of any alternative, 0 for none.
func (e *excursion) step(w *weights, reporters uint32, minute outage.Minute, limit float32) (largest float32) {
	e.count(reporters, minute)
	x := float32(reporters)
	for i := range e.Evidence {
		before := e.Evidence[i]
		evidence := before + x*w.gain[i] + w.drift[i]
		if evidence <= 0 {
			if before != 0 {
				e.Evidence[i], e.Observed[i], e.Expected[i], e.Since[i], e.MaxHalfHour[i] = 0, 0, 0, 0, 0
			}
			continue
		}
		if before == 0 {
			e.Since[i] = int32(minute)
		}
		evidence = min(evidence, limit)
		largest = max(largest, evidence)
		e.Evidence[i] = evidence
		e.Observed[i] += reporters
		e.Expected[i] += w.mean
		e.MaxHalfHour[i] = max(e.MaxHalfHour[i], min(e.InHalfHour, e.Observed[i]))
	}
	if largest == 0 {
		e.HalfHour, e.InHalfHour = 0, 0
	}
	return largest
}

// count adds a minute to its half hour of the clock.
func (e *excursion) count(reporters uint32, minute outage.Minute) {
	if half := int32(minute / halfHour); half != e.HalfHour {
		e.HalfHour, e.InHalfHour = half, 0
	}
	e.InHalfHour += reporters
}

// halfHour is the time, in minutes, in which a reporter counts once.
const halfHour = outage.Minute(outage.HalfHour / time.Minute)

// largest is the largest evidence of any alternative.
func (e *excursion) largest() float32 {
	return max(e.Evidence[0], e.Evidence[1], e.Evidence[2], e.Evidence[3])
}
