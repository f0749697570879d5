package incident

import (
	"time"

	"downpour/pkg/outage"
)

// windowMinutes is the length of the window in which an incident's strength is
// told.
const windowMinutes = 10

// Judge says who is probably at fault, and what broke when it is another.
type Judge func(outage.Incident) (verdict outage.Verdict, cause string)

// Blame is the judge that knows of nothing else that could have broken.
func Blame(outage.Incident) (outage.Verdict, string) { return outage.LikelyCause, "" }

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
}

// Minute is one minute on the footprint.
type Minute struct {
	Minute     outage.Minute
	Reporters  uint32
	Mean       float64 // what is normal for it
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
	state   watch
}

// watch is the part of a case that moves every minute.
type watch struct {
	Opened    outage.Minute // last minute used when it opened, or reopened
	Closed    outage.Minute
	Localised bool
	Observed  [windowMinutes]uint32 // by minute of the window, cyclic
	Expected  [windowMinutes]float64
	Seen      int32   // minutes in the window
	Over      float64 // evidence that it is over
	Low       int32   // minutes in a row without any
	Count     float64 // lasting level: fading sums of reporters
	Mean      float64 // and of what was expected
}

// NewCase has no incident yet. The params stay the caller's.
func NewCase(params *Params) *Case { return &Case{params: params} }

// Active reports whether an incident is open or recovering.
func (c *Case) Active() bool {
	return c.current.State == outage.StateOpen || c.current.State == outage.StateRecovering
}

// Incident is the present incident, or the last one.
func (c *Case) Incident() outage.Incident { return c.current }

// Handles are the parts of the footprint; not to be changed.
func (c *Case) Handles() []int32 { return c.handles }

// Localising reports whether the footprint still moves.
func (c *Case) Localising() bool { return c.Active() && !c.state.Localised }

// instant is the moment of decision: the end of the last minute used.
func instant(minute outage.Minute) time.Time { return (minute + 1).Time() }

// Open opens an incident, or the last one again when it was resolved a short
// while ago.
func (c *Case) Open(o Opening, judge Judge) outage.Incident {
	minute := o.Signal.Minute
	again := !o.Elsewhere && c.current.State == outage.StateResolved &&
		minute-c.state.Closed <= outage.Minute(c.params.ReopenWithin)
	c.state = watch{Opened: minute, Localised: again}
	if again {
		c.current.State, c.current.ClosedAt = outage.StateOpen, time.Time{}
		return c.reviewed(minute, judge)
	}
	at := instant(minute)
	c.current = outage.Incident{
		ID:      outage.IncidentID(o.Signal.Service, o.Signal.Country, at),
		Service: o.Signal.Service, Country: o.Signal.Country,
		State: outage.StateOpen, OpenedAt: at, Since: o.Signal.Since,
		Observed: o.Signal.Observed, Expected: o.Signal.Expected, Threshold: o.Signal.Threshold,
	}
	c.place(o)
	return c.reviewed(minute, judge)
}

// Move gives a footprint that is not final yet its newest shape.
func (c *Case) Move(o Opening) {
	if same := equal(c.handles, o.Handles); !same {
		c.state.Seen, c.state.Over = 0, 0
	}
	c.place(o)
}

func (c *Case) place(o Opening) {
	c.handles = append(c.handles[:0:0], o.Handles...)
	c.current.Footprint = o.Footprint
	c.current.Ratio = (o.Observed + 1) / (o.Expected + 1)
	c.current.Peak = max(c.current.Peak, c.current.Ratio)
}

// Watch takes one minute of an active incident in and returns what changed, in
// order: nothing, or the incident as it is after each change.
func (c *Case) Watch(m Minute, judge Judge) []outage.Incident {
	var changes []outage.Incident
	elapsed := int(m.Minute - c.state.Opened)
	c.observe(m)
	over := c.over(m, elapsed)
	if !c.state.Localised && (over || elapsed >= c.params.LocaliseFor) {
		c.state.Localised, c.current.Final = true, true
		changes = append(changes, c.reviewed(m.Minute, judge))
	}
	if !c.state.Localised {
		return nil
	}
	before := c.current.State
	if c.state.Low++; c.state.Over > 0 {
		c.state.Low = 0
	}
	switch {
	case over:
		c.current.State, c.current.ClosedAt, c.state.Closed = outage.StateResolved, instant(m.Minute), m.Minute
	case c.state.Over >= c.params.RecoverEvidence:
		c.current.State = outage.StateRecovering
	case before != outage.StateRecovering || int(c.state.Low) >= c.params.RelapseAfter:
		c.current.State = outage.StateOpen
	}
	if c.current.State != before {
		changes = append(changes, c.reviewed(m.Minute, judge))
	}
	return changes
}

// reviewed is the incident with its severity and verdict brought up to date.
func (c *Case) reviewed(minute outage.Minute, judge Judge) outage.Incident {
	age := int((minute + 1).Time().Sub(c.current.OpenedAt) / time.Minute)
	c.current.Severity = severityOf(c.params, c.current.Footprint.Scope, c.current.Peak, age)
	c.current.Verdict, c.current.Cause = judge(c.current)
	return c.current
}

// Outlasted reports whether the incident has been open for so long that its
// level must be taken for the normal, and how that compares with the old one.
func (c *Case) Outlasted(minute outage.Minute) (ratio float64, yes bool) {
	if !c.Active() || int((minute+1).Time().Sub(c.current.OpenedAt)/time.Minute) < c.params.AcceptAfter {
		return 0, false
	}
	return max(1, (c.state.Count+1)/(c.state.Mean+1)), true
}

// Accept resolves an incident that outlasted its time.
func (c *Case) Accept(minute outage.Minute, judge Judge) outage.Incident {
	c.current.State, c.current.ClosedAt, c.state.Closed = outage.StateResolved, instant(minute), minute
	return c.reviewed(minute, judge)
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
