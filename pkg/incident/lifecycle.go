package incident

import (
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// windowMinutes is the length of the window in which an incident's strength is
// told.
const windowMinutes = 10

// Opening is the signal that opens an incident and the footprint that it has.
type Opening struct {
	Signal    outage.Signal
	Footprint outage.Footprint
	// Observed and Expected are those of the footprint since its run began.
	Observed, Expected float64
	Minutes            int // since its run began, as far as they are known
	// Handles number the parts of the footprint, which do not overlap.
	Handles []int32
	// Number counts the incidents of the service in the country that open in this
	// minute, from 1; it is part of the id from 2 on.
	Number int
	// Regions number the regions of the footprint, in their order.
	Regions []int32
	Why     outage.Explanation
}

// Minute is one minute on the footprint.
type Minute struct {
	Minute outage.Minute
	Part
	Regions    []Part // in the order of the footprint's regions
	Dispersion float64
	Missing    bool // no data: nothing can be concluded from silence
}

// Lifecycle is one incident of a service in a country, from its opening on. It is not
// safe for concurrent use.
type Lifecycle struct {
	params   *Params
	current  outage.Incident
	handles  []int32
	regions  []region
	progress progress
}

// progress is the part of a case that moves every minute.
type progress struct {
	Opened    outage.Minute // last minute used when it opened, or reopened
	Closed    outage.Minute
	Localised bool
	Recovery  recoveryTest
	MaxExcess float64 // the largest excess seen, see Rise
	Reporters float64 // judged reporters in the footprint since the run began
}

// NewLifecycle has no incident yet. The params stay the caller's.
func NewLifecycle(params *Params) *Lifecycle { return &Lifecycle{params: params} }

// Active reports whether an incident is open or recovering.
func (l *Lifecycle) Active() bool {
	return l.current.State == outage.StateOpen || l.current.State == outage.StateRecovering
}

// Ending reports whether it is nearly over, or over.
func (l *Lifecycle) Ending() bool {
	return l.current.State == outage.StateRecovering || l.current.State == outage.StateResolved
}

// Incident is the present incident, or the last one.
func (l *Lifecycle) Incident() outage.Incident { return l.current }

// Handles are the parts of the footprint; not to be changed.
func (l *Lifecycle) Handles() []int32 { return l.handles }

// Regions calls each with the handles of the footprint's regions, in order.
func (l *Lifecycle) Regions(each func(handle int32)) {
	for i := range l.regions {
		each(l.regions[i].Handle)
	}
}

// Closed is the last minute used when the incident was resolved.
func (l *Lifecycle) Closed() outage.Minute { return l.progress.Closed }

// MaxExcess keeps the largest excess of the incident, and returns it.
func (l *Lifecycle) UpdateMaxExcess(excess float64) float64 {
	l.progress.MaxExcess = max(l.progress.MaxExcess, excess)
	return l.progress.MaxExcess
}

// SetAttribution takes a verdict in and reports whether it says anything new.
func (l *Lifecycle) SetAttribution(j Attribution) bool {
	same := l.current.Verdict == j.Verdict && l.current.Cause == j.Cause
	l.current.Verdict, l.current.Cause, l.current.Reasons = j.Verdict, j.Cause, j.Reasons
	return !same
}

// SetParent makes the incident a part of a wider event and reports whether it was
// not one before.
func (l *Lifecycle) SetParent(parent string) bool {
	if parent == "" || l.current.Parent == parent {
		return false
	}
	l.current.Parent = parent
	return true
}

// Localising reports whether the footprint still moves.
func (l *Lifecycle) Localising() bool { return l.Active() && !l.progress.Localised }

// instant is the moment of decision: the end of the last minute used.
func instant(minute outage.Minute) time.Time { return (minute + 1).Time() }

// Reopen opens a resolved incident again.
func (l *Lifecycle) Reopen(minute outage.Minute) outage.Incident {
	l.progress = progress{
		Opened: minute, Localised: true, MaxExcess: l.progress.MaxExcess, Reporters: l.progress.Reporters,
		Recovery: l.progress.Recovery.restarted(),
	}
	l.current.State, l.current.ClosedAt = outage.StateOpen, time.Time{}
	l.reopenRegions()
	return l.updated(minute)
}

// Merge resolves an incident that another one of the same service takes in.
func (l *Lifecycle) Merge(into string, minute outage.Minute) outage.Incident {
	l.current.MergedInto = into
	l.resolve(minute)
	return l.updated(minute)
}

// Open opens an incident.
func (l *Lifecycle) Open(o Opening) outage.Incident {
	minute := o.Signal.Minute
	l.progress, l.regions = progress{Opened: minute}, nil
	at := instant(minute)
	l.current = outage.Incident{
		ID:      numbered(outage.IncidentID(o.Signal.Service, o.Signal.Country, at), o.Number),
		Service: o.Signal.Service, Country: o.Signal.Country,
		State: outage.StateOpen, OpenedAt: at, Since: o.Signal.Since,
		Observed: o.Signal.Observed, Expected: o.Signal.Expected, Threshold: o.Signal.Threshold,
		Verdict: outage.LikelyCause, Why: o.Why,
	}
	l.setFootprint(o)
	l.addReporters(o.Observed)
	return l.updated(minute)
}

// numbered is the id of the n-th incident that opens in one minute.
func numbered(id string, n int) string {
	if n <= 1 {
		return id
	}
	return fmt.Sprintf("%s-%d", id, n)
}

// addReporters adds judged reporters to those who carry the incident, and reports
// whether it is confirmed by them.
func (l *Lifecycle) addReporters(reporters float64) (confirmed bool) {
	l.progress.Reporters += reporters
	if l.current.Confirmed || l.progress.Reporters < l.params.ConfirmAt {
		return false
	}
	l.current.Confirmed = true
	return true
}

// UpdateFootprint gives a footprint that is not final yet its newest shape.
func (l *Lifecycle) UpdateFootprint(o Opening) {
	if same := equal(l.handles, o.Handles); !same {
		l.progress.Recovery.Seen, l.progress.Recovery.Evidence = 0, 0
	}
	l.setFootprint(o)
}

func (l *Lifecycle) setFootprint(o Opening) {
	l.handles = append(l.handles[:0:0], o.Handles...)
	l.current.Footprint = o.Footprint
	l.current.Ratio = outage.Ratio(o.Observed, o.Expected)
	l.current.Peak = max(l.current.Peak, l.current.Ratio)
	l.progress.Recovery.Peak = l.current.Peak
	l.progress.Recovery.WorstSmoothed = max(l.progress.Recovery.WorstSmoothed, smoothedRatio(o.Observed, o.Expected))
	l.progress.Recovery.updatePeak(o.Observed, o.Expected, o.Minutes)
	l.setRegions(o.Regions)
}

// Observe takes one minute of an active incident in and returns what changed, in
// order: nothing, or the incident as it is after each change.
func (l *Lifecycle) Observe(m Minute) []outage.Incident {
	var changes []outage.Incident
	elapsed := int(m.Minute - l.progress.Opened)
	over, moved := false, false
	if !m.Missing {
		over, moved = l.measure(&m, elapsed)
	}
	confirmed := l.addReporters(float64(m.Reporters))
	if !l.progress.Localised && (over || elapsed >= l.params.LocaliseFor) {
		l.progress.Localised, l.current.Final = true, true
		changes, moved = append(changes, l.updated(m.Minute)), false
	}
	if !l.progress.Localised {
		if confirmed {
			changes = append(changes, l.updated(m.Minute))
		}
		return changes
	}
	moved = moved || confirmed && len(changes) == 0
	before := l.current.State
	switch l.current.State = l.nextState(&m, over); l.current.State {
	case before:
		if moved {
			changes = append(changes, l.updated(m.Minute))
		}
		return changes
	case outage.StateResolved:
		l.resolve(m.Minute)
	}
	return append(changes, l.updated(m.Minute))
}

// measure observes a minute, and says whether it is over and whether a region of
// the footprint came to an end or came back.
func (l *Lifecycle) measure(m *Minute, elapsed int) (over, moved bool) {
	whole := &l.progress.Recovery
	whole.observe(l.params, m.Minute, m.Part)
	l.current.Ratio, l.current.Peak = whole.Ratio, whole.Peak
	whole.update(l.params, m.Part, m.Dispersion)
	return elapsed >= l.params.CloseAfter && whole.belowCloseThreshold(l.params, m.Minute), l.measureRegions(m, elapsed)
}

// nextState is the state after a minute.
func (l *Lifecycle) nextState(m *Minute, over bool) outage.State {
	e, now := &l.progress.Recovery, l.current.State
	switch {
	case over:
		return outage.StateResolved
	case m.Missing:
		return now
	case e.Evidence >= l.params.RecoverEvidence-e.prior(l.params, m.Minute)/2:
		return outage.StateRecovering
	case now != outage.StateRecovering || int(e.MinutesWithout) >= l.params.RelapseAfter:
		return outage.StateOpen
	}
	return now
}

func (l *Lifecycle) resolve(minute outage.Minute) {
	l.current.State, l.current.ClosedAt, l.progress.Closed = outage.StateResolved, instant(minute), minute
	l.closeRegions(minute)
}

// updated is the incident with its severity brought up to date.
func (l *Lifecycle) updated(minute outage.Minute) outage.Incident {
	l.current.Severity = severityOf(l.params, l.current.Footprint.Scope, l.current.Peak, int(l.age(minute)/time.Minute))
	if !l.current.Confirmed {
		l.current.Severity = outage.SeverityMinor
	}
	return l.current
}

// Outlasted reports whether the incident has been open for so long that its
// level must be taken for the normal, and how that compares with the old one.
func (l *Lifecycle) Outlasted(minute outage.Minute) (ratio float64, yes bool) {
	if !l.Active() || int(l.age(minute)/time.Minute) < l.params.AcceptAfter {
		return 0, false
	}
	return max(1, (l.progress.Recovery.Count+1)/(l.progress.Recovery.Mean+1)), true
}

// Accept resolves an incident that outlasted its time.
func (l *Lifecycle) Accept(minute outage.Minute) outage.Incident {
	l.resolve(minute)
	return l.updated(minute)
}

// Renumber gives the parts of the footprint new handles.
func (l *Lifecycle) Renumber(moved []int32) {
	kept := l.handles[:0]
	for _, h := range l.handles {
		if moved[h] >= 0 {
			kept = append(kept, moved[h])
		}
	}
	l.handles = kept
}

func equal(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
