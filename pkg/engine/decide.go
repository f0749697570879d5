package engine

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// decide opens, updates or closes the incident by the present minute.
func (s *series) decide(minute outage.Minute, missing bool) {
	if s.incident.muted && minute >= s.config.AlertFrom {
		s.startAlerting()
	}
	s.recordHistory(minute)
	if !s.incident.Active() {
		s.open(minute)
	} else {
		s.observe(minute, missing)
	}
	if s.incident.Active() {
		s.base.Drop()
		s.charts.Exclude()
	}
}

// startAlerting drops an incident from before alerts were wanted. If the outage
// lasts, it has to raise evidence again.
func (s *series) startAlerting() {
	s.incident.muted = false
	s.incident.Lifecycle = incident.NewLifecycle(&s.config.Incident)
	s.charts.Reset()
}

// recordHistory records how near to opening the series is.
func (s *series) recordHistory(minute outage.Minute) {
	if s.incident.Active() || s.charts.Proximity() < historyPart {
		s.history = s.history[:0]
		return
	}
	nearest := s.charts.NearThreshold(historyPart, minute, s.base)[0]
	s.history.record(minute, s.counts.reporters, s.base.Expect(baseline.Whole), nearest)
}

// supported reports whether enough networks support an excursion.
func (s *series) supported(alarm detect.Alarm) bool { return s.networks.support(&s.tree, alarm) }

// open opens an incident by the largest excursion that enough networks support, if
// any has enough evidence.
func (s *series) open(minute outage.Minute) {
	alarm, ok := s.charts.AlarmAmong(minute, s.supported)
	if !ok || s.side.contest(alarm, s.config.Detect.Cap) {
		return
	}
	s.incident.muted = minute < s.config.AlertFrom
	opening := s.tree.localise(alarm.Since)
	opening.Disjoint = !s.tree.overlaps(alarm.Handle, s.incident.Handles())
	opening.Signal, opening.Why = s.signal(alarm, minute), s.explain(alarm, minute)
	s.incident.emit(s.incident.Open(opening))
}

// observe updates the open incident, and closes it when it is over.
func (s *series) observe(minute outage.Minute, missing bool) {
	if s.incident.Localising() && !missing {
		s.incident.UpdateFootprint(s.tree.localise(s.incident.Incident().Since))
	}
	s.incident.emit(s.incident.Observe(s.footprintMinute(minute, missing))...)
	if ratio, yes := s.incident.Outlasted(minute); yes {
		s.incident.emit(s.incident.Accept(minute))
		s.base.AcceptLevel(s.incident.Handles(), ratio, s.country.now, s.country.pool)
		s.charts.Refresh(s.base.Mean())
	}
	if !s.incident.Active() {
		s.incident.secondary = s.incident.secondary[:0]
		s.charts.Reset()
	}
}

// footprintMinute is the counts of the present minute on the footprint.
func (s *series) footprintMinute(minute outage.Minute, missing bool) incident.Minute {
	m := incident.Minute{Minute: minute, Dispersion: s.base.Dispersion(), Missing: missing}
	for _, h := range s.observedHandles(minute) {
		mean, _ := s.base.Rates(h)
		m.Mean += mean
		m.Reporters += s.counts.byHandle[h]
	}
	m.Back = s.counts.back[baseline.Whole]
	s.incident.Regions(func(h int32) {
		mean, _ := s.base.Rates(h)
		m.Regions = append(m.Regions, incident.Part{Reporters: s.counts.byHandle[h], Mean: mean, Back: s.counts.back[h]})
	})
	return m
}

// observedHandles are the places by which the end of the open incident is decided:
// its footprint, and the places outside of it that alarmed since it became final. A
// service has one incident in a country at a time, so a second outage cannot open
// while the first lasts. It keeps the incident open; the footprint stays as it is.
func (s *series) observedHandles(minute outage.Minute) []int32 {
	footprint := s.incident.Handles()
	if s.incident.Localising() || slices.Contains(footprint, baseline.Whole) {
		return footprint
	}
	if alarm, ok := s.charts.AlarmAmong(minute, func(a detect.Alarm) bool { return s.disjoint(a.Handle) && s.supported(a) }); ok {
		s.incident.secondary = append(s.incident.secondary, alarm.Handle)
	}
	return append(footprint[:len(footprint):len(footprint)], s.incident.secondary...)
}

// disjoint reports whether a place overlaps neither the footprint nor the secondary
// places.
func (s *series) disjoint(handle int32) bool {
	return handle != baseline.Whole &&
		!s.tree.overlaps(handle, s.incident.Handles()) && !s.tree.overlaps(handle, s.incident.secondary)
}
