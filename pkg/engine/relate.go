package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// unknown relates no service to another.
type unknown struct{}

func (unknown) Service(string) (outage.Service, bool) { return outage.Service{}, false }

// relate looks at all services of a country together, after each of them has
// decided on the minute alone: who probably broke, and who is only named. It
// runs where something changed, and once a block while an incident lasts.
func (c *country) relate(minute outage.Minute, turning bool) {
	changed, open := false, false
	for _, s := range c.series {
		changed = changed || len(s.changes) > 0
		open = open || s.incident.Active() && !s.silent
	}
	if !changed && !(open && turning) {
		return
	}
	var rises []incident.Rise
	for _, s := range c.series {
		if rise, ok := s.rise(minute); ok {
			rises = append(rises, rise)
		}
	}
	verdicts := incident.Verdicts(&c.config.Incident, c.config.Relations, rises)
	for _, s := range c.series {
		if found, ok := verdicts[s.service]; ok {
			s.amend(s.incident.Find(found))
		}
	}
}

// judged is the verdict that stands.
func (s *series) judged() incident.Judgement {
	in := s.incident.Incident()
	if in.ID == "" || in.Verdict == "" {
		return incident.Judgement{Verdict: outage.LikelyCause}
	}
	return incident.Judgement{Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons}
}

// amend brings the changes of this minute up to the incident as it is now, and
// adds one where the incident says something new without a change of state.
func (s *series) amend(news bool) {
	now := s.incident.Incident()
	for i := range s.changes {
		in := &s.changes[i]
		if in.ID == now.ID {
			in.Verdict, in.Cause, in.Reasons, in.Parent = now.Verdict, now.Cause, now.Reasons, now.Parent
		}
	}
	if news && len(s.changes) == 0 {
		s.tell(now)
	}
}

// rise is the series as verdicts see it: while it has an incident and shortly
// after, and while it has evidence of at least half of one.
func (s *series) rise(minute outage.Minute) (incident.Rise, bool) {
	in := s.incident.Incident()
	r := incident.Rise{
		Service: s.service, Onset: in.Since, Ratio: in.Peak, Open: s.incident.Active() || len(s.changes) > 0,
		Fading: s.incident.Fading(), Standing: s.judged(),
	}
	switch handles := s.incident.Handles(); {
	case s.incident.Active():
		r.Excess, r.Shares = s.excess(in.Since, handles)
		r.Excess = s.incident.Most(r.Excess)
		return r, true
	case in.State == outage.StateResolved && minute-s.incident.Closed() <= outage.Minute(s.config.Incident.OutlastAfter):
		_, r.Shares = s.excess(in.Since, handles)
		r.Excess, r.Over = s.incident.Most(0), int(minute-s.incident.Closed())
		return r, true
	}
	if s.bank.Warmth() < pendingPart {
		return r, false
	}
	warm := s.bank.Warm(pendingPart, minute, s.base)[0]
	if s.evidence(warm) < pendingPart {
		return r, false
	}
	r.Open, r.Fading, r.Standing = false, false, incident.Judgement{Verdict: outage.LikelyCause}
	r.Onset, r.Ratio = warm.Since, outage.Ratio(float64(warm.Observed), warm.Expected)
	r.Excess, r.Shares = s.excess(warm.Since, []int32{warm.Handle})
	return r, true
}

// excess is what the places had beyond the normal since a minute, and how it is
// spread over the regions; the spread is nil where too few have a place.
func (s *series) excess(since outage.Minute, handles []int32) (excess float64, shares []float64) {
	nodes := s.nodes(since)
	shares = make([]float64, len(s.country.regions))
	for _, h := range handles {
		excess += nodes[h].Excess()
	}
	for i := range nodes {
		if n := &nodes[i]; n.Metro && n.Region != baseline.Nowhere && s.covered(n.Handle, handles) {
			shares[n.Region-1] += n.Excess()
		}
	}
	placed := 0.
	for i := range shares {
		shares[i] = max(0, shares[i])
		placed += shares[i]
	}
	const fewest = 5
	if placed < fewest {
		return excess, nil
	}
	for i := range shares {
		shares[i] /= placed
	}
	return excess, shares
}

// join makes incidents that belong together parts of one event.
func (t *Engine) join() {
	changed := false
	var incidents []outage.Incident
	for _, s := range t.ordered {
		changed = changed || len(s.changes) > 0
	}
	if !changed {
		return
	}
	for _, s := range t.ordered {
		if in := s.incident.Incident(); in.ID != "" && !s.silent {
			incidents = append(incidents, in)
		}
	}
	events := incident.Events(t.config.Relations, incidents)
	for _, s := range t.ordered {
		if s.incident.Active() && !s.silent {
			s.amend(s.incident.Join(events[s.incident.Incident().ID]))
		}
	}
}
