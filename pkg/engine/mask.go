package engine

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
)

// mask is the area that open incidents cover. Evidence inside a footprint belongs to its
// incident: covered places are not tested for another one, and their counts and expected
// counts are subtracted from the places above them.
type mask struct {
	footprints [][]int32
	live       baseline.Live // nil while nothing is covered
	covered    float64       // part of the country's reporters that is expected in covered places
}

// leastLeft is the lower bound of the part left of a place that is not covered itself.
const leastLeft = .02

// covers reports whether a place is covered.
func (m *mask) covers(handle int32) bool { return m.live != nil && m.live[handle] == 0 }

// part is the part of a place that is not covered.
func (m *mask) part(handle int32) float64 {
	if m.live == nil {
		return 1
	}
	return m.live[handle]
}

// mask is the mask of footprints.
func (t *tree) mask(footprints [][]int32) mask {
	m := mask{footprints: footprints}
	if len(footprints) == 0 {
		return m
	}
	m.live = make(baseline.Live, t.base.Places())
	for h := range m.live {
		m.live[h] = 1
	}
	all := slices.Concat(footprints...)
	for h := range int32(len(m.live)) {
		if t.covered(h, all) {
			m.live[h] = 0
			t.takeShare(m.live, h)
		}
	}
	m.covered = 1 - max(0, m.live[baseline.Whole])
	for h, left := range m.live {
		if left != 0 {
			m.live[h] = max(left, leastLeft)
		}
	}
	return m
}

// takeShare subtracts the share of a covered metro cell from the places above it that
// are not covered themselves.
func (t *tree) takeShare(live baseline.Live, h int32) {
	place := t.base.Place(h)
	if place.Parent == baseline.Nowhere {
		return
	}
	const more = leastLeft / 2 // above 0, which marks a covered place
	share := t.base.Share(h)
	for _, above := range []int32{baseline.Whole, place.Region, place.Parent} {
		if above != baseline.Nowhere && live[above] > 0 {
			live[above] = max(more, live[above]-share/max(t.base.Share(above), 1e-12))
		}
	}
}

// maskedNormal is the expected counts of the parts that a mask leaves.
type maskedNormal struct {
	base *baseline.Series
	mask *mask
}

func (n maskedNormal) Rates(handle int32) (mean, upper float64) {
	mean, upper = n.base.Rates(handle)
	part := n.mask.part(handle)
	return mean * part, upper * part
}

func (n maskedNormal) DispersionAt(handle int32, minutes int) float64 {
	return n.base.DispersionAt(handle, minutes)
}

func (n maskedNormal) Uncertainty() float64 { return n.base.Uncertainty() }

// normal is the expected counts outside of open incidents.
func (s *series) normal() maskedNormal { return maskedNormal{s.base, &s.mask} }

// updateMask sets the mask to the footprints of the open incidents. Where these have
// changed, evidence of places that became covered or free, and of those above them, is
// dropped: it belongs to an incident.
func (s *series) updateMask() {
	footprints := s.incidents.footprints(nil)
	if slices.EqualFunc(footprints, s.mask.footprints, slices.Equal[[]int32]) {
		return
	}
	before := s.mask
	s.mask = s.tree.mask(footprints)
	changed, fresh := s.maskChanges(&before)
	s.charts.Drop(func(h int32) bool { return changed[h] })
	s.charts.Refresh()
	if len(fresh) > 0 {
		s.base.CoverWindows(fresh, before.live)
		s.base.CoverBlock(s.mask.live, s.mask.covered, true)
	}
}

// maskChanges marks the places that became covered or free, and those above them, and
// lists those that became covered.
func (s *series) maskChanges(before *mask) (changed []bool, fresh []int32) {
	changed = make([]bool, s.base.Places())
	for h := range int32(len(changed)) {
		was, is := before.covers(h), s.mask.covers(h)
		if was == is {
			continue
		}
		changed[h] = true
		place := s.base.Place(h)
		for _, above := range []int32{baseline.Whole, place.Region, place.Parent} {
			if above != baseline.Nowhere {
				changed[above] = true
			}
		}
		if is {
			fresh = append(fresh, h)
		}
	}
	return changed, fresh
}
