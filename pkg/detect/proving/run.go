package proving

import (
	"fmt"
	"time"

	"downpour/pkg/outage"
	"downpour/pkg/scenario/simulate"
	"downpour/pkg/timeline"
)

// Found is an incident as the detector told it: when it opened, where it was
// when the footprint became final, when it closed.
type Found struct {
	First  outage.Incident
	Final  outage.Incident
	Closed outage.Minute // minute after the last one used, 0 while open
	Opened outage.Minute
}

// Run plays a world to a timeline and collects its incidents, in order of
// opening. Took is the time spent in the detector.
func Run(world *simulate.World, config timeline.Config) (found []*Found, took time.Duration, err error) {
	config.AlertFrom = world.Judged().From
	line := timeline.New(config)
	byID := make(map[string]*Found)
	var counts []outage.Judged
	for m := world.Span().From; m < world.Span().To; m++ {
		counts = counts[:0]
		world.Minute(m, func(c simulate.Count) {
			judged := outage.Judged{Service: c.Service, Country: c.Country, Reporters: c.Reporters}
			if c.Point != nil {
				judged.Cell = c.Point.Cell
			}
			counts = append(counts, judged)
		})
		began := time.Now()
		changes, err := line.Tick(m, counts)
		took += time.Since(began)
		if err != nil {
			return nil, 0, fmt.Errorf("proving: %w", err)
		}
		for _, change := range changes {
			f, ok := byID[change.ID]
			if !ok {
				f = &Found{First: change, Opened: outage.MinuteOf(change.OpenedAt)}
				byID[change.ID] = f
				found = append(found, f)
			}
			f.note(change)
		}
	}
	return found, took, nil
}

func (f *Found) note(change outage.Incident) {
	f.Final = change
	f.Closed = 0
	if change.State == outage.StateResolved {
		f.Closed = outage.MinuteOf(change.ClosedAt)
	}
}
