package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// decide is the life of the incident in one minute.
func (s *series) decide(minute outage.Minute, missing bool) {
	if s.silent && minute >= s.config.AlertFrom {
		s.wake()
	}
	s.track(minute)
	if !s.incident.Active() {
		s.open(minute)
	} else {
		s.watch(minute, missing)
	}
	if s.incident.Active() {
		s.base.Drop()
		s.bank.Spoil()
	}
}

// wake begins to alert. An outage that began before must show itself again.
func (s *series) wake() {
	s.silent = false
	s.incident = incident.NewCase(&s.config.Incident)
	s.bank.Reset()
}

// tell reports a change, unless nobody wants to hear of it yet.
func (s *series) tell(changes ...outage.Incident) {
	if !s.silent {
		s.changes = append(s.changes, changes...)
	}
}

func (s *series) open(minute outage.Minute) {
	alarm, ok := s.alarm(minute)
	if !ok || s.doubted(alarm) {
		return
	}
	s.silent = minute < s.config.AlertFrom
	opening := s.localise(alarm.Since)
	opening.Elsewhere = !s.touches(alarm.Handle, s.incident.Handles())
	opening.Signal, opening.Why = s.signal(alarm, minute), s.explain(alarm, minute)
	s.tell(s.incident.Open(opening))
}

func (s *series) watch(minute outage.Minute, missing bool) {
	if s.incident.Localising() && !missing {
		s.incident.Move(s.localise(s.incident.Incident().Since))
	}
	m := incident.Minute{Minute: minute, Dispersion: s.base.Dispersion(), Missing: missing}
	for _, h := range s.parts(minute) {
		mean, _ := s.base.Rates(h)
		m.Mean += mean
		m.Reporters += s.counts[h]
	}
	m.Back = s.back[baseline.Whole]
	s.incident.Regions(func(h int32) {
		mean, _ := s.base.Rates(h)
		m.Regions = append(m.Regions, incident.Part{Reporters: s.counts[h], Mean: mean, Back: s.back[h]})
	})
	s.tell(s.incident.Watch(m)...)
	if ratio, yes := s.incident.Outlasted(minute); yes {
		s.tell(s.incident.Accept(minute))
		s.base.Accept(s.incident.Handles(), ratio, s.country.now, s.country.pool)
		s.bank.Turn(s.base.Mean())
	}
	if !s.incident.Active() {
		s.elsewhere = s.elsewhere[:0]
		s.bank.Reset()
	}
}
