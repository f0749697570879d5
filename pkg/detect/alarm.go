package detect

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Alarm is an excursion that opens an incident.
type Alarm struct {
	Handle           int32
	Level            Level
	Since            outage.Minute
	Observed         uint32
	Expected         float64
	Evidence, Needed float64
	// Threshold is how many reporters in the excursion would have sufficed.
	Threshold   float64
	Alternative float64 // the multiple of the normal that it was tested against

	// RunEvidence is that of the excursion as a whole, by the dispersion of sums over
	// as many minutes as it lasts; RunNeeded is what opens.
	RunEvidence, RunNeeded, Dispersion float64
	Recurrence                         float64 // what past excursions of the country ask of RunEvidence
	Cold                               bool    // a burst of a series without a past

	minReporters, minRatio float64 // the least reporters, and the least multiple of the expected
	upper                  float64 // what may be expected of the excursion
	gain                   float64 // nats of one reporter at the present weights
	uncapped               float64 // nats of the whole excursion at the present weights, not limited by Params.Cap
}

// EvidenceWithout is the evidence that is left of an excursion without some of its
// reporters, in nats, 0 at least. It is the evidence less what they contribute, or,
// where the cap cut the excursion short, what the rest contributes at the present
// weights.
func (a Alarm) EvidenceWithout(reporters float64) float64 {
	return max(0, a.Evidence-reporters*a.gain, a.uncapped-reporters*a.gain)
}

// StandsWithout reports whether an excursion would open an incident without some of
// its reporters: by evidence, by number, and by ratio to what is expected.
func (a Alarm) StandsWithout(reporters float64) bool {
	left := float64(a.Observed) - reporters
	if left < a.minReporters || left < a.minRatio*a.Expected {
		return false
	}
	return runEvidence(left, a.upper, a.Dispersion) >= a.RunNeeded && (a.Cold || a.EvidenceWithout(reporters) >= a.Needed)
}

// Part is the evidence that is left without some of the reporters, as a part of what
// opens.
func (a Alarm) Part(reporters float64) float64 {
	part := a.EvidenceWithout(reporters) / a.Needed
	if a.RunNeeded > 0 {
		part = min(part, runEvidence(float64(a.Observed)-reporters, a.upper, a.Dispersion)/a.RunNeeded)
	}
	return part
}

// Lifted is the excursion where so many times as many reporters are expected.
func (a Alarm) Lifted(times float64) Alarm {
	a.upper *= times
	a.RunEvidence = runEvidence(float64(a.Observed), a.upper, a.Dispersion)
	return a
}

// Alarm is the excursion that opens an incident, of those that the filter accepts: the
// one whose run evidence exceeds what it needs by most, if any does.
func (c *Charts) Alarm(minute outage.Minute, normal Normal, accept func(Alarm) bool) (best Alarm, found bool) {
	if !c.largest.reaches(func(level Level) float64 { return c.required(level, minute, normal) }) {
		return best, false
	}
	margin := -1.
	for _, h := range c.active {
		n := &c.nodes[h]
		e, need := &c.state(n).excursion, c.required(n.level, minute, normal)
		if float64(e.largest()) < need {
			continue
		}
		for i := range e.Evidence {
			if float64(e.Evidence[i]) < need || !c.meetsMinimum(n, i, minute, normal) {
				continue
			}
			alarm := c.alarm(h, i, minute, normal)
			if over := alarm.RunEvidence - alarm.RunNeeded; over > margin && c.opens(&alarm) && accept(alarm) {
				best, margin, found = alarm, over, true
			}
		}
	}
	return best, found
}

// opens reports whether an excursion as a whole has the evidence that opens.
func (c *Charts) opens(a *Alarm) bool {
	return a.RunEvidence >= a.RunNeeded && (a.Level != Country || a.RunEvidence > a.Recurrence)
}

// alarm describes the excursion of a node for one alternative.
func (c *Charts) alarm(handle int32, alternative int, minute outage.Minute, normal Normal) Alarm {
	n := &c.nodes[handle]
	s := c.state(n)
	e := &s.excursion
	a := Alarm{
		Handle: handle, Level: n.level, Since: outage.Minute(e.Since[alternative]),
		Observed: e.Observed[alternative], Expected: float64(e.Expected[alternative]),
		Evidence: float64(e.Evidence[alternative]), Needed: c.required(n.level, minute, normal),
		Alternative: c.params.Alternatives[alternative],
	}
	a.minReporters, a.minRatio = float64(c.minReporters(n, alternative, minute)), c.minRatio(minute, normal)
	a.gain = float64(s.weights.gain[alternative])
	a.uncapped = float64(a.Observed)*a.gain + float64(minute-a.Since+1)*float64(s.weights.drift[alternative])
	a.RunEvidence, a.upper, a.Dispersion = e.asRun(handle, alternative, minute, normal)
	a.RunNeeded = c.runRequired(n.level, minute, a.Since, normal)
	if n.level == Country {
		a.Recurrence = c.recurrence.required(c.params)
	}
	spare := (a.Evidence - a.Needed) / a.gain
	a.Threshold = max(float64(a.Observed)-spare, a.minReporters, a.minRatio*a.Expected)
	return a
}

// meetsMinimum checks the number of reporters and the ratio, whatever the evidence.
func (c *Charts) meetsMinimum(n *node, alternative int, minute outage.Minute, normal Normal) bool {
	e := &c.state(n).excursion
	return e.Observed[alternative] >= c.minReporters(n, alternative, minute) &&
		float64(e.Observed[alternative]) >= c.minRatio(minute, normal)*float64(e.Expected[alternative])
}

// minReporters is how many reporters an excursion needs whatever its evidence:
// MinReporters within one half hour, or up to MinReportersExtra more for each half
// hour that it lasts, twice as many as the best half hour fell short by. Three
// people who report again every half hour never have enough.
func (c *Charts) minReporters(n *node, alternative int, minute outage.Minute) uint32 {
	e, least := &c.state(n).excursion, c.params.MinReporters[n.level]
	if e.MaxHalfHour[alternative] >= least {
		return least
	}
	halfHours := (minute - outage.Minute(e.Since[alternative])) / halfHour
	return least + uint32(halfHours)*min(c.params.MinReportersExtra, 2*(least-e.MaxHalfHour[alternative]))
}

// minRatio is the least ratio of observed to expected. It is larger while little is known
// of the series: by the standard deviation of the logarithm of what is expected, and by
// its age at most.
func (c *Charts) minRatio(minute outage.Minute, normal Normal) float64 {
	p, most := c.params, 0.
	switch age := int(minute - c.age.First); {
	case age < p.NewMinutes:
		most = p.RatioNew
	case age < p.YoungMinutes:
		most = p.RatioYoung
	default:
		return p.Ratio
	}
	return min(most, p.Ratio*math.Exp(p.RatioDoubt*normal.Uncertainty()))
}
