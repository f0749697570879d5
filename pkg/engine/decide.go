package engine

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	opensPerMinute = 4
	mostCovered    = .7 // part of the country; with more of it covered nothing is learnt
)

// decide opens, updates or closes incidents by the current minute.
func (s *series) decide(minute outage.Minute, missing bool) {
	if s.incidents.muted && minute >= s.config.AlertFrom {
		s.startAlerting()
	}
	s.recordHistory(minute)
	if !missing {
		s.localiseAgain(minute)
	}
	for _, in := range s.incidents.open() {
		s.update(in, minute, missing)
	}
	if !missing && (minute+1)%narrowEvery == 0 {
		s.narrow(minute)
	}
	s.incidents.forget(minute, max(s.config.Incident.ReopenWithin, s.config.Incident.OutlastAfter))
	s.updateMask()
	if !missing {
		s.openAll(minute)
	}
	switch {
	case s.mask.covered > mostCovered:
		s.base.Drop()
	case s.mask.live != nil:
		s.base.CoverBlock(s.mask.live, s.mask.covered, false)
	}
}

// startAlerting drops the incidents from before Config.AlertFrom. An outage that still
// lasts has to accumulate evidence again.
func (s *series) startAlerting() {
	s.incidents = incidents{}
	s.mask = mask{}
	s.charts.Reset()
	s.charts.Refresh()
}

// recordHistory records the node nearest to opening.
func (s *series) recordHistory(minute outage.Minute) {
	if s.charts.Proximity() >= historyPart {
		if nearest, ok := s.charts.Nearest(historyPart, minute, s.normal()); ok {
			s.history.record(minute, s.counts.reporters, s.base.Expect(baseline.Whole), nearest)
			return
		}
	}
	s.history = s.history[:0]
}

// localiseAgain updates the footprints that are not final, each outside of the others,
// and merges those that now lie within another.
func (s *series) localiseAgain(minute outage.Minute) {
	moved := false
	for _, in := range s.incidents.open() {
		if !in.Localising() {
			continue
		}
		others := s.tree.mask(s.incidents.footprints(in))
		if opening := s.tree.localise(in.Incident().Since, in.anchor, &others); s.enough(&opening) {
			in.UpdateFootprint(opening)
			moved = true
		}
	}
	if moved {
		s.incidents.merge(&s.tree, minute)
	}
}

// enough reports whether a footprint smaller than the country has the minimum reporters
// of a cell.
func (s *series) enough(o *incident.Opening) bool {
	return o.Footprint.Scope == outage.ScopeCountry || o.Observed >= float64(s.config.Detect.MinReporters[detect.Cell])
}

// openAll opens incidents for the strongest alarms outside of all incidents, at most
// opensPerMinute.
func (s *series) openAll(minute outage.Minute) {
	tried := map[int32]bool{}
	for range opensPerMinute {
		alarm, ok := s.alarm(minute, tried)
		if !ok {
			return
		}
		tried[alarm.Handle] = true
		s.open(alarm, minute)
	}
}

// alarm is the strongest excursion that may open: supported by enough networks, not
// contested, and unusual against the rest of its country.
func (s *series) alarm(minute outage.Minute, tried map[int32]bool) (detect.Alarm, bool) {
	accept := func(a detect.Alarm) bool {
		return !tried[a.Handle] && !s.side.contest(a, s.config.Detect.Cap) && s.networks.support(&s.tree, s.lifted(a))
	}
	if alarm, ok := s.charts.ColdAlarm(minute, s.country.first+outage.Minute(s.config.ColdAfter), s.base.Prior().Upper()); ok && accept(alarm) && s.country.alone(alarm) {
		return alarm, true
	}
	return s.charts.Alarm(minute, s.normal(), accept)
}

// lifted is the excursion of a place with its expected counts raised as far as the rest
// of the country is above its own: where the whole country is somewhat above normal, so
// are its parts, and that is no local fault.
func (s *series) lifted(a detect.Alarm) detect.Alarm {
	if a.Level == detect.Country {
		return a
	}
	nodes, _ := s.tree.nodes(a.Since, &s.mask)
	at := slices.IndexFunc(nodes, func(n detect.Node) bool { return n.Handle == a.Handle })
	if at < 0 {
		return a
	}
	rest := detect.Node{Observed: nodes[0].Observed - nodes[at].Observed, Expected: max(0, nodes[0].Expected-nodes[at].Expected)}
	return a.Lifted(min(max(1, rest.Observed/(rest.Expected+1)), s.config.Detect.LiftMost))
}

