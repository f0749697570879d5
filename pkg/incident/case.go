package incident

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// windowMinutes is the length of the window in which an incident's strength is
// told.
const windowMinutes = 10

// Opening is what a case must be told of a signal and where it is.
type Opening struct {
	Signal    outage.Signal
	Footprint outage.Footprint
	// Observed and Expected are those of the footprint since its run began.
	Observed, Expected float64
	// Handles number the parts of the footprint, which do not overlap.
	Handles []int32
	// Elsewhere says that no part of the last footprint alarms, so that this is
	// no return of the last incident.
	Elsewhere bool
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

// Case is the incident of one service in one country, if it has one. The zero
// Case is ready to use once it has its params. It is not safe for concurrent
// use.
type Case struct {
	params  *Params
	current outage.Incident
	handles []int32
	regions []region
	state   watch
}

// watch is the part of a case that moves every minute.
type watch struct {
	Opened    outage.Minute // last minute used when it opened, or reopened
	Closed    outage.Minute
	Localised bool
	Ebb       ebb
	Most      float64 // the largest excess seen, see Rise
	Carried   float64 // judged reporters in the footprint since the run began
}

// NewCase has no incident yet. The params stay the caller's.
func NewCase(params *Params) *Case { return &Case{params: params} }

// Active reports whether an incident is open or recovering.
func (c *Case) Active() bool {
	return c.current.State == outage.StateOpen || c.current.State == outage.StateRecovering
}

// Fading reports whether it is nearly over, or over.
func (c *Case) Fading() bool {
	return c.current.State == outage.StateRecovering || c.current.State == outage.StateResolved
}

// Incident is the present incident, or the last one.
func (c *Case) Incident() outage.Incident { return c.current }

// Handles are the parts of the footprint; not to be changed.
func (c *Case) Handles() []int32 { return c.handles }

// Regions calls each with the handles of the footprint's regions, in order.
func (c *Case) Regions(each func(handle int32)) {
	for i := range c.regions {
		each(c.regions[i].Handle)
	}
}

// Closed is the last minute used when the incident was resolved.
func (c *Case) Closed() outage.Minute { return c.state.Closed }

// Most keeps the largest excess of the incident, and returns it.
func (c *Case) Most(excess float64) float64 {
	c.state.Most = max(c.state.Most, excess)
	return c.state.Most
}

// Find takes a verdict in and reports whether it says anything new.
func (c *Case) Find(j Judgement) bool {
	same := c.current.Verdict == j.Verdict && c.current.Cause == j.Cause
	c.current.Verdict, c.current.Cause, c.current.Reasons = j.Verdict, j.Cause, j.Reasons
	return !same
}

// Join makes the incident a part of a wider event and reports whether it was
// not one before.
func (c *Case) Join(parent string) bool {
	if parent == "" || c.current.Parent == parent {
		return false
	}
	c.current.Parent = parent
	return true
}

// Localising reports whether the footprint still moves.
func (c *Case) Localising() bool { return c.Active() && !c.state.Localised }

// instant is the moment of decision: the end of the last minute used.
func instant(minute outage.Minute) time.Time { return (minute + 1).Time() }

// Open opens an incident, or the last one again when it was resolved a short
// while ago.
func (c *Case) Open(o Opening) outage.Incident {
	minute := o.Signal.Minute
	again := !o.Elsewhere && c.current.State == outage.StateResolved &&
		minute-c.state.Closed <= outage.Minute(c.params.ReopenWithin)
	if again {
		c.state = watch{Opened: minute, Localised: true, Most: c.state.Most, Carried: c.state.Carried, Ebb: ebb{Peak: c.current.Peak, Worst: c.state.Ebb.Worst}}
		c.current.State, c.current.ClosedAt = outage.StateOpen, time.Time{}
		c.reopened()
		return c.reviewed(minute)
	}
	c.state, c.regions = watch{Opened: minute}, nil
	at := instant(minute)
	c.current = outage.Incident{
		ID:      outage.IncidentID(o.Signal.Service, o.Signal.Country, at),
		Service: o.Signal.Service, Country: o.Signal.Country,
		State: outage.StateOpen, OpenedAt: at, Since: o.Signal.Since,
		Observed: o.Signal.Observed, Expected: o.Signal.Expected, Threshold: o.Signal.Threshold,
		Verdict: outage.LikelyCause, Why: o.Why,
	}
	c.place(o)
	c.carry(o.Observed)
	return c.reviewed(minute)
}

// carry adds judged reporters to those who carry the incident, and reports
// whether it is confirmed by them.
func (c *Case) carry(reporters float64) (confirmed bool) {
	c.state.Carried += reporters
	if c.current.Confirmed || c.state.Carried < c.params.ConfirmAt {
		return false
	}
	c.current.Confirmed = true
	return true
}

// Move gives a footprint that is not final yet its newest shape.
func (c *Case) Move(o Opening) {
	if same := equal(c.handles, o.Handles); !same {
		c.state.Ebb.Seen, c.state.Ebb.Over = 0, 0
	}
	c.place(o)
}

func (c *Case) place(o Opening) {
	c.handles = append(c.handles[:0:0], o.Handles...)
	c.current.Footprint = o.Footprint
	c.current.Ratio = outage.Ratio(o.Observed, o.Expected)
	c.current.Peak = max(c.current.Peak, c.current.Ratio)
	c.state.Ebb.Peak = c.current.Peak
	c.state.Ebb.Worst = max(c.state.Ebb.Worst, level(o.Observed, o.Expected))
	c.follow(o.Regions)
}

// Watch takes one minute of an active incident in and returns what changed, in
// order: nothing, or the incident as it is after each change.
func (c *Case) Watch(m Minute) []outage.Incident {
	var changes []outage.Incident
	elapsed := int(m.Minute - c.state.Opened)
	over, moved := false, false
	if !m.Missing {
		over, moved = c.take(&m, elapsed)
	}
	confirmed := c.carry(float64(m.Reporters))
	if !c.state.Localised && (over || elapsed >= c.params.LocaliseFor) {
		c.state.Localised, c.current.Final = true, true
		changes, moved = append(changes, c.reviewed(m.Minute)), false
	}
	if !c.state.Localised {
		if confirmed {
			changes = append(changes, c.reviewed(m.Minute))
		}
		return changes
	}
	moved = moved || confirmed && len(changes) == 0
	before := c.current.State
	switch c.current.State = c.next(&m, over); c.current.State {
	case before:
		if moved {
			changes = append(changes, c.reviewed(m.Minute))
		}
		return changes
	case outage.StateResolved:
		c.resolve(m.Minute)
	}
	return append(changes, c.reviewed(m.Minute))
}

// take observes a minute, and says whether it is over and whether a region of
// the footprint came to an end or came back.
func (c *Case) take(m *Minute, elapsed int) (over, moved bool) {
	whole := &c.state.Ebb
	whole.observe(c.params, m.Minute, m.Part)
	c.current.Ratio, c.current.Peak = whole.Ratio, whole.Peak
	whole.weigh(c.params, m.Part, m.Dispersion)
	return elapsed >= c.params.CloseAfter && whole.calm(c.params, m.Minute), c.ebbing(m, elapsed)
}

// next is the state after a minute.
func (c *Case) next(m *Minute, over bool) outage.State {
	e, now := &c.state.Ebb, c.current.State
	switch {
	case over:
		return outage.StateResolved
	case m.Missing:
		return now
	case e.Over >= c.params.RecoverEvidence-e.credit(c.params, m.Minute)/2:
		return outage.StateRecovering
	case now != outage.StateRecovering || int(e.Low) >= c.params.RelapseAfter:
		return outage.StateOpen
	}
	return now
}

func (c *Case) resolve(minute outage.Minute) {
	c.current.State, c.current.ClosedAt, c.state.Closed = outage.StateResolved, instant(minute), minute
	c.ended(minute)
}

// reviewed is the incident with its severity brought up to date.
func (c *Case) reviewed(minute outage.Minute) outage.Incident {
	c.current.Severity = severityOf(c.params, c.current.Footprint.Scope, c.current.Peak, int(c.age(minute)/time.Minute))
	if !c.current.Confirmed {
		c.current.Severity = outage.SeverityMinor
	}
	return c.current
}

// Outlasted reports whether the incident has been open for so long that its
// level must be taken for the normal, and how that compares with the old one.
func (c *Case) Outlasted(minute outage.Minute) (ratio float64, yes bool) {
	if !c.Active() || int(c.age(minute)/time.Minute) < c.params.AcceptAfter {
		return 0, false
	}
	return max(1, (c.state.Ebb.Count+1)/(c.state.Ebb.Mean+1)), true
}

// Accept resolves an incident that outlasted its time.
func (c *Case) Accept(minute outage.Minute) outage.Incident {
	c.resolve(minute)
	return c.reviewed(minute)
}

// Renumber gives the parts of the footprint new handles.
func (c *Case) Renumber(moved []int32) {
	kept := c.handles[:0]
	for _, h := range c.handles {
		if moved[h] >= 0 {
			kept = append(kept, moved[h])
		}
	}
	c.handles = kept
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
