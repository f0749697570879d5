package incident

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Relations is what is known of services beside their counts: family, provider,
// category, and what they need. An unknown service has none.
type Relations interface {
	Service(slug string) (outage.Service, bool)
}

// Candidate is a service that is reported more than is normal, as far as verdicts
// look at it: an incident, or evidence of at least half of one.
type Candidate struct {
	Service string
	// ID is that of its incident, "" where there is none yet. A service may have
	// several.
	ID    string
	Onset outage.Minute // the first minute of its run
	// Excess is the reporters beyond the expected since the onset, of the last
	// half hour at most; for an incident, the most that this ever was.
	Excess float64
	Ratio  float64 // the worst ten minutes against what is normal for them
	// Shares are the parts of its placed excess by region, in one order for all
	// candidates of a country; empty where too few are placed to tell.
	Shares []float64
	// ResolvedAgo is how many minutes ago its incident was resolved; 0 while it lasts.
	ResolvedAgo int
	// Open says that it has an incident to be judged, Fading that it is nearly
	// over, Standing what was found before.
	Open, Ending bool
	Previous     Attribution
}

// Attribution is who is probably at fault, and why.
type Attribution struct {
	Verdict outage.Verdict
	Cause   string
	Reasons []outage.Reason // strongest first
	Score   float64
}

// upstreamCategories are the categories of services that carry others.
var upstreamCategories = []string{"mobile", "broadband", "cloud"}

// Points of a verdict. What speaks for a cause elsewhere adds, what speaks
// against it takes away; the sum must reach Params.BlameAt.
const (
	pointsDepends   = 5.  // it needs the cause, says the catalogue
	pointsMany      = 4.  // three unrelated services rose where a carrier did
	pointsFamily    = 2.  // one family, one provider, or both carriers
	pointsShared    = -4. // two of its family are sick already: the family is
	pointsInverse   = -3. // the cause needs it
	pointsOnset     = 2.  // it rose with the cause or soon after
	pointsLate      = 1.
	pointsFootprint = 2. // times the overlap, 0 to 1
	pointsScale     = 1. // it rose less than half as far above its own normal
	pointsFarther   = -2.
)

// sizes are the points for its excess as a part of the cause's.
var sizes = []struct{ part, points float64 }{{.03, 3}, {.06, 2}, {.1, 1}, {.12, -1}, {1, -4}}

const (
	pointsLarger  = -8. // its excess is the larger one
	leastUpstream = -1. // where the cause carries the effect and is no smaller
	leastDepends  = -2. // no size speaks louder against what the catalogue knows
	leastOverlap  = .4
	unrelatedMany = 3
)

// Attribute says whether one of the rises explains the effect. It is a pure
// function of its arguments, and the order of the rises does not matter. Before
// is the last judgement: a cause that was found is kept for a little less than
// it takes to find one, and unless another is the better one by as much.
func Attribute(p *Params, relations Relations, effect Candidate, rises []Candidate, before Attribution) Attribution {
	return newAttributor(p, relations, rises).attribute(&effect, before)
}

func (a *attributor) attribute(effect *Candidate, before Attribution) Attribution {
	p, none := a.params, Attribution{Verdict: outage.LikelyCause}
	best, standing := none, none
	for i := range a.candidates {
		cause := &a.candidates[i]
		if cause.Service == effect.Service {
			continue
		}
		found := a.score(effect, cause)
		if !a.prevails(effect, cause, found.Score) {
			continue
		}
		if cause.Service == before.Cause {
			standing = found
		}
		if better := cmp.Or(cmp.Compare(found.Score, best.Score), cmp.Compare(best.Cause, found.Cause)); best.Cause == "" || better > 0 {
			best = found
		}
	}
	switch {
	case standing.Cause != "" && standing.Score >= p.KeepAttributionAt && best.Score < standing.Score+p.AttributeAt-p.KeepAttributionAt:
		return standing
	case best.Cause != "" && best.Score >= p.AttributeAt:
		return best
	}
	return none
}

