package simulate

import (
	"math"
	"math/rand/v2"
)

// Family is a kind of noise: how the counts of minutes vary about their mean.
type Family int

// The families. All have the mean that is normal.
const (
	// NegativeBinomial minutes vary by a gamma factor, each by its own.
	NegativeBinomial Family = iota
	// LogNormal minutes vary by a log-normal factor with a thick upper tail,
	// of which neighbouring minutes share a part.
	LogNormal
	// Clustered reports call forth others in the next minutes (A. G. Hawkes,
	// Spectra of some self-exciting and mutually exciting point processes,
	// 1971), over a weaker gamma factor.
	Clustered
)

const (
	shared     = .35 // of a log-normal minute's residual with the minute before
	called     = .3  // reports that a report calls forth, on average
	callKeep   = .75
	mostFactor = 30 // a single minute strays no further
)

// noise is the state of a stream's family.
type noise struct {
	family     Family
	dispersion float64
	residual   float64 // of a log-normal minute, standard normal
	calls      float64 // reports whose calls are not all answered
}

// mean is the mean of this minute's count, given what is normal for it.
func (n *noise) mean(random *rand.Rand, normal float64) (mean, factor float64) {
	switch n.family {
	case LogNormal:
		n.residual = shared*n.residual + math.Sqrt(1-shared*shared)*random.NormFloat64()
		variance := math.Log(1 + n.dispersion)
		factor = math.Min(mostFactor, math.Exp(math.Sqrt(variance)*n.residual-variance/2))
		return normal * factor, factor
	case Clustered:
		alpha := n.dispersion / 2
		factor = gamma(random, 1/alpha) * alpha
		return normal*(1-called)*factor + called*(1-callKeep)*n.calls, factor
	}
	factor = gamma(random, 1/n.dispersion) * n.dispersion
	return normal * factor, factor
}

// saw tells the noise what was drawn.
func (n *noise) saw(count int) { n.calls = n.calls*callKeep + float64(count) }
