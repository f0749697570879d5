package incident

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Relations gives the family, provider, category and dependencies of services.
type Relations interface {
	Service(slug string) (outage.Service, bool)
}

// Candidate is a service with an excess that attribution considers: an incident, or
// evidence of at least half of what opening takes.
type Candidate struct {
	Service string
	// ID is the id of its incident, "" where there is none yet. A service may have
	// several candidates.
	ID    string
	Onset outage.Minute // the first minute of its excursion
	// Excess is the reporters beyond the expected since the onset, of the last half
	// hour at most; for an incident, its largest value so far.
	Excess float64
	Ratio  float64 // worst ratio of ten minutes
	// Shares are the parts of its excess by region, in one order for all candidates of
	// a country; empty where too few of the reporters have a place.
	Shares []float64
	// Access holds the reporters who named an access network since the onset, of the
	// last half hour at most, against the ordinary shares.
	Access []outage.AccessRatio
	// Connect holds those who could not connect at all, of those who named a symptom,
	// against what is usual for the service.
	Connect outage.ShareRatio
	// ResolvedAgo is how many minutes ago its incident was resolved; 0 while it is open.
	ResolvedAgo int
	Open        bool        // it has an incident that is to be attributed
	Ending      bool        // the incident is recovering or resolved
	Previous    Attribution // the last result
}

// Attribution is the verdict on a service, the cause where it is another service, and
// the reasons.
type Attribution struct {
	Verdict outage.Verdict
	Cause   string
	Reasons []outage.Reason // strongest first
	Score   float64
	// Access is what the access networks of the reporters say, nil for nothing.
	Access *outage.AccessFinding
}

// upstreamCategories are the categories of services that others are reached through.
var upstreamCategories = []string{"mobile", "broadband", "cloud"}

// Points for or against another service as the cause. Their sum must reach
// Params.AttributeAt.
const (
	pointsDepends   = 5.  // the effect depends on the cause, by the catalogue
	pointsMany      = 4.  // the cause explains many, see explainsMany
	pointsFamily    = 2.  // one family, one provider, or both upstream
	pointsShared    = -4. // two or more siblings are affected: the family failed
	pointsInverse   = -3. // the cause depends on the effect
	pointsOnset     = 2.  // the effect rose with the cause or soon after
	pointsLate      = 1.  // and later, up to half of Params.OnsetLate
	pointsFootprint = 2.  // times the overlap, 0 to 1
	pointsScale     = 1.  // its ratio is at most half of the cause's
	pointsFarther   = -2. // its ratio is more than twice the cause's
)

// sizes are the points for the excess of the effect as a part of the cause's.
var sizes = []struct{ part, points float64 }{{.03, 3}, {.06, 2}, {.1, 1}, {.12, -1}, {1, -4}}

const (
	pointsLarger  = -8. // the effect has the larger excess
	leastUpstream = -1. // lower bound of the size points where the cause is upstream and no smaller
	leastDepends  = -2. // lower bound of the size points where the effect depends on the cause, or its reporters are with it
	leastOverlap  = .4  // of the footprints
	unrelatedMany = 3   // groups of services, see explainsMany
)

// Attribute finds which of the candidates, if any, explains the effect. It is a pure
// function of its arguments, and the order of the candidates does not matter. previous
// is the last result: its cause is retained down to Params.KeepAttributionAt, and until
// another one scores higher by the difference to Params.AttributeAt.
func Attribute(p *Params, relations Relations, effect Candidate, candidates []Candidate, previous Attribution) Attribution {
	return newAttributor(p, relations, candidates).attribute(&effect, previous)
}

func (a *attributor) attribute(effect *Candidate, previous Attribution) Attribution {
	p, none := a.params, Attribution{Verdict: outage.LikelyCause}
	best, current := none, none
	for i := range a.candidates {
		cause := &a.candidates[i]
		if cause.Service == effect.Service {
			continue
		}
		found := a.score(effect, cause)
		if !a.prevails(effect, cause, found.Score) {
			continue
		}
		if cause.Service == previous.Cause {
			current = found
		}
		if better := cmp.Or(cmp.Compare(found.Score, best.Score), cmp.Compare(best.Cause, found.Cause)); best.Cause == "" || better > 0 {
			best = found
		}
	}
	switch {
	case current.Cause != "" && current.Score >= p.KeepAttributionAt && best.Score < current.Score+p.AttributeAt-p.KeepAttributionAt:
		return current
	case best.Cause != "" && best.Score >= p.AttributeAt:
		return best
	}
	return none
}

