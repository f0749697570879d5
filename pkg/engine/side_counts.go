package engine

import (
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const sideCountMinutes = 120 // minutes for which side counts are retained

// "Works for me" reports raise the evidence that opening takes by up to worksPenalty of
// it. They count from worksFrom people on, and in full where they are worksTimes as many
// as the problem reports.
const (
	worksPenalty = .25
	worksFrom    = 10
	worksTimes   = 4.
)

// sideCount is the reports of a minute that are not judged: those above the caps, and
// "works for me". It has a fixed size and is saved as it is.
type sideCount struct {
	Minute        outage.Minute
	Capped, Works uint32
}

// sideCounts are those of the last minutes, oldest first.
type sideCounts []sideCount

// record adds a minute and drops old ones.
func (c *sideCounts) record(minute outage.Minute, of sideCount) {
	recent := (*c)[:0]
	for _, at := range *c {
		if at.Minute > minute-sideCountMinutes {
			recent = append(recent, at)
		}
	}
	if of.Capped > 0 || of.Works > 0 {
		of.Minute = minute
		recent = append(recent, of)
	}
	*c = recent
}

// since adds up the minutes from first on.
func (c sideCounts) since(first outage.Minute) (capped, works int64) {
	for _, at := range c {
		if at.Minute >= first {
			capped, works = capped+int64(at.Capped), works+int64(at.Works)
		}
	}
	return capped, works
}

// contest reports whether an alarm must wait because many more people report that the
// service works. They raise the evidence that opening takes by worksPenalty at most, and
// never above nine tenths of the cap, so that they delay a real outage but never
// suppress it.
func (c sideCounts) contest(a detect.Alarm, evidenceCap float64) bool {
	_, works := c.since(a.Since)
	if works < worksFrom {
		return false
	}
	part := min(1, float64(works)/(worksTimes*float64(a.Observed)))
	return a.Evidence < min(a.Needed*(1+worksPenalty*part), max(a.Needed, .9*evidenceCap))
}
