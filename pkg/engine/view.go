package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// View is what the engine says of every service after its last minute. It
// shares nothing with the engine.
func (e *Engine) View() *outage.View {
	watches := make([]outage.Watch, len(e.ordered))
	for i, s := range e.ordered {
		watches[i] = s.watch(e.last)
	}
	return outage.NewView(e.last, watches)
}

// normals is what is expected of every service in the slot that begins at start.
func (e *Engine) Normals(start outage.Minute) []outage.ServiceNormal {
	normals := make([]outage.ServiceNormal, len(e.ordered))
	for i, s := range e.ordered {
		expected := s.base.Expect(baseline.Whole)
		normals[i] = outage.ServiceNormal{
			Service: s.service, Country: s.country.code,
			Normal: outage.Normal{Start: start, Mean: expected.Mean, Dispersion: expected.Dispersion},
		}
	}
	return normals
}

func (s *series) watch(minute outage.Minute) outage.Watch {
	w := outage.Watch{
		Service: s.service, Country: s.country.code,
		Baseline: s.base.Expect(baseline.Whole), Needed: s.charts.Needed(detect.Country),
		Regions: map[outage.Region]float64{}, Cells: map[outage.Cell]float64{},
	}
	for handle := range int32(s.base.Places()) {
		mean, _ := s.base.Rates(handle)
		switch s.level(handle) {
		case detect.Region:
			w.Regions[s.country.regions[handle-1]] = mean
		case detect.Cell:
			if cell := s.base.Place(handle).Cell(); cell != 0 {
				w.Cells[cell] += mean
			}
		}
	}
	if w.Evidence = s.charts.Proximity(); w.Evidence >= pendingPart {
		w.Evidence = 0
		for _, warm := range s.charts.NearThreshold(pendingPart, minute, s.base) {
			evidence := s.evidence(warm)
			w.Evidence = max(w.Evidence, evidence)
			if evidence >= pendingPart {
				w.Signals = append(w.Signals, s.signal(warm, minute))
			}
		}
	}
	switch {
	case s.incident.Active() && !s.muted:
		incident := s.incident.Incident()
		w.Incident = &incident
	case !s.incident.Active():
		w.Pending = s.pending(minute, w.Signals)
	}
	return w
}
