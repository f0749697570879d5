package engine

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// watchedHandles are what the end of the open incident is judged by: its footprint, and
// what began to alarm outside of it since that became final. A service has one
// incident in a country at a time, so a second outage elsewhere cannot open
// while the first lasts: it keeps it open, and the footprint stays what it was.
func (s *series) watchedHandles(minute outage.Minute) []int32 {
	footprint := s.incident.Handles()
	if s.incident.Localising() || slices.Contains(footprint, baseline.Whole) {
		return footprint
	}
	if alarm, ok := s.charts.AlarmAmong(minute, func(a detect.Alarm) bool { return s.disjoint(a.Handle) && s.supported(a) }); ok {
		s.secondary = append(s.secondary, alarm.Handle)
	}
	return append(footprint[:len(footprint):len(footprint)], s.secondary...)
}

// disjoint reports whether a place has nothing in common with the open incident.
func (s *series) disjoint(handle int32) bool {
	return handle != baseline.Whole &&
		!s.overlaps(handle, s.incident.Handles()) && !s.overlaps(handle, s.secondary)
}

// overlaps reports whether a place has land in common with one of the parts.
func (s *series) overlaps(handle int32, parts []int32) bool {
	for _, part := range parts {
		if part == handle || part == baseline.Whole || handle == baseline.Whole {
			return true
		}
	}
	for h := range int32(s.base.Places()) {
		if s.base.Place(h).Parent == baseline.Nowhere || !s.covered(h, []int32{handle}) {
			continue
		}
		if s.covered(h, parts) {
			return true
		}
	}
	return false
}

// renumbered are handles after some have moved.
func renumbered(handles, moved []int32) []int32 {
	kept := handles[:0]
	for _, h := range handles {
		if moved[h] >= 0 {
			kept = append(kept, moved[h])
		}
	}
	return kept
}
