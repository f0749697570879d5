package detect

import (
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// run is the state of one node: for each design the evidence, and the
// reporters and the expected reporters since the evidence was last nil.
type run struct {
	Evidence [designs]float32
	Observed [designs]uint32
	Expected [designs]float32
	Since    [designs]int32 // first minute of the run
	// Most is the largest number of reporters that the run had in one half hour
	// of the clock. They were different people: nobody counts twice in one.
	Most   [designs]uint32
	Half   int32 // the half hour that InHalf counts
	InHalf uint32
}

// weights turn a count into evidence: Gain for each reporter, Drift for each
// minute. With mean m, dispersion 1/r and strength k, the log-likelihood ratio
// of a negative binomial count x is x (ln k + a) + r a, a = ln((r+m)/(r+k m)).
type weights struct {
	gain, drift [designs]float32
	mean        float32
}

func newWeights(p *Params, logs *[designs]float64, mean, upper, dispersion float64) weights {
	w := weights{mean: float32(mean)}
	r := 1 / dispersion
	for i, k := range p.Designs {
		a := math.Log((r + upper) / (r + k*upper))
		w.gain[i] = float32(logs[i] + a)
		w.drift[i] = float32(r * a)
	}
	return w
}

// step takes one minute in and gives the strongest evidence that is left, 0 for
// none.
func (r *run) step(w *weights, reporters uint32, minute outage.Minute, most float32) (top float32) {
	r.count(reporters, minute)
	x := float32(reporters)
	for i := range r.Evidence {
		before := r.Evidence[i]
		evidence := before + x*w.gain[i] + w.drift[i]
		if evidence <= 0 {
			if before != 0 {
				r.Evidence[i], r.Observed[i], r.Expected[i], r.Since[i], r.Most[i] = 0, 0, 0, 0, 0
			}
			continue
		}
		if before == 0 {
			r.Since[i] = int32(minute)
		}
		evidence = min(evidence, most)
		top = max(top, evidence)
		r.Evidence[i] = evidence
		r.Observed[i] += reporters
		r.Expected[i] += w.mean
		r.Most[i] = max(r.Most[i], min(r.InHalf, r.Observed[i]))
	}
	if top == 0 {
		r.Half, r.InHalf = 0, 0
	}
	return top
}

// count adds a minute to its half hour of the clock.
func (r *run) count(reporters uint32, minute outage.Minute) {
	if half := int32(minute / halfHour); half != r.Half {
		r.Half, r.InHalf = half, 0
	}
	r.InHalf += reporters
}

// halfHour is the time, in minutes, in which a reporter counts once.
const halfHour = outage.Minute(outage.HalfHour / time.Minute)

// strongest is the largest evidence of any design.
func (r *run) strongest() float32 {
	return max(r.Evidence[0], r.Evidence[1], r.Evidence[2], r.Evidence[3])
}
