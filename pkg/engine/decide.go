package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// decide is the life of the incident in one minute.
func (s *series) decide(minute outage.Minute, missing bool) {
	if s.muted && minute >= s.config.AlertFrom {
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

// startAlerting begins to alert. An outage that began before must show itself again.
func (s *series) startAlerting() {
	s.muted = false
	s.incident = incident.NewLifecycle(&s.config.Incident)
	s.charts.Reset()
}

// emit reports a change, unless nobody wants to hear of it yet.
func (s *series) emit(changes ...outage.Incident) {
	if !s.muted {
		s.changes = append(s.changes, changes...)
	}
}

func (s *series) open(minute outage.Minute) {
	alarm, ok := s.alarm(minute)
	if !ok || s.contested(alarm) {
		return
	}
	s.muted = minute < s.config.AlertFrom
	opening := s.localise(alarm.Since)
	opening.Disjoint = !s.overlaps(alarm.Handle, s.incident.Handles())
	opening.Signal, opening.Why = s.signal(alarm, minute), s.explain(alarm, minute)
	s.emit(s.incident.Open(opening))
}

func (s *series) observe(minute outage.Minute, missing bool) {
	if s.incident.Localising() && !missing {
		s.incident.UpdateFootprint(s.localise(s.incident.Incident().Since))
	}
	m := incident.Minute{Minute: minute, Dispersion: s.base.Dispersion(), Missing: missing}
	for _, h := range s.watchedHandles(minute) {
		mean, _ := s.base.Rates(h)
		m.Mean += mean
		m.Reporters += s.counts[h]
	}
	m.Back = s.back[baseline.Whole]
	s.incident.Regions(func(h int32) {
		mean, _ := s.base.Rates(h)
		m.Regions = append(m.Regions, incident.Part{Reporters: s.counts[h], Mean: mean, Back: s.back[h]})
	})
	s.emit(s.incident.Observe(m)...)
	if ratio, yes := s.incident.Outlasted(minute); yes {
		s.emit(s.incident.Accept(minute))
		s.base.AcceptLevel(s.incident.Handles(), ratio, s.country.now, s.country.pool)
		s.charts.Refresh(s.base.Mean())
	}
	if !s.incident.Active() {
		s.secondary = s.secondary[:0]
		s.charts.Reset()
	}
}
