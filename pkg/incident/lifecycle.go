package incident

import (
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// windowMinutes is the length of the window of an incident's ratio.
const windowMinutes = 10

// Opening is the signal that opens an incident, and its footprint.
type Opening struct {
	Signal    outage.Signal
	Footprint outage.Footprint
	// Observed and Expected are the counts of the footprint since the excursion began.
	Observed, Expected float64
	Minutes            int // of these counts
	// Handles number the parts of the footprint, which do not overlap.
	Handles []int32
	// Number is the ordinal, from 1, of the incident among those of the service in the
	// country that open in this minute; it is part of the id from 2 on.
	Number int
	// Regions number the regions of the footprint, in their order.
	Regions []int32
	Why     outage.Explanation
}

// Minute is the counts of one minute in the footprint.
type Minute struct {
	Minute outage.Minute
	Part
	Regions    []Part // in the order of the footprint's regions
	Dispersion float64
	Missing    bool // data are missing: silence is no evidence
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

// progress is the part of an incident that changes every minute. It has a fixed size.
type progress struct {
	Opened    outage.Minute // last minute observed when it opened, or reopened
	Closed    outage.Minute
	Localised bool
	Recovery  recoveryTest
	MaxExcess float64 // the largest excess so far, see Candidate
	Reporters float64 // judged reporters in the footprint since the excursion began
}

// NewLifecycle has no incident yet. The params stay the caller's.
func NewLifecycle(params *Params) *Lifecycle { return &Lifecycle{params: params} }

// Active reports whether an incident is open or recovering.
func (l *Lifecycle) Active() bool {
	return l.current.State == outage.StateOpen || l.current.State == outage.StateRecovering
}

// Ending reports whether it is recovering or resolved.
func (l *Lifecycle) Ending() bool {
	return l.current.State == outage.StateRecovering || l.current.State == outage.StateResolved
}

// Incident is the incident as it is now.
func (l *Lifecycle) Incident() outage.Incident { return l.current }

// Handles are the parts of the footprint; the caller must not change them.
func (l *Lifecycle) Handles() []int32 { return l.handles }

// Regions calls each with the handles of the footprint's regions, in order.
func (l *Lifecycle) Regions(each func(handle int32)) {
	for i := range l.regions {
		each(l.regions[i].Handle)
	}
}

// Closed is the last minute observed when the incident was resolved.
func (l *Lifecycle) Closed() outage.Minute { return l.progress.Closed }

// UpdateMaxExcess updates the largest excess of the incident, and returns it.
func (l *Lifecycle) UpdateMaxExcess(excess float64) float64 {
	l.progress.MaxExcess = max(l.progress.MaxExcess, excess)
	return l.progress.MaxExcess
}

// SetAttribution sets the attribution and reports whether verdict, cause or the pattern
// of access networks changed.
func (l *Lifecycle) SetAttribution(to Attribution) bool {
	same := l.current.Verdict == to.Verdict && l.current.Cause == to.Cause && sameFinding(l.current.Access, to.Access)
	l.current.Verdict, l.current.Cause, l.current.Reasons, l.current.Access = to.Verdict, to.Cause, to.Reasons, to.Access
	return !same
}

// SetParent makes the incident a part of a wider event, unless parent is "", and reports
// whether that changed it.
func (l *Lifecycle) SetParent(parent string) bool {
	if parent == "" || l.current.Parent == parent {
		return false
	}
	l.current.Parent = parent
	return true
}

// Localising reports whether the footprint is not final yet.
func (l *Lifecycle) Localising() bool { return l.Active() && !l.progress.Localised }

// instant is the time of a decision: the end of the last minute observed.
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

// Merge resolves an incident whose footprint lies within that of another one of the same
// service.
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

// addReporters adds judged reporters of the footprint, and reports whether they confirm
// the incident.
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

// Observe applies one minute to an active incident and returns the incident as it is
// after each change, in order.
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

// measure applies a minute to the recovery tests, and reports whether the incident is
// over and whether a region of the footprint ended or relapsed.
func (l *Lifecycle) measure(m *Minute, elapsed int) (over, moved bool) {
	whole := &l.progress.Recovery
	whole.observe(l.params, m.Minute, m.Part)
	l.current.Ratio, l.current.Peak = whole.Ratio, whole.Peak
	whole.update(l.params, m.Part, m.Dispersion)
	return elapsed >= l.params.CloseAfter && whole.belowCloseThreshold(l.params, m.Minute), l.measureRegions(m, elapsed)
}

// nextState is the state after a minute, given whether the incident is over.
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

// updated is the incident with its severity updated.
func (l *Lifecycle) updated(minute outage.Minute) outage.Incident {
	l.current.Severity = severityOf(l.params, l.current.Footprint.Scope, l.current.Peak, int(l.age(minute)/time.Minute))
	if !l.current.Confirmed {
		l.current.Severity = outage.SeverityMinor
	}
	return l.current
}

// Outlasted reports whether the incident has been open for Params.AcceptAfter, so that
// its level becomes the normal, and the ratio of the two.
func (l *Lifecycle) Outlasted(minute outage.Minute) (ratio float64, yes bool) {
	if !l.Active() || int(l.age(minute)/time.Minute) < l.params.AcceptAfter {
		return 0, false
	}
	return max(1, (l.progress.Recovery.Count+1)/(l.progress.Recovery.Mean+1)), true
}

// Accept resolves an incident that is Outlasted.
func (l *Lifecycle) Accept(minute outage.Minute) outage.Incident {
	l.resolve(minute)
	return l.updated(minute)
}

// Renumber gives the parts of the footprint new handles.
func (l *Lifecycle) Renumber(moved []int32) {
	remaining := l.handles[:0]
	for _, h := range l.handles {
		if moved[h] >= 0 {
			remaining = append(remaining, moved[h])
		}
	}
	l.handles = remaining
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
