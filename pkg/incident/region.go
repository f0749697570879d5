package incident

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// region is the state of one region of a footprint. It has a fixed size.
type region struct {
	Handle   int32
	Ended    outage.Minute // last minute observed when its own counts were over; 0 while they are not
	Reports  int64
	Back     int64
	Recovery recoveryTest
}

// setRegions sets the regions in the order of the footprint. Those that were in it before
// retain their state.
func (l *Lifecycle) setRegions(handles []int32) {
	before := l.regions
	l.regions = make([]region, len(handles))
	for i, h := range handles {
		l.regions[i].Handle = h
		for j := range before {
			if before[j].Handle == h {
				l.regions[i] = before[j]
			}
		}
	}
	l.updateRecoveries()
}

// measureRegions applies a minute to each region and reports whether one of them ended
// or relapsed.
func (l *Lifecycle) measureRegions(m *Minute, elapsed int) (changed bool) {
	for i := range l.regions {
		if i >= len(m.Regions) {
			break
		}
		r, part := &l.regions[i], m.Regions[i]
		r.Reports += int64(part.Reporters)
		r.Back += int64(part.Back)
		r.Recovery.observe(l.params, m.Minute, part)
		r.Recovery.update(l.params, part, m.Dispersion)
		switch {
		case r.Ended == 0 && elapsed >= l.params.CloseAfter && r.Recovery.belowCloseThreshold(l.params, m.Minute):
			r.Ended, changed = m.Minute, true
		case r.Ended != 0 && int(r.Recovery.MinutesWithout) >= l.params.RelapseAfter:
			r.Ended, changed = 0, true
		}
	}
	l.updateRecoveries()
	return changed
}

// updateRecoveries updates the regions of the public incident.
func (l *Lifecycle) updateRecoveries() {
	recoveries := make([]outage.Recovery, 0, len(l.regions))
	for i := range l.regions {
		r := &l.regions[i]
		if i >= len(l.current.Footprint.Regions) {
			break
		}
		recovery := outage.Recovery{
			Region: l.current.Footprint.Regions[i], Reports: r.Reports, Back: r.Back,
			Ratio: r.Recovery.Ratio, Peak: r.Recovery.Peak,
		}
		if r.Ended != 0 {
			recovery.At = instant(r.Ended)
		}
		recoveries = append(recoveries, recovery)
	}
	l.current.Recoveries = recoveries
}

// closeRegions ends every region that is still open.
func (l *Lifecycle) closeRegions(minute outage.Minute) {
	for i := range l.regions {
		if l.regions[i].Ended == 0 {
			l.regions[i].Ended = minute
		}
	}
	l.updateRecoveries()
}

// reopenRegions restarts the test of every region.
func (l *Lifecycle) reopenRegions() {
	for i := range l.regions {
		l.regions[i].Ended = 0
		l.regions[i].Recovery = l.regions[i].Recovery.restarted()
	}
	l.updateRecoveries()
}

// age is the time since the incident was first opened.
func (l *Lifecycle) age(minute outage.Minute) time.Duration {
	return instant(minute).Sub(l.current.OpenedAt)
}
