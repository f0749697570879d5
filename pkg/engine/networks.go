package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const halfHour = 30 // minutes

// networkCount is from how many networks the reports of a place came, in the aligned
// half hour before and in the one under way. A network is told once in a half
// hour, so that one alone never makes more than one of either.
type networkCount struct{ Before, Now uint16 }

// addNetworks adds the networks of the present minute to a node.
func (s *series) addNetworks(networks uint32, handles ...int32) {
	for _, h := range handles {
		if h != baseline.Nowhere && networks > 0 {
			now := &s.networks[h].Now
			*now = uint16(min(uint32(*now)+networks, 1<<16-1))
		}
	}
}

// beginHalfHour begins a half hour, where one begins.
func (s *series) beginHalfHour(minute outage.Minute) {
	if minute.Floor(halfHour) != minute {
		return
	}
	for h := range s.networks {
		s.networks[h] = networkCount{Before: s.networks[h].Now}
	}
}

// renumberNetworks gives the nodes new handles.
func (s *series) renumberNetworks(moved []int32) {
	kept := s.networks[:0]
	for h, heard := range s.networks {
		if moved[h] >= 0 {
			kept = append(kept, heard)
		}
	}
	s.networks = kept
}

// alarm is the run that opens an incident: of those with enough evidence, the
// strongest that enough networks carry.
func (s *series) alarm(minute outage.Minute) (detect.Alarm, bool) {
	return s.charts.AlarmAmong(minute, s.supported)
}

// supported reports whether the reporters of a run came from enough networks, and
// whether the run would open an incident without its largest block of networks.
// Without its largest network it then would too, since that is part of a block
// that is no larger.
func (s *series) supported(alarm detect.Alarm) bool {
	return s.enoughNetworks(alarm.Handle) && (s.config.Networks == 0 || alarm.StandsWithout(s.blocks.largest(s, alarm)))
}

// enoughNetworks reports whether the reporters of a place came from enough networks.
func (s *series) enoughNetworks(handle int32) bool {
	heard := s.networks[handle]
	return max(heard.Before, heard.Now) >= s.config.Networks
}

// evidence is that of a run as the public status sees it, in parts of what it
// needs: without its largest block of networks, where networks are known.
func (s *series) evidence(alarm detect.Alarm) float64 {
	if s.config.Networks == 0 {
		return alarm.Evidence / alarm.Needed
	}
	return alarm.EvidenceWithout(s.blocks.largest(s, alarm)) / alarm.Needed
}