// AttributeAll attributes all candidates of a country that have an incident, by its id.
// Each cause in the result is the root of its chain, so that no cause is itself
// collateral, and there are no cycles. The order of the candidates does not matter.
func AttributeAll(p *Params, relations Relations, candidates []Candidate) map[string]Attribution {
	sorted := withNetworks(p, relations, candidates)
	attributor, result := newAttributor(p, relations, sorted), map[string]Attribution{}
	found := map[string]Attribution{} // by service, of its largest candidate
	serviceOf := map[string]string{}
	for _, c := range sorted {
		to := c.Previous
		if c.Open {
			to = attributor.attribute(&c, c.Previous)
			if to.Cause == "" && c.Ending { // too few reports are left to compare
				to = c.Previous
			}
		}
		if to.Cause == "" || to.Cause == c.Service || root(to.Cause, found) == c.Service {
			to = Attribution{Verdict: outage.LikelyCause}
		}
		delete(found, c.Service)
		if to.Cause != "" {
			found[c.Service] = to
		}
		if c.Open {
			to.Access = accessOf(relations, &c)
			result[c.ID], serviceOf[c.ID] = to, c.Service
		}
	}
	countServices(result, serviceOf)
	for id, to := range result {
		to.Cause = root(to.Cause, found)
		result[id] = to
	}
	return result
}

// accessOf is the finding of an incident: of one that has too few reporters left, the
// one before. That of an access network would be about itself.
func accessOf(relations Relations, c *Candidate) *outage.AccessFinding {
	of, _ := relations.Service(c.Service)
	if of.AccessNetwork() {
		return nil
	}
	found := findingOf(c.Access)
	if found == nil && c.Previous.Access != nil {
		before := *c.Previous.Access
		return &before
	}
	return found
}

// root follows the chain of causes to its first.
func root(cause string, of map[string]Attribution) string {
	for of[cause].Cause != "" {
		cause = of[cause].Cause
	}
	return cause
}

type attributor struct {
	params     *Params
	relations  Relations
	candidates []Candidate
	upstreams  map[string]bool // by service, see explainsMany
}

func newAttributor(p *Params, relations Relations, candidates []Candidate) *attributor {
	a := &attributor{p, relations, candidates, map[string]bool{}}
	for i := range candidates {
		a.upstreams[candidates[i].Service] = a.explainsMany(&candidates[i])
	}
	return a
}

// prevails reports whether the score is higher than with cause and effect exchanged, so
// that two services never explain each other; of equal scores, that for the cause with
// the larger excess.
func (a *attributor) prevails(effect, cause *Candidate, score float64) bool {
	back := a.score(cause, effect).Score
	return cmp.Or(cmp.Compare(score, back), cmp.Compare(cause.Excess, effect.Excess), cmp.Compare(effect.Service, cause.Service)) > 0
}

// score scores one cause for one effect.
func (a *attributor) score(effect, cause *Candidate) Attribution {
	none := Attribution{Verdict: outage.LikelyCause}
	if cause.ResolvedAgo > a.params.OutlastAfter || effect.Excess <= 0 || cause.Excess <= 0 {
		return none
	}
	s := scores{}
	onset, inTime := a.onset(effect, cause)
	overlap, placed := overlapOf(effect.Shares, cause.Shares)
	if !inTime || placed && overlap < leastOverlap {
		return none
	}
	s.add(outage.ReasonOnset, onset)
	if placed {
		s.add(outage.ReasonFootprint, pointsFootprint*overlap)
	}
	depends, downstream := a.relate(&s, effect, cause)
	depends = a.relateAccess(&s, effect, cause) || depends
	s.add(outage.ReasonSize, sizePoints(effect, cause, depends, downstream))
	return s.attribution(cause.Service)
}

// onset scores the time between the onsets. The effect may begin Params.OnsetEarly before
// the cause, because the first reports are scattered.
func (a *attributor) onset(effect, cause *Candidate) (points float64, inTime bool) {
	after := int(effect.Onset - cause.Onset)
	switch {
	case after < -a.params.OnsetEarly || after > a.params.OnsetLate:
		return 0, false
	case after >= -a.params.OnsetEarly/2 && after <= 3*a.params.OnsetEarly/2:
		return pointsOnset, true
	case after <= a.params.OnsetLate/2:
		return pointsLate, true
	}
	return 0, true
}

