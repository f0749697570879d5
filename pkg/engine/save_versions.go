package engine

import (
	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// readRestV4 reads the end of a series of version 4, which had no blocks: its incident.
// Without blocks an excursion is assumed to come from one block, see blocks.largest, so
// that where networks are known evidence from before the update alone opens nothing.
func (e *Engine) readRestV4(s *series, from []byte) ([]byte, error) {
	in, from, err := incident.ReadLifecycleV4(&e.config.Incident, s.base.Places(), e.last, from)
	return s.setIncident(in, from, err)
}

// readRestV5 reads the end of a series of version 5: its blocks and its incident.
func (e *Engine) readRestV5(s *series, from []byte) ([]byte, error) {
	from, err := s.networks.blocks.read(from)
	if err != nil {
		return nil, err
	}
	in, from, err := incident.ReadLifecycleV5(&e.config.Incident, s.base.Places(), e.last, from)
	return s.setIncident(in, from, err)
}

// readRestV9 reads the end of a series of versions 6 to 9, which narrowed no incident.
func (e *Engine) readRestV9(s *series, from []byte) ([]byte, error) {
	return e.readIncidents(s, from, func(from []byte) ([]int32, []byte, error) { return nil, from, nil })
}

// setIncident makes the one incident of an old state the first of the list.
func (s *series) setIncident(in *incident.Lifecycle, from []byte, err error) ([]byte, error) {
	if err == nil && in.Incident().ID != "" && (in.Active() || in.Incident().State == outage.StateResolved) {
		s.incidents.list = []*placedIncident{{Lifecycle: in, anchor: anchorOf(in)}}
	}
	return from, err
}

func anchorOf(in *incident.Lifecycle) int32 {
	if handles := in.Handles(); len(handles) > 0 {
		return handles[0]
	}
	return baseline.Whole
}
