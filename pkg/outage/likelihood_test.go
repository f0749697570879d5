package outage

import (
	"math"
	"testing"
)

// logNegBin is the log of the probability of a negative binomial count, from its
// definition with the gamma function.
func logNegBin(count, mean, dispersion float64) float64 {
	r := 1 / dispersion
	lgamma := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	return lgamma(count+r) - lgamma(r) - lgamma(count+1) + r*math.Log(r/(r+mean)) + count*math.Log(mean/(r+mean))
}

func TestLikelihoodRatioIsThatOfTheDefinition(t *testing.T) {
	for _, mean := range []float64{.01, 1, 40} {
		for _, times := range []float64{4, 200} {
			for _, dispersion := range []float64{.03, 1} {
				for _, count := range []float64{0, 1, 7, 300} {
					want := logNegBin(count, times*mean, dispersion) - logNegBin(count, mean, dispersion)
					got := NewLikelihoodRatio(mean, times, dispersion).Of(count)
					if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("count %v, mean %v x %v, dispersion %v: %v, want %v", count, mean, times, dispersion, got, want)
					}
				}
			}
		}
	}
}
