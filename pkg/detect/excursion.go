package detect

import (
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// excursion is the state of one node: for each design the evidence, and the
// reporters and the expected reporters since the evidence was last nil.
type excursion struct {
	Evidence [alternatives]float32
	Observed [alternatives]uint32
	Expected [alternatives]float32
	Since    [alternatives]int32 // first minute of the run
	// MaxHalfHour is the largest number of reporters that the run had in one half hour
	// of the clock. They were different people: nobody counts twice in one.
	MaxHalfHour [alternatives]uint32
	HalfHour    int32 // the half hour that InHalf counts
	InHalfHour  uint32
}

// weights turn a count into evidence: Gain for each reporter, Drift for each
// minute. With mean m, dispersion 1/r and strength k, the log-likelihood ratio
// of a negative binomial count x is x (ln k + a) + r a, a = ln((r+m)/(r+k m)).
type weights struct {
	gain, drift [alternatives]float32
	mean        float32
}

func newWeights(p *Params, logs *[alternatives]float64, mean, upper, dispersion float64) weights {
	w := weights{mean: float32(mean)}
	r := 1 / dispersion
	for i, k := range p.Alternatives {
		a := math.Log((r + upper) / (r + k*upper))
		w.gain[i] = float32(logs[i] + a)
		w.drift[i] = float32(r * a)
	}
	return w
}

// step takes one minute in and gives the strongest evidence that is left, 0 for
// none.
func (e *excursion) step(w *weights, reporters uint32, minute outage.Minute, most float32) (top float32) {
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
		evidence = min(evidence, most)
		top = max(top, evidence)
		e.Evidence[i] = evidence
		e.Observed[i] += reporters
		e.Expected[i] += w.mean
		e.MaxHalfHour[i] = max(e.MaxHalfHour[i], min(e.InHalfHour, e.Observed[i]))
	}
	if top == 0 {
		e.HalfHour, e.InHalfHour = 0, 0
	}
	return top
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

// strongest is the largest evidence of any design.
func (e *excursion) strongest() float32 {
	return max(e.Evidence[0], e.Evidence[1], e.Evidence[2], e.Evidence[3])
}
