package engine

import (
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// unknown relates no service to another.
type unknown struct{}

func (unknown) Service(string) (outage.Service, bool) { return outage.Service{}, false }

// attribute decides for all services of a country together which of them probably
// failed and which are only reported because of it. It runs after each of them has
// decided on the minute alone: when something changed, and once a block while an
// incident lasts.
func (c *country) attribute(minute outage.Minute, turning bool) {
	changed, open := false, false
	for _, s := range c.series {
		changed = changed || len(s.incident.changes) > 0
		open = open || s.incident.public()
	}
	if !changed && !(open && turning) {
		return
	}
	var candidates []incident.Candidate
	for _, s := range c.series {
		if candidate, ok := s.candidate(minute); ok {
			candidates = append(candidates, candidate)
		}
	}
	attributions := incident.AttributeAll(&c.config.Incident, c.config.Relations, candidates)
	for _, s := range c.series {
		if found, ok := attributions[s.service]; ok {
			s.incident.amendChanges(s.incident.SetAttribution(found))
		}
	}
}

// candidate describes the series for the attribution: while it has an incident and
// shortly after, and while it has evidence of at least half of one.
func (s *series) candidate(minute outage.Minute) (incident.Candidate, bool) {
	in := s.incident.Incident()
	c := incident.Candidate{
		Service: s.service, Onset: in.Since, Ratio: in.Peak,
		Open: s.incident.Active() || len(s.incident.changes) > 0, Ending: s.incident.Ending(), Previous: s.incident.attribution(),
	}
	switch handles := s.incident.Handles(); {
	case s.incident.Active():
		c.Excess, c.Shares = s.tree.excess(in.Since, handles)
		c.Excess = s.incident.UpdateMaxExcess(c.Excess)
		return c, true
	case in.State == outage.StateResolved && minute-s.incident.Closed() <= outage.Minute(s.config.Incident.OutlastAfter):
		_, c.Shares = s.tree.excess(in.Since, handles)
		c.Excess, c.ResolvedAgo = s.incident.UpdateMaxExcess(0), int(minute-s.incident.Closed())
		return c, true
	}
	if s.charts.Proximity() < pendingPart {
		return c, false
	}
	nearest := s.charts.NearThreshold(pendingPart, minute, s.base)[0]
	if s.networks.evidence(&s.tree, nearest) < pendingPart {
		return c, false
	}
	c.Open, c.Ending, c.Previous = false, false, incident.Attribution{Verdict: outage.LikelyCause}
	c.Onset, c.Ratio = nearest.Since, outage.Ratio(float64(nearest.Observed), nearest.Expected)
	c.Excess, c.Shares = s.tree.excess(nearest.Since, []int32{nearest.Handle})
	return c, true
}

// setEvents makes incidents that belong together parts of one event.
func (e *Engine) setEvents() {
	changed := false
	for _, s := range e.ordered {
		changed = changed || len(s.incident.changes) > 0
	}
	if !changed {
		return
	}
	var incidents []outage.Incident
	for _, s := range e.ordered {
		if in := s.incident.Incident(); in.ID != "" && !s.incident.muted {
			incidents = append(incidents, in)
		}
	}
	events := incident.Events(e.config.Relations, incidents)
	for _, s := range e.ordered {
		if s.incident.public() {
			s.incident.amendChanges(s.incident.SetParent(events[s.incident.Incident().ID]))
		}
	}
}
