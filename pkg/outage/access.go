package outage

import (
	"cmp"
	"math"
	"slices"
)

// ShareRatio compares the part that something has in a sample with its ordinary part.
type ShareRatio struct {
	// Observed reporters of the sample have it, and Expected would by the ordinary part.
	Observed, Expected float64
	// Ratio is Observed / Expected, the relative risk, and Low and High are the ends of
	// its 95 % interval.
	Ratio, Low, High float64
	// Evidence that the two parts differ, in nats: the log-likelihood ratio of two
	// binomial counts, conditional on their totals (Wilks 1938).
	Evidence float64
}

// CompareShares compares observed of a sample with part of a whole, the counts by
// which the ordinary part is known. The interval of the relative risk is made of the
// Wilson intervals of both parts by the method of variance estimates recovery (Donner
// and Zou 2012), so it is as wide as either sample is small.
func CompareShares(observed, sample, part, whole float64) ShareRatio {
	if sample <= 0 || part <= 0 || whole <= part {
		return ShareRatio{Observed: observed, High: math.MaxFloat64}
	}
	r := ShareRatio{Observed: observed, Expected: sample * part / whole}
	r.Ratio = observed / r.Expected
	p, low, high := wilson(observed, sample)
	q, lowest, highest := wilson(part, whole)
	least, most := highest*(2*q-highest), lowest*(2*q-lowest)
	r.Low = (p*q - math.Sqrt(max(0, p*p*q*q-low*(2*p-low)*least))) / least
	r.High = (p*q + math.Sqrt(max(0, p*p*q*q-high*(2*p-high)*most))) / most
	if least <= 0 { // the ordinary part may be twice as large: nothing is known from below
		r.Low = 0
	}
	pooled := (observed + part) / (sample + whole)
	r.Evidence = max(0, binomial(observed, sample, pooled)+binomial(part, whole, pooled))
	return r
}

// wilson is x of n and its 95 % interval (Wilson 1927).
func wilson(x, n float64) (part, low, high float64) {
	const z = 1.96
	part = x / n
	center := (part + z*z/(2*n)) / (1 + z*z/n)
	width := z / (1 + z*z/n) * math.Sqrt(part*(1-part)/n+z*z/(4*n*n))
	return part, max(0, center-width), min(1, center+width)
}

// binomial is the log-likelihood of x of n at their own rate over that at another.
func binomial(x, n, rate float64) float64 { return xlog(x, n*rate) + xlog(n-x, n*(1-rate)) }

func xlog(x, mean float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log(x/mean)
}

// AccessCount is the reporters who named one access network. Network "" is all that
// are none of the known ones.
type AccessCount struct {
	Network   string
	Reporters float64
}

// OrdinaryAccess is how the reporters of all services in a country divide over access
// networks outside of incidents. The counts are those by which the parts are known:
// with those of a prior, and no more than a service of another audience would be
// like.
type OrdinaryAccess struct {
	Counts []AccessCount
	Total  float64
}

// AccessRatio is the reporters of a service who named one access network, against its
// ordinary share.
type AccessRatio struct {
	Network string
	ShareRatio
}

// Compare holds reporters by access network against the ordinary shares, the most
// reporters first. A network without an ordinary count has a ratio of 0.
func (o OrdinaryAccess) Compare(named []AccessCount) []AccessRatio {
	total := 0.
	for _, c := range named {
		total += c.Reporters
	}
	ratios := make([]AccessRatio, 0, len(named))
	for _, c := range named {
		ratios = append(ratios, AccessRatio{c.Network, CompareShares(c.Reporters, total, o.of(c.Network), o.Total)})
	}
	slices.SortFunc(ratios, func(a, b AccessRatio) int {
		return cmp.Or(cmp.Compare(b.Observed, a.Observed), cmp.Compare(a.Network, b.Network))
	})
	return ratios
}

func (o OrdinaryAccess) of(network string) float64 {
	for _, c := range o.Counts {
		if c.Network == network {
			return c.Reporters
		}
	}
	return 0
}

// AccessPattern is what access networks say of the cause of an incident.
type AccessPattern string

// The patterns.
const (
	// AccessOne says that most reporters are with one network, far more than its
	// ordinary share.
	AccessOne AccessPattern = "one_network"
	// AccessAlike says that no network has many more reporters than its share.
	AccessAlike AccessPattern = "all_networks"
)

// AccessFinding is a pattern with its numbers.
type AccessFinding struct {
	Pattern AccessPattern
	Network string // of AccessOne, and of AccessAlike the one with the largest ratio
	// Services is how many services have AccessOne of the same network.
	Services int
	Named    float64 // reporters who named any network
	ShareRatio
}
