package proving

import (
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

// Detector takes in the counts of one minute after another and says which
// incidents changed.
type Detector interface {
	Tick(outage.Minute, []outage.Judged) ([]outage.Incident, error)
}

// Entrant is a detector in the table.
type Entrant struct {
	Name     string
	Detector Detector
	Found    []*Found
	Ticks    []time.Duration // what each minute of the world took

	byID map[string]*Found
}

// Found is an incident as the detector reported it: when it opened, where it was
// when the footprint became final, when it closed.
type Found struct {
	First  outage.Incident
	Final  outage.Incident
	Closed outage.Minute // minute after the last one used, 0 while open
	Opened outage.Minute
}

// Run plays a world to all entrants, minute by minute, and collects what each
// of them finds, in order of opening.
func Run(world *simulate.World, entrants []*Entrant) error {
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
		for _, e := range entrants {
			if err := e.minute(m, counts); err != nil {
				return fmt.Errorf("proving %s: %w", e.Name, err)
			}
		}
	}
	return nil
}

func (e *Entrant) minute(m outage.Minute, counts []outage.Judged) error {
	began := time.Now()
	changes, err := e.Detector.Tick(m, counts)
	e.Ticks = append(e.Ticks, time.Since(began))
	for _, change := range changes {
		e.note(change)
	}
	return err
}

func (e *Entrant) note(change outage.Incident) {
	f, ok := e.byID[change.ID]
	if !ok {
		f = &Found{First: change, Opened: outage.MinuteOf(change.OpenedAt)}
		if e.byID == nil {
			e.byID = make(map[string]*Found)
		}
		e.byID[change.ID] = f
		e.Found = append(e.Found, f)
	}
	f.Final, f.Closed = change, 0
	if change.State == outage.StateResolved {
		f.Closed = outage.MinuteOf(change.ClosedAt)
	}
}