// AttributeAll judges all rises of a country that have an incident, by its id. Each
// cause in the answer is the first of its chain, so that nothing is blamed that is itself
// only named, and no chain is a circle. The order of the rises does not matter.
func AttributeAll(p *Params, relations Relations, rises []Candidate) map[string]Attribution {
	sorted := slices.Clone(rises)
	slices.SortFunc(sorted, func(a, b Candidate) int { // the largest last: it breaks a circle
		return cmp.Or(cmp.Compare(a.Excess, b.Excess), cmp.Compare(a.Service, b.Service))
	})
	judges, answer := newAttributor(p, relations, sorted), map[string]Attribution{}
	found := map[string]Attribution{} // by service, of its largest candidate
	for _, rise := range sorted {
		j := rise.Previous
		if rise.Open {
			j = judges.attribute(&rise, rise.Previous)
			if j.Cause == "" && rise.Ending { // little is left to compare
				j = rise.Previous
			}
		}
		if j.Cause == "" || j.Cause == rise.Service || root(j.Cause, found) == rise.Service {
			j = Attribution{Verdict: outage.LikelyCause}
		}
		delete(found, rise.Service)
		if j.Cause != "" {
			found[rise.Service] = j
		}
		if rise.Open {
			answer[rise.ID] = j
		}
	}
	for id, j := range answer {
		j.Cause = root(j.Cause, found)
		answer[id] = j
	}
	return answer
}

// root follows causes to the first of them.
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
	upstreams  map[string]bool // those that carry many, see carriesMany
}

func newAttributor(p *Params, relations Relations, rises []Candidate) *attributor {
	j := &attributor{p, relations, rises, map[string]bool{}}
	for i := range rises {
		j.upstreams[rises[i].Service] = j.explainsMany(&rises[i])
	}
	return j
}

// prevails keeps two services from blaming each other: the stronger case stands,
// and of equal ones that against the larger rise.
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
	depends, carried := a.relate(&s, effect, cause)
	s.add(outage.ReasonSize, sizePoints(effect, cause, depends, carried))
	return s.attribution(cause.Service)
}

// onset scores when the effect rose: not before the cause, but for what the
// first reports are scattered.
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

// relate scores what the catalogue knows of the two.
func (a *attributor) relate(s *scores, effect, cause *Candidate) (depends, carried bool) {
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
	if carried = !isUpstream(e) && a.upstreams[cause.Service]; carried {
		s.add(outage.ReasonMany, pointsMany)
	}
	return depends, carried
}

// affectedSiblings is how many siblings of a service rose by a quarter of what the largest
// of them did, or more.
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

// explainsMany says whether unrelated services rose where and when this one did,
// and this one is what they may have in common: a carrier without a rival that
// rose as far, or what the services need.
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

// coincide says whether two rose in the same places at the same time.
func (a *attributor) coincide(effect, cause *Candidate) bool {
	_, inTime := a.onset(effect, cause)
	overlap, placed := overlapOf(effect.Shares, cause.Shares)
	return inTime && (!placed || overlap >= leastOverlap)
}

// sizePoints compares the two excesses, and how far each is above its own
// normal. Where something is known that makes the one carry the other, the
// carried service may well be the louder one.
func sizePoints(effect, cause *Candidate, depends, carried bool) float64 {
	points, part := pointsLarger, effect.Excess/cause.Excess
	for _, size := range sizes {
		if part <= size.part {
			points = size.points
			break
		}
	}
	switch {
	case carried && part <= 1:
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

// overlapOf is the part that two distributions share; false where one of them
// is not known.
func overlapOf(a, b []float64) (overlap float64, placed bool) {
	if len(a) == 0 || len(a) != len(b) {
		return 0, false
	}
	for i := range a {
		overlap += min(a[i], b[i])
	}
	return overlap, true
}

// scores add up to a judgement.
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

// attribution blames the cause, with what spoke for it.
func (s *scores) attribution(cause string) Attribution {
	slices.SortStableFunc(s.parts, func(a, b part) int { return cmp.Compare(b.points, a.points) })
	found := Attribution{Verdict: outage.LikelyCollateral, Cause: cause, Score: s.total}
	for _, part := range s.parts {
		found.Reasons = append(found.Reasons, part.reason)
	}
	return found
}
