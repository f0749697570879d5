package outage

import "math"

// LikelihoodRatio is the log-likelihood ratio of one negative binomial count
// under two means of equal dispersion, in nats. It is linear in the count, so it
// is held as what each unit of the count adds and a constant term.
type LikelihoodRatio struct {
	Gain  float64 // added by each unit of the count
	Drift float64 // added by each observation, whatever its count; negative
}

// NewLikelihoodRatio compares a count of mean times x mean with one of the given
// mean. Dispersion is the alpha of both: the variance is mean + alpha x mean^2.
// With r = 1/alpha and a = ln((r + mean)/(r + times x mean)), the ratio of a
// count x is x (ln times + a) + r a.
func NewLikelihoodRatio(mean, times, dispersion float64) LikelihoodRatio {
	r := 1 / dispersion
	a := math.Log((r + mean) / (r + times*mean))
	return LikelihoodRatio{Gain: math.Log(times) + a, Drift: r * a}
}

// Of is the log-likelihood ratio of a count.
func (l LikelihoodRatio) Of(count float64) float64 { return count*l.Gain + l.Drift }
