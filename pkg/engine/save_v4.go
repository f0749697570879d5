package engine

import "github.com/open-downpour/downpour/pkg/incident"

// readRestV4 reads the end of a series of version 4, which had no blocks: its
// incident. The series goes on without any, so that a run of which nothing newer
// is known is taken to have come from one block, see blocks.largest. Where networks
// are known, evidence from before the update opens nothing alone.
func (e *Engine) readRestV4(s *series, from []byte) ([]byte, error) {
	var err error
	s.incident.Lifecycle, from, err = incident.ReadLifecycleV4(&e.config.Incident, s.base.Places(), e.last, from)
	return from, err
}
