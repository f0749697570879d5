package engine

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

// pendingPart is the part of the evidence that opening takes from which an incident is
// pending.
const pendingPart = .5

// signal is an alarm as an outage.Signal.
func (s *series) signal(a detect.Alarm, minute outage.Minute) outage.Signal {
	signal := outage.Signal{
		Service: s.service, Country: s.country.code,
		Since: a.Since, Minute: minute, Scope: scopeOf(a.Level),
		Observed: int64(a.Observed), Expected: a.Expected,
		Evidence: a.Evidence, Needed: a.Needed, Threshold: a.Threshold, Alternative: a.Alternative,
		Run: outage.RunSignal{Evidence: a.RunEvidence, Needed: a.RunNeeded, Dispersion: a.Dispersion, Recurrence: a.Recurrence, Prior: a.Cold},
	}
	switch a.Level {
	case detect.Region:
		signal.Region = s.country.regions[a.Handle-1]
	case detect.Cell:
		signal.Cell = s.base.Place(a.Handle).Cell()
	}
	return signal
}

// explain gives the numbers behind an alarm.
func (s *series) explain(alarm detect.Alarm, minute outage.Minute) outage.Explanation {
	why := outage.Explanation{Window: outage.Span{From: alarm.Since, To: minute + 1}, Judged: float64(alarm.Observed)}
	if alarm.Level != detect.Country { // the country's counts are known by block only
		total, minutes := s.base.Recent(alarm.Since, make([]uint32, s.base.Places()))
		why.Window.From, why.Judged = minute+1-outage.Minute(minutes), float64(total)
	}
	capped, works := s.side.since(why.Window.From)
	why.Reports, why.Works = int64(why.Judged)+capped, works
	why.Alarming = append(why.Alarming, s.signal(alarm, minute))
	for _, other := range s.charts.AlarmingNodes(minute, s.normal()) {
		if other.Handle != alarm.Handle {
			why.Alarming = append(why.Alarming, s.signal(other, minute))
		}
	}
	for i := range s.history {
		step := &s.history[i]
		why.History = append(why.History, outage.Step{
			Minute: step.Minute, Observed: int64(step.Observed), Expected: step.Expected, Upper: step.Upper,
			Node: s.signal(step.alarm(s.tree.level(step.Handle)), step.Minute),
		})
	}
	return why
}

// pending is the incident that may open, nil where there are no signals.
func (s *series) pending(minute outage.Minute, signals []outage.Signal) *outage.Incident {
	if len(signals) == 0 {
		return nil
	}
	first := signals[0]
	ratio := outage.Ratio(float64(first.Observed), first.Expected)
	return &outage.Incident{
		ID:      s.service + "-" + strings.ToLower(string(s.country.code)) + "-pending",
		Service: s.service, Country: s.country.code, State: outage.StatePending,
		OpenedAt: (minute + 1).Time(), Since: first.Since, Footprint: s.tree.coarseFootprint(first),
		Observed: first.Observed, Expected: first.Expected, Threshold: first.Threshold,
		Ratio: ratio, Peak: ratio,
		Severity: outage.SeverityMinor, Verdict: outage.LikelyCause,
		Why: outage.Explanation{
			Window: outage.Span{From: first.Since, To: minute + 1}, Judged: float64(first.Observed), Alarming: signals,
		},
	}
}
