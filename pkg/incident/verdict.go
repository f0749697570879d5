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

// Rise is a service that is reported more than is normal, as far as verdicts
// look at it: an incident, or evidence of at least half of one.
type Rise struct {
	Service string
	Onset   outage.Minute // the first minute of its run
	// Excess is the reporters beyond the expected since the onset, of the last
	// half hour at most; for an incident, the most that this ever was.
	Excess float64
	Ratio  float64 // the worst ten minutes against what is normal for them
	// Shares are the parts of its placed excess by region, in one order for all
	// rises of a country; empty where too few are placed to tell.
	Shares []float64
	// Over is how many minutes ago its incident was resolved; 0 while it lasts.
	Over int
	// Open says that it has an incident to be judged, Fading that it is nearly
	// over, Standing what was found before.
	Open, Fading bool
	Standing     Judgement
}

// Judgement is who is probably at fault, and why.
type Judgement struct {
	Verdict outage.Verdict
	Cause   string
	Reasons []outage.Reason // strongest first
	Score   float64
}

// carriers are the categories of services that carry others.
var carriers = []string{"mobile", "broadband", "cloud"}

// Points of a verdict. What speaks for a cause elsewhere adds, what speaks
// against it takes away; the sum must reach Params.BlameAt.
const (
	pointsDepends   = 5.  // it needs the cause, says the catalogue
	pointsMany      = 4.  // three unrelated services rose where a carrier did
	pointsKin       = 2.  // one family, one provider, or both carriers
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
	leastCarried  = -1. // where the cause carries the effect and is no smaller
	leastDepends  = -2. // no size speaks louder against what the catalogue knows
	leastOverlap  = .4
	unrelatedMany = 3
)

// Judge says whether one of the rises explains the effect. It is a pure
// function of its arguments, and the order of the rises does not matter. Before
// is the last judgement: a cause that was found is kept for a little less than
// it takes to find one, and unless another is the better one by as much.
func Judge(p *Params, relations Relations, effect Rise, rises []Rise, before Judgement) Judgement {
	return newJudges(p, relations, rises).judge(&effect, before)
}

