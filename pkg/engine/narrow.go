package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	narrowEvery = baseline.BlockMinutes
	narrowOver  = 30 // minutes whose excess decides
)

// narrow looks again at incidents of the country and of regions whose footprint is final:
// several local faults at once may look like one outage in their first minutes. Where the
// excess is that of separate cells by now, the incident claims the strongest alone, and the
// others open their own.
func (s *series) narrow(minute outage.Minute) {
	for _, in := range s.incidents.open() {
		if in.Localising() || in.Incident().Footprint.Scope == outage.ScopeCell {
			continue
		}
		others := s.tree.mask(s.incidents.footprints(in))
		if cells := s.tree.narrow(minute-narrowOver+1, in.claimed(), &others); len(cells) > 0 {
			in.narrowed = cells
		}
	}
}

// narrow is detect.Narrow of the counts since a minute, for an area by its handles.
func (t *tree) narrow(since outage.Minute, handles []int32, m *mask) []int32 {
	nodes, _ := t.nodes(since, m)
	area := detect.Area{}
	for i := range nodes {
		for _, h := range handles {
			if n := &nodes[i]; n.Handle == h {
				area.Observed, area.Expected = area.Observed+n.Observed, area.Expected+n.Expected
			}
		}
	}
	return detect.Narrow(&t.country.config.Detect, nodes, area, func(n *detect.Node) bool { return t.covered(n.Handle, handles) })
}

// widen lets an incident of the country claim all of it again, and reports whether one
// had been narrowed.
func (s *series) widen() bool {
	for _, in := range s.incidents.open() {
		if in.narrowed != nil && in.Incident().Footprint.Scope == outage.ScopeCountry {
			in.narrowed = nil
			s.updateMask()
			return true
		}
	}
	return false
}
