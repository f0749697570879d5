package detect

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// runEvidence is the log-likelihood ratio of a negative binomial count at its own
// mean and at the expected one,
//
//	N ln(N/M) + (N + r) ln((r + M)/(r + N)), r = 1/alpha,
//
// where alpha is the dispersion of sums over as many minutes as the run is long. It
// is 0 for a count that is not above the expected one. The CUSUM takes minutes for
// independent; a sum over a run of a real crowd is far less certain than that.
func runEvidence(observed, expected, dispersion float64) float64 {
	if observed <= expected || expected <= 0 {
		return 0
	}
	r := 1 / dispersion
	return observed*math.Log(observed/expected) + (observed+r)*math.Log((r+expected)/(r+observed))
}

// asRun is the evidence of an excursion as a whole, with what may be expected of it and
// the dispersion of sums over as many minutes as it lasts.
func (e *excursion) asRun(handle int32, alternative int, minute outage.Minute, normal Normal) (evidence, upper, dispersion float64) {
	mean, most := normal.Rates(handle)
	upper = float64(e.Expected[alternative]) * most / mean
	dispersion = normal.DispersionAt(handle, int(minute-outage.Minute(e.Since[alternative]))+1)
	return runEvidence(float64(e.Observed[alternative]), upper, dispersion), upper, dispersion
}

// runRequired is the run evidence that opens: less for a longer run, because windows
// of L minutes have a part in L as many independent chances to look unusual.
func (c *Charts) runRequired(level Level, minute, since outage.Minute, normal Normal) float64 {
	p := c.params
	minutes := min(max(int(minute-since)+1, 1), p.RunLongest)
	needed := p.RunNeeded + p.RunPenalty[level] - c.rare(level, normal)
	return c.raised(needed, minute, normal) - p.RunSlope*math.Log(float64(minutes))
}