func (j *judges) judge(effect *Rise, before Judgement) Judgement {
	p, none := j.params, Judgement{Verdict: outage.LikelyCause}
	best, standing := none, none
	for i := range j.rises {
		cause := &j.rises[i]
		if cause.Service == effect.Service {
			continue
		}
		found := j.weigh(effect, cause)
		if !j.oneWay(effect, cause, found.Score) {
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
	case standing.Cause != "" && standing.Score >= p.KeepBlameAt && best.Score < standing.Score+p.BlameAt-p.KeepBlameAt:
		return standing
	case best.Cause != "" && best.Score >= p.BlameAt:
		return best
	}
	return none
}

// Verdicts judges all rises of a country that have an incident. Each cause in
// the answer is the first of its chain, so that nothing is blamed that is itself
// only named, and no chain is a circle. The order of the rises does not matter.
func Verdicts(p *Params, relations Relations, rises []Rise) map[string]Judgement {
	sorted := slices.Clone(rises)
	slices.SortFunc(sorted, func(a, b Rise) int { // the largest last: it breaks a circle
		return cmp.Or(cmp.Compare(a.Excess, b.Excess), cmp.Compare(a.Service, b.Service))
	})
	judges, found := newJudges(p, relations, sorted), map[string]Judgement{}
	for _, rise := range sorted {
		j := rise.Standing
		if rise.Open {
			j = judges.judge(&rise, rise.Standing)
			if j.Cause == "" && rise.Fading { // little is left to compare
				j = rise.Standing
			}
		}
		if j.Cause != "" && j.Cause != rise.Service && root(j.Cause, found) != rise.Service {
			found[rise.Service] = j
		}
	}
	answer := map[string]Judgement{}
	for _, rise := range rises {
		if !rise.Open {
			continue
		}
		j, ok := found[rise.Service]
		if !ok {
			j = Judgement{Verdict: outage.LikelyCause}
		}
		j.Cause = root(j.Cause, found)
		answer[rise.Service] = j
	}
	return answer
}

// root follows causes to the first of them.
func root(cause string, of map[string]Judgement) string {
	for of[cause].Cause != "" {
		cause = of[cause].Cause
	}
	return cause
}

type judges struct {
	params    *Params
	relations Relations
	rises     []Rise
	carriers  map[string]bool // those that carry many, see carriesMany
}

func newJudges(p *Params, relations Relations, rises []Rise) *judges {
	j := &judges{p, relations, rises, map[string]bool{}}
	for i := range rises {
		j.carriers[rises[i].Service] = j.carriesMany(&rises[i])
	}
	return j
}

// oneWay keeps two services from blaming each other: the stronger case stands,
// and of equal ones that against the larger rise.
func (j *judges) oneWay(effect, cause *Rise, score float64) bool {
	back := j.weigh(cause, effect).Score
	return cmp.Or(cmp.Compare(score, back), cmp.Compare(cause.Excess, effect.Excess), cmp.Compare(effect.Service, cause.Service)) > 0
}

// weigh scores one cause for one effect.
func (j *judges) weigh(effect, cause *Rise) Judgement {
	none := Judgement{Verdict: outage.LikelyCause}
	if cause.Over > j.params.OutlastAfter || effect.Excess <= 0 || cause.Excess <= 0 {
		return none
	}
	s := scores{}
	onset, inTime := j.onset(effect, cause)
	overlap, placed := overlapOf(effect.Shares, cause.Shares)
	if !inTime || placed && overlap < leastOverlap {
		return none
	}
	s.add(outage.ReasonOnset, onset)
	if placed {
		s.add(outage.ReasonFootprint, pointsFootprint*overlap)
	}
	depends, carried := j.relate(&s, effect, cause)
	s.add(outage.ReasonSize, sizePoints(effect, cause, depends, carried))
	return s.judgement(cause.Service)
}

// onset scores when the effect rose: not before the cause, but for what the
// first reports are scattered.
func (j *judges) onset(effect, cause *Rise) (points float64, inTime bool) {
	after := int(effect.Onset - cause.Onset)
	switch {
	case after < -j.params.OnsetEarly || after > j.params.OnsetLate:
		return 0, false
	case after >= -j.params.OnsetEarly/2 && after <= 3*j.params.OnsetEarly/2:
		return pointsOnset, true
	case after <= j.params.OnsetLate/2:
		return pointsLate, true
	}
	return 0, true
}

// relate scores what the catalogue knows of the two.
func (j *judges) relate(s *scores, effect, cause *Rise) (depends, carried bool) {
	e, _ := j.relations.Service(effect.Service)
	c, _ := j.relations.Service(cause.Service)
	depends = slices.Contains(e.DependsOn, cause.Service)
	switch {
	case depends:
		s.add(outage.ReasonDepends, pointsDepends)
	case slices.Contains(c.DependsOn, effect.Service):
		s.total += pointsInverse
	}
	switch {
	case e.Family != "" && e.Family == c.Family && j.sick(e) >= 2:
		s.total += pointsShared
	case e.Family != "" && e.Family == c.Family:
		s.add(outage.ReasonFamily, pointsKin)
	case e.Provider != "" && e.Provider == c.Provider:
		s.add(outage.ReasonProvider, pointsKin)
	case carries(e) && carries(c):
		s.add(outage.ReasonCategory, pointsKin)
	}
	if carried = !carries(e) && j.carriers[cause.Service]; carried {
		s.add(outage.ReasonMany, pointsMany)
	}
	return depends, carried
}

// sick is how many siblings of a service rose by a quarter of what the largest
// of them did, or more.
func (j *judges) sick(service outage.Service) (siblings int) {
	largest := 0.
	for _, count := range []bool{false, true} {
		for i := range j.rises {
			other := &j.rises[i]
			of, _ := j.relations.Service(other.Service)
			if other.Service == service.Slug || of.Family != service.Family {
				continue
			}
			largest = max(largest, other.Excess)
			if count && other.Excess >= largest/4 && other.Over == 0 {
				siblings++
			}
		}
	}
	return siblings
}

func carries(s outage.Service) bool { return slices.Contains(carriers, s.Category) }

// carriesMany says whether unrelated services rose where and when this one did,
// and this one is what they may have in common: a carrier without a rival that
// rose as far, or what the services need.
func (j *judges) carriesMany(cause *Rise) bool {
	c, _ := j.relations.Service(cause.Service)
	groups := map[string]bool{}
	for i := range j.rises {
		other := &j.rises[i]
		o, _ := j.relations.Service(other.Service)
		if other.Service == cause.Service || !j.together(other, cause) {
			continue
		}
		if carries(o) {
			if carries(c) && other.Excess > cause.Excess/2 {
				return false
			}
			continue
		}
		if carries(c) || slices.Contains(o.DependsOn, cause.Service) {
			groups[cmp.Or(o.Family, other.Service)] = true
		}
	}
	return len(groups) >= unrelatedMany
}

// together says whether two rose in the same places at the same time.
func (j *judges) together(effect, cause *Rise) bool {
	_, inTime := j.onset(effect, cause)
	overlap, placed := overlapOf(effect.Shares, cause.Shares)
	return inTime && (!placed || overlap >= leastOverlap)
}

// sizePoints compares the two excesses, and how far each is above its own
// normal. Where something is known that makes the one carry the other, the
// carried service may well be the louder one.
func sizePoints(effect, cause *Rise, depends, carried bool) float64 {
	points, part := pointsLarger, effect.Excess/cause.Excess
	for _, size := range sizes {
		if part <= size.part {
			points = size.points
			break
		}
	}
	switch {
	case carried && part <= 1:
		return max(points, leastCarried)
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

// judgement blames the cause, with what spoke for it.
func (s *scores) judgement(cause string) Judgement {
	slices.SortStableFunc(s.parts, func(a, b part) int { return cmp.Compare(b.points, a.points) })
	found := Judgement{Verdict: outage.LikelyCollateral, Cause: cause, Score: s.total}
	for _, part := range s.parts {
		found.Reasons = append(found.Reasons, part.reason)
	}
	return found
}
