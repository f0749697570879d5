package incident

import "github.com/open-downpour/downpour/pkg/outage"

// severityOf is the severity of an incident by its worst ratio. It is one step lower for
// less than a region, and one step higher for a long incident.
func severityOf(p *Params, scope outage.Scope, peak float64, minutes int) outage.Severity {
	steps := 0
	if peak >= p.MajorRatio {
		steps++
	}
	if peak >= p.CriticalRatio {
		steps++
	}
	if scope == outage.ScopeCell {
		steps--
	}
	if minutes >= p.LongMinutes {
		steps++
	}
	switch {
	case steps <= 0:
		return outage.SeverityMinor
	case steps == 1:
		return outage.SeverityMajor
	}
	return outage.SeverityCritical
}