// open opens an incident for an alarm, or reopens one that was resolved a short while
// ago.
func (s *series) open(alarm detect.Alarm, minute outage.Minute) {
	opening := s.tree.localise(alarm.Since, alarm.Handle, &s.mask)
	if len(s.incidents.open()) >= mostIncidents {
		opening = s.tree.everywhere(alarm.Since)
	}
	if !s.enough(&opening) || s.recurs(alarm, &opening) {
		return
	}
	s.incidents.muted = minute < s.config.AlertFrom
	if opening.Footprint.Scope == outage.ScopeCountry && s.widen() {
		return
	}
	if in := s.reopenable(alarm, minute); in != nil {
		s.incidents.emit(in.Reopen(minute))
	} else {
		opening.Signal, opening.Why = s.signal(alarm, minute), s.explain(alarm, minute)
		opening.Number = s.incidents.number(minute)
		in := &placedIncident{Lifecycle: incident.NewLifecycle(&s.config.Incident), anchor: alarm.Handle}
		s.incidents.list = append(s.incidents.list, in)
		s.incidents.emit(in.Open(opening))
	}
	s.incidents.merge(&s.tree, minute)
	s.updateMask()
	s.charts.DropCold()
}

// recurs reports whether a place alarmed for an excess of the whole country that is ordinary
// there.
func (s *series) recurs(alarm detect.Alarm, o *incident.Opening) bool {
	return alarm.Level != detect.Country && o.Footprint.Scope == outage.ScopeCountry &&
		s.charts.Recurs(o.Observed, o.Minutes, s.normal())
}

// reopenable is the incident that an alarm reopens: one that was resolved a short while
// ago and overlaps the node that alarmed. An alarm of the country reopens a local
// incident only if nothing else is open.
func (s *series) reopenable(alarm detect.Alarm, minute outage.Minute) *placedIncident {
	for _, in := range slices.Backward(s.incidents.list) {
		if in.Active() || in.Incident().MergedInto != "" || int(minute-in.Closed()) > s.config.Incident.ReopenWithin {
			continue
		}
		widens := alarm.Handle == baseline.Whole && !slices.Contains(in.claimed(), baseline.Whole) && s.incidents.active()
		if !widens && s.tree.overlaps(alarm.Handle, in.claimed()) {
			return in
		}
	}
	return nil
}

// update applies a minute to an open incident, and accepts its level as the normal when
// it has outlasted its limit.
func (s *series) update(in *placedIncident, minute outage.Minute, missing bool) {
	s.incidents.emit(in.Observe(s.footprintMinute(in, minute, missing))...)
	if ratio, yes := in.Outlasted(minute); yes {
		s.incidents.emit(in.Accept(minute))
		s.base.AcceptLevel(in.claimed(), ratio, s.country.now, s.country.pool)
		s.charts.Refresh()
	}
}

// footprintMinute is the counts of the current minute in a footprint, those in other
// incidents' footprints included.
func (s *series) footprintMinute(in *placedIncident, minute outage.Minute, missing bool) incident.Minute {
	handles := in.claimed()
	m := incident.Minute{Minute: minute, Dispersion: s.base.Dispersion(), Missing: missing}
	for _, h := range handles {
		mean, _ := s.base.Rates(h)
		m.Mean += mean
		m.Reporters += s.counts.byHandle[h]
	}
	if len(handles) > 0 {
		m.Dispersion = s.base.DispersionAt(handles[0], 1)
	}
	m.Back = s.counts.back[baseline.Whole]
	in.Regions(func(h int32) {
		mean, _ := s.base.Rates(h)
		m.Regions = append(m.Regions, incident.Part{Reporters: s.counts.byHandle[h], Mean: mean, Back: s.counts.back[h]})
	})
	return m
}
