package incident

import (
	"cmp"
	"math"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Points for what access networks and symptoms say of a cause.
const (
	pointsConcentrated = 4.  // most reporters of the effect are with the cause
	pointsAlike        = -6. // the reporters of the effect are with all networks alike
	pointsInnocent     = 2.  // the same of the cause, where the effect is a network
	pointsBlamed       = -6. // the reporters of the cause are with the effect
	pointsConnect      = 1.  // more reporters of the effect than usual cannot connect at all
)

// What a pattern of access networks takes. One network prefix counts for less than two
// reporters in half an hour, so none of it is within reach of one.
const (
	leastConcentrated = 5. // reporters with the network
	largestPart       = .5 // of those who named any
	leastLow, mostLow = 1.2, 2.
	toAll             = .25 // see farAbove
	patternEvidence   = 6.  // nats: one in 2,000 of alike services
	leastNamed        = 20. // reporters who named a network, before all are alike
	alikeHigh         = 2.  // upper end of the interval, see alike
)

// concentrated is the network that most reporters of a service are with, far more than
// its ordinary share; false where there is none.
func concentrated(rows []outage.AccessRatio) (outage.AccessRatio, bool) {
	named := namedBy(rows)
	for _, r := range rows {
		if r.Network != "" && r.Observed >= leastConcentrated && r.Observed >= largestPart*named &&
			farAbove(r, named) && r.Evidence >= patternEvidence {
			return r, true
		}
	}
	return outage.AccessRatio{}, false
}

// farAbove reports whether the lower end of the interval is a quarter of the way from
// the ordinary share to all reporters: services differ in their audiences.
func farAbove(r outage.AccessRatio, named float64) bool {
	return r.Expected > 0 && r.Low >= min(max(leastLow, 1+toAll*(named/r.Expected-1)), mostLow)
}

// alike reports whether a network has no more of the reporters than its ordinary share
// lets expect: at the upper end of the interval not twice the share, nor half of what
// it lacks to all of them.
func alike(rows []outage.AccessRatio, network string) bool {
	named := namedBy(rows)
	at := slices.IndexFunc(rows, func(r outage.AccessRatio) bool { return r.Network == network })
	if named < leastNamed || at < 0 || rows[at].Expected <= 0 {
		return false
	}
	r := rows[at]
	return r.High < min(alikeHigh, (named/r.Expected+1)/2)
}

func namedBy(rows []outage.AccessRatio) (reporters float64) {
	for _, r := range rows {
		reporters += r.Observed
	}
	return reporters
}

// findingOf is what the access networks of a candidate say, nil where it is too little.
func findingOf(rows []outage.AccessRatio) *outage.AccessFinding {
	named := namedBy(rows)
	if r, ok := concentrated(rows); ok {
		return &outage.AccessFinding{Pattern: outage.AccessOne, Network: r.Network, Services: 1, Named: round(named), ShareRatio: rounded(r.ShareRatio)}
	}
	var most *outage.AccessRatio
	for i := range rows {
		r := &rows[i]
		if r.Network == "" && r.Low >= leastLow && r.Evidence >= patternEvidence {
			return nil // most are with networks that nobody knows
		}
		if r.Network == "" || r.Expected < leastConcentrated {
			continue
		}
		if !alike(rows, r.Network) {
			return nil
		}
		if most == nil || r.Ratio > most.Ratio {
			most = r
		}
	}
	if most == nil {
		return nil
	}
	return &outage.AccessFinding{Pattern: outage.AccessAlike, Network: most.Network, Named: round(named), ShareRatio: rounded(most.ShareRatio)}
}

// rounded keeps three decimals, by which a finding is stored and published.
func rounded(r outage.ShareRatio) outage.ShareRatio {
	return outage.ShareRatio{
		Observed: round(r.Observed), Expected: round(r.Expected), Ratio: round(r.Ratio),
		Low: round(r.Low), High: round(min(r.High, 1e6)), Evidence: round(r.Evidence),
	}
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// relateAccess scores whom the reporters of the effect, or of the cause, reach the
// internet by.
func (a *attributor) relateAccess(s *scores, effect, cause *Candidate) (with bool) {
	e, _ := a.relations.Service(effect.Service)
	c, _ := a.relations.Service(cause.Service)
	switch {
	case c.AccessNetwork() && !e.AccessNetwork():
		at, one := concentrated(effect.Access)
		if with = one && at.Network == cause.Service; with {
			s.add(outage.ReasonNetwork, pointsConcentrated)
		} else if alike(effect.Access, cause.Service) {
			s.total += pointsAlike
		}
		if effect.Connect.Low > 1 && !alike(effect.Access, cause.Service) {
			s.add(outage.ReasonSymptom, pointsConnect)
		}
	case e.AccessNetwork() && !c.AccessNetwork():
		at, one := concentrated(cause.Access)
		if one && at.Network == effect.Service {
			s.total += pointsBlamed
		} else if alike(cause.Access, effect.Service) {
			s.add(outage.ReasonAlike, pointsInnocent)
		}
	}
	return with
}

// withNetworks gives each access network that unrelatedMany groups of services are
// concentrated on, beginning at about one time, the excess of its reporters about all
// of them: people report what they cannot reach more than the network itself. A
// network that nobody reports becomes a candidate.
func withNetworks(p *Params, relations Relations, candidates []Candidate) []Candidate {
	a := &attributor{params: p, relations: relations, candidates: candidates}
	byNetwork := map[string][]*Candidate{}
	for i := range candidates {
		c := &candidates[i]
		of, _ := relations.Service(c.Service)
		if r, ok := concentrated(c.Access); ok && c.ResolvedAgo == 0 && !of.AccessNetwork() {
			byNetwork[r.Network] = append(byNetwork[r.Network], c)
		}
	}
	result := slices.Clone(candidates)
	for network, services := range byNetwork { // each changes what is its own
		if joint, ok := a.joint(network, services); ok {
			result = raised(result, joint)
		}
	}
	slices.SortFunc(result, func(a, b Candidate) int { // the largest last, so that it breaks a cycle
		return cmp.Or(cmp.Compare(a.Excess, b.Excess), cmp.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID))
	})
	return result
}

// joint is an access network as its services show it: those that began with the
// largest of them.
func (a *attributor) joint(network string, services []*Candidate) (Candidate, bool) {
	largest := slices.MaxFunc(services, func(a, b *Candidate) int {
		return cmp.Or(cmp.Compare(a.Excess, b.Excess), cmp.Compare(b.Service, a.Service), cmp.Compare(b.ID, a.ID))
	})
	joint, groups := Candidate{Service: network, Onset: largest.Onset, Shares: largest.Shares}, map[string]bool{}
	for _, c := range services {
		if _, inTime := a.onset(c, largest); !inTime {
			continue
		}
		of, _ := a.relations.Service(c.Service)
		groups[cmp.Or(of.Family, c.Service)] = true
		joint.Excess += c.Excess
		joint.Ratio = max(joint.Ratio, c.Ratio)
		joint.Onset = min(joint.Onset, c.Onset)
	}
	return joint, len(groups) >= unrelatedMany
}

// raised gives the candidates of a network the excess of its services, or adds it.
func raised(candidates []Candidate, joint Candidate) []Candidate {
	found := false
	for i := range candidates {
		if c := &candidates[i]; c.Service == joint.Service && c.ResolvedAgo == 0 {
			c.Excess, c.Ratio, found = max(c.Excess, joint.Excess), max(c.Ratio, joint.Ratio), true
		}
	}
	if !found {
		candidates = append(candidates, joint)
	}
	return candidates
}

// countServices says in each finding of one network how many services have it.
func countServices(results map[string]Attribution, serviceOf map[string]string) {
	services := map[string]map[string]bool{}
	for id, to := range results {
		if f := to.Access; f != nil && f.Pattern == outage.AccessOne {
			if services[f.Network] == nil {
				services[f.Network] = map[string]bool{}
			}
			services[f.Network][serviceOf[id]] = true
		}
	}
	for _, to := range results {
		if f := to.Access; f != nil && f.Pattern == outage.AccessOne {
			f.Services = len(services[f.Network])
		}
	}
}

// sameFinding reports whether two findings are of one pattern and network.
func sameFinding(a, b *outage.AccessFinding) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Pattern == b.Pattern && (a.Network == b.Network || a.Pattern == outage.AccessAlike)
}
