package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// unknown relates no service to another.
type unknown struct{}

func (unknown) Service(string) (outage.Service, bool) { return outage.Service{}, false }

// attribute looks at all services of a country together, after each of them has
// decided on the minute alone: who probably broke, and who is only named. It
// runs where something changed, and once a block while an incident lasts.
func (c *country) attribute(minute outage.Minute, turning bool) {
	changed, open := false, false
	for _, s := range c.series {
		changed = changed || len(s.changes) > 0
		open = open || s.incident.Active() && !s.muted
	}
	if !changed && !(open && turning) {
		return
	}
	var rises []incident.Candidate
	for _, s := range c.series {
		if rise, ok := s.candidate(minute); ok {
			rises = append(rises, rise)
		}
	}
	verdicts := incident.AttributeAll(&c.config.Incident, c.config.Relations, rises)
	for _, s := range c.series {
		if found, ok := verdicts[s.service]; ok {
			s.amendChanges(s.incident.SetAttribution(found))
		}
	}
}

// attribution is the verdict that stands.
func (s *series) attribution() incident.Attribution {
	in := s.incident.Incident()
	if in.ID == "" || in.Verdict == "" {
		return incident.Attribution{Verdict: outage.LikelyCause}
	}
	return incident.Attribution{Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons}
}

// amendChanges brings the changes of this minute up to the incident as it is now, and
// adds one where the incident says something new without a change of state.
func (s *series) amendChanges(news bool) {
	now := s.incident.Incident()
	for i := range s.changes {
		in := &s.changes[i]
		if in.ID == now.ID {
			in.Verdict, in.Cause, in.Reasons, in.Parent = now.Verdict, now.Cause, now.Reasons, now.Parent
		}
	}
	if news && len(s.changes) == 0 {
		s.emit(now)
	}
}

// candidate is the series as verdicts see it: while it has an incident and shortly
// after, and while it has evidence of at least half of one.
func (s *series) candidate(minute outage.Minute) (incident.Candidate, bool) {
	in := s.incident.Incident()
	r := incident.Candidate{
		Service: s.service, Onset: in.Since, Ratio: in.Peak, Open: s.incident.Active() || len(s.changes) > 0,
		Ending: s.incident.Ending(), Previous: s.attribution(),
	}
	switch handles := s.incident.Handles(); {
	case s.incident.Active():
		r.Excess, r.Shares = s.excess(in.Since, handles)
		r.Excess = s.incident.UpdateMaxExcess(r.Excess)
		return r, true
	case in.State == outage.StateResolved && minute-s.incident.Closed() <= outage.Minute(s.config.Incident.OutlastAfter):
		_, r.Shares = s.excess(in.Since, handles)
		r.Excess, r.ResolvedAgo = s.incident.UpdateMaxExcess(0), int(minute-s.incident.Closed())
		return r, true
	}
	if s.charts.Proximity() < pendingPart {
		return r, false
	}
	warm := s.charts.NearThreshold(pendingPart, minute, s.base)[0]
	if s.evidence(warm) < pendingPart {
		return r, false
	}
	r.Open, r.Ending, r.Previous = false, false, incident.Attribution{Verdict: outage.LikelyCause}
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

// setEvents makes incidents that belong together parts of one event.
func (e *Engine) setEvents() {
	changed := false
	var incidents []outage.Incident
	for _, s := range e.ordered {
		changed = changed || len(s.changes) > 0
	}
	if !changed {
		return
	}
	for _, s := range e.ordered {
		if in := s.incident.Incident(); in.ID != "" && !s.muted {
			incidents = append(incidents, in)
		}
	}
	events := incident.Events(e.config.Relations, incidents)
	for _, s := range e.ordered {
		if s.incident.Active() && !s.muted {
			s.amendChanges(s.incident.SetParent(events[s.incident.Incident().ID]))
		}
	}
}
