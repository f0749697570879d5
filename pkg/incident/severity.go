package incident

import "github.com/open-downpour/downpour/pkg/outage"

// severityOf is how much an incident matters. It starts from the worst ratio,
// an incident of less than a region weighs one step less, and one that lasts
// weighs one step more.
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
