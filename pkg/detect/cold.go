package detect

import "github.com/open-downpour/downpour/pkg/outage"

// coldLongest is the longest burst, in minutes, that opens while a series is cold.
const coldLongest = 30

// coldCounts are the reporters of a cold series by minute, cyclic. It has a fixed
// size and is saved as it stands.
type coldCounts [coldLongest]uint32

func (c *coldCounts) add(minute outage.Minute, reporters uint32) {
	c[int(minute)%coldLongest] = reporters
}

func (c *coldCounts) at(minute outage.Minute) uint32 { return c[int(minute)%coldLongest] }

// ColdAlarm is a burst of a series of which little is known yet: so many people in so
// short a time that no service of its kind has them on an ordinary day, upper reporters
// a minute at most, and far more than it had since its first report. The burst begins at
// the minute from at the earliest: what comes before may be data that begin.
func (c *Charts) ColdAlarm(minute, from outage.Minute, upper float64) (Alarm, bool) {
	if c.age.Established {
		return Alarm{}, false
	}
	p, total := c.params, uint32(0)
	upper = min(max(upper, p.ColdLeast), p.ColdMean)
	for since := minute; since > minute-coldLongest && since >= max(from, c.age.First); since-- {
		reporters := c.cold.at(since)
		total += reporters
		before := float64(c.age.Reporters-uint64(total)) / float64(max(1, since-c.age.First))
		expected := max(upper, before) * float64(minute-since+1)
		if reporters > 0 && total >= p.ColdBurst && float64(total) >= p.ColdRatio*expected {
			return c.coldAlarm(since, total, expected), true
		}
	}
	return Alarm{}, false
}

func (c *Charts) coldAlarm(since outage.Minute, observed uint32, expected float64) Alarm {
	const dispersion = 1. // the largest that is ever taken for a run
	p := c.params
	a := Alarm{
		Level: Country, Since: since, Observed: observed, Expected: expected,
		Needed: p.Needed, RunEvidence: runEvidence(float64(observed), expected, dispersion),
		Dispersion: dispersion, Alternative: p.ColdRatio, Cold: true,
		Threshold:    max(float64(p.ColdBurst), p.ColdRatio*expected),
		minReporters: float64(p.ColdBurst), minRatio: p.ColdRatio, upper: expected,
	}
	a.Evidence = max(a.RunEvidence, a.Needed)
	return a
}

// DropCold drops what a cold series counted: an incident was opened for it.
func (c *Charts) DropCold() {
	for _, reporters := range c.cold {
		c.age.Reporters -= min(c.age.Reporters, uint64(reporters))
	}
	c.cold = coldCounts{}
}
