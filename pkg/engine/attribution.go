package engine

import (
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// noRelations knows no service.
type noRelations struct{}

func (noRelations) Service(string) (outage.Service, bool) { return outage.Service{}, false }

// attribute decides for all services of a country together which of them probably
// failed and which are only reported because of it. It runs after each of them has
// processed the minute: when an incident changed, and once a block while one is open.
func (c *country) attribute(minute outage.Minute, turning bool) {
	changed, open := false, false
	for _, s := range c.series {
		changed = changed || len(s.incidents.changes) > 0
		open = open || s.incidents.public()
	}
	if !changed && !(open && turning) {
		return
	}
	var candidates []incident.Candidate
	for _, s := range c.series {
		candidates = s.appendCandidates(candidates, minute)
	}
	attributions := incident.AttributeAll(&c.config.Incident, c.config.Relations, candidates)
	for _, s := range c.series {
		for _, in := range s.incidents.list {
			if found, ok := attributions[in.Incident().ID]; ok {
				s.incidents.amend(in, in.SetAttribution(found))
			}
		}
	}
}

// appendCandidates appends the candidates of the series: its open and recently resolved
// incidents, or else evidence of at least half of what opening takes.
func (s *series) appendCandidates(candidates []incident.Candidate, minute outage.Minute) []incident.Candidate {
	before := len(candidates)
	for _, in := range s.incidents.list {
		if candidate, ok := s.candidate(in, minute); ok {
			candidates = append(candidates, candidate)
		}
	}
	if len(candidates) > before || s.charts.Proximity() < pendingPart {
		return candidates
	}
	near := s.charts.NearThreshold(pendingPart, minute, s.normal())
	if len(near) == 0 || s.networks.evidence(&s.tree, near[0]) < pendingPart {
		return candidates
	}
	c := incident.Candidate{
		Service: s.service, Onset: near[0].Since, Ratio: outage.Ratio(float64(near[0].Observed), near[0].Expected),
		Previous: incident.Attribution{Verdict: outage.LikelyCause},
	}
	c.Excess, c.Shares = s.tree.excess(near[0].Since, []int32{near[0].Handle})
	c.Access, c.Connect = s.describeAccess(c.Onset, minute)
	return append(candidates, c)
}

// candidate describes an incident for the attribution.
func (s *series) candidate(in *placedIncident, minute outage.Minute) (c incident.Candidate, ok bool) {
	public := in.Incident()
	ago := int(minute - in.Closed())
	if public.MergedInto != "" || !in.Active() && ago > s.config.Incident.OutlastAfter {
		return c, false
	}
	c = incident.Candidate{
		Service: s.service, ID: public.ID, Onset: public.Since, Ratio: public.Peak,
		Open: in.Active() || s.incidents.changed(public.ID), Ending: in.Ending(), Previous: in.attribution(),
	}
	c.Excess, c.Shares = s.tree.excess(public.Since, in.Handles())
	c.Access, c.Connect = s.describeAccess(c.Onset, minute)
	if !in.Active() {
		c.Excess, c.ResolvedAgo = 0, ago
	}
	c.Excess = in.UpdateMaxExcess(c.Excess)
	return c, true
}

// setEvents makes incidents that belong together parts of one event.
func (e *Engine) setEvents() {
	changed := false
	for _, s := range e.ordered {
		changed = changed || len(s.incidents.changes) > 0
	}
	if !changed {
		return
	}
	var all []outage.Incident
	for _, s := range e.ordered {
		for _, in := range s.incidents.list {
			if public := in.Incident(); !s.incidents.muted && public.MergedInto == "" {
				all = append(all, public)
			}
		}
	}
	events := incident.Events(e.config.Relations, all)
	for _, s := range e.ordered {
		for _, in := range s.incidents.list {
			if in.Active() && !s.incidents.muted {
				s.incidents.amend(in, in.SetParent(events[in.Incident().ID]))
			}
		}
	}
}
