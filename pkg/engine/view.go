package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// learningMinutes is the age below which a series counts as learning.
const learningMinutes = 7 * minutesPerDay

const minutesPerDay = 24 * 60

// View is the state of every service after the last minute. It shares no memory
// with the engine.
func (e *Engine) View() *outage.View {
	watches := make([]outage.Watch, len(e.ordered))
	for i, s := range e.ordered {
		watches[i] = s.watch(e.last)
	}
	access := map[outage.Country]outage.OrdinaryAccess{}
	for code, c := range e.countries {
		access[code] = c.access.shares()
	}
	return outage.NewView(e.last, watches).WithAccess(access)
}

// Normals are the expected counts of every service, of the slot that begins at start.
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

// learning is the time until a series is old enough for its normal to be known.
func (s *series) learning(minute outage.Minute) outage.Minute {
	return max(0, learningMinutes-(minute-s.base.First()))
}

func (s *series) watch(minute outage.Minute) outage.Watch {
	w := outage.Watch{
		Service: s.service, Country: s.country.code,
		Baseline: s.base.Expect(baseline.Whole), Needed: s.charts.Needed(detect.Country),
		Learning: s.learning(minute) > 0, KnownIn: int((s.learning(minute) + minutesPerDay - 1) / minutesPerDay),
		Regions: map[outage.Region]float64{}, Cells: map[outage.Cell]float64{},
	}
	s.addMeans(&w)
	s.addEvidence(&w, minute)
	s.addIncidents(&w)
	if !s.incidents.active() {
		w.Pending = s.pending(minute, w.Signals)
	}
	return w
}

// addIncidents adds the open incidents, the leading one separately.
func (s *series) addIncidents(w *outage.Watch) {
	if s.incidents.muted {
		return
	}
	open := s.incidents.open()
	first := leading(open)
	for _, in := range open {
		public := in.Incident()
		if in == first {
			w.Incident = &public
		} else {
			w.Others = append(w.Others, &public)
		}
	}
}

// addMeans adds the expected reporters of each region and cell.
func (s *series) addMeans(w *outage.Watch) {
	for handle := range int32(s.base.Places()) {
		mean, _ := s.base.Rates(handle)
		switch s.tree.level(handle) {
		case detect.Region:
			w.Regions[s.country.regions[handle-1]] = mean
		case detect.Cell:
			if cell := s.base.Place(handle).Cell(); cell != 0 {
				w.Cells[cell] += mean
			}
		}
	}
}

// addEvidence adds the nodes that are near to opening.
func (s *series) addEvidence(w *outage.Watch, minute outage.Minute) {
	if w.Evidence = s.charts.Proximity(); w.Evidence < pendingPart {
		return
	}
	w.Evidence = 0
	for _, near := range s.charts.NearThreshold(pendingPart, minute, s.normal()) {
		evidence := s.networks.evidence(&s.tree, near)
		w.Evidence = max(w.Evidence, evidence)
		if evidence >= pendingPart {
			w.Signals = append(w.Signals, s.signal(near, minute))
		}
	}
}