// relate scores the relations of the two in the catalogue.
func (a *attributor) relate(s *scores, effect, cause *Candidate) (depends, downstream bool) {
	e, _ := a.relations.Service(effect.Service)
	c, _ := a.relations.Service(cause.Service)
	depends = slices.Contains(e.DependsOn, cause.Service)
	switch {
	case depends:
		s.add(outage.ReasonDepends, pointsDepends)
	case slices.Contains(c.DependsOn, effect.Service):
		s.total += pointsInverse
	}
	switch {
	case e.Family != "" && e.Family == c.Family && a.affectedSiblings(e) >= 2:
		s.total += pointsShared
	case e.Family != "" && e.Family == c.Family:
		s.add(outage.ReasonFamily, pointsFamily)
	case e.Provider != "" && e.Provider == c.Provider:
		s.add(outage.ReasonProvider, pointsFamily)
	case isUpstream(e) && isUpstream(c):
		s.add(outage.ReasonCategory, pointsFamily)
	}
	if downstream = !isUpstream(e) && a.upstreams[cause.Service]; downstream {
		s.add(outage.ReasonMany, pointsMany)
	}
	return depends, downstream
}

// affectedSiblings is how many siblings of a service have an incident or evidence of one,
// with an excess of at least a quarter of the largest.
func (a *attributor) affectedSiblings(service outage.Service) (siblings int) {
	largest := 0.
	for _, count := range []bool{false, true} {
		for i := range a.candidates {
			other := &a.candidates[i]
			of, _ := a.relations.Service(other.Service)
			if other.Service == service.Slug || of.Family != service.Family {
				continue
			}
			largest = max(largest, other.Excess)
			if count && other.Excess >= largest/4 && other.ResolvedAgo == 0 {
				siblings++
			}
		}
	}
	return siblings
}

func isUpstream(s outage.Service) bool { return slices.Contains(upstreamCategories, s.Category) }

// explainsMany reports whether at least unrelatedMany groups of services coincide with
// this one, and it is what they may have in common: an upstream service, while no other
// one has more than half its excess, or a service that they depend on.
func (a *attributor) explainsMany(cause *Candidate) bool {
	c, _ := a.relations.Service(cause.Service)
	groups := map[string]bool{}
	for i := range a.candidates {
		other := &a.candidates[i]
		o, _ := a.relations.Service(other.Service)
		if other.Service == cause.Service || !a.coincide(other, cause) {
			continue
		}
		if isUpstream(o) {
			if isUpstream(c) && other.Excess > cause.Excess/2 {
				return false
			}
			continue
		}
		if isUpstream(c) || slices.Contains(o.DependsOn, cause.Service) {
			groups[cmp.Or(o.Family, other.Service)] = true
		}
	}
	return len(groups) >= unrelatedMany
}

// coincide reports whether two began at the same time in the same regions.
func (a *attributor) coincide(effect, cause *Candidate) bool {
	_, inTime := a.onset(effect, cause)
	overlap, placed := overlapOf(effect.Shares, cause.Shares)
	return inTime && (!placed || overlap >= leastOverlap)
}

// sizePoints compares the two excesses, and the two ratios. Where the effect depends on
// the cause or is downstream of it, the effect may well have more reports.
func sizePoints(effect, cause *Candidate, depends, downstream bool) float64 {
	points, part := pointsLarger, effect.Excess/cause.Excess
	for _, size := range sizes {
		if part <= size.part {
			points = size.points
			break
		}
	}
	switch {
	case downstream && part <= 1:
		return max(points, leastUpstream)
	case depends:
		return max(points, leastDepends)
	}
	switch scale := effect.Ratio / max(cause.Ratio, 1); {
	case scale <= .5:
		points += pointsScale
	case scale > 2:
		points += pointsFarther
	}
	return points
}

// overlapOf is the common part of two distributions; placed is false where one of them
// is unknown.
func overlapOf(a, b []float64) (overlap float64, placed bool) {
	if len(a) == 0 || len(a) != len(b) {
		return 0, false
	}
	for i := range a {
		overlap += min(a[i], b[i])
	}
	return overlap, true
}

// scores is a sum of points and the parts that are positive.
type scores struct {
	total float64
	parts []part
}

type part struct {
	reason outage.Reason
	points float64
}

func (s *scores) add(reason outage.Reason, points float64) {
	s.total += points
	if points > 0 {
		s.parts = append(s.parts, part{reason, points})
	}
}

// attribution attributes the effect to the cause, with the positive parts as reasons.
func (s *scores) attribution(cause string) Attribution {
	slices.SortStableFunc(s.parts, func(a, b part) int { return cmp.Compare(b.points, a.points) })
	found := Attribution{Verdict: outage.LikelyCollateral, Cause: cause, Score: s.total}
	for _, part := range s.parts {
		found.Reasons = append(found.Reasons, part.reason)
	}
	return found
}
