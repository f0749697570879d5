package engine

import "github.com/open-downpour/downpour/pkg/outage"

// Units of parameters.
const (
	inMinutes   = "minutes"
	inReporters = "reporters"
	inNats      = "nats"
	inTimes     = "times"
	inParts     = "part"
	inDays      = "days"
	inPoints    = "points"
)

// Parameters lists the parameters of an engine in the order of the published page:
// baseline, opening, closing, severity, attribution, public status. The meaning of each
// is the catalogue entry under the key "parameter." and its name.
func Parameters(c Config) []outage.Parameter {
	b, d, i := c.Baseline, c.Detect, c.Incident
	all := []outage.Parameter{
		{Name: "normal.memory", Value: b.LevelHalfLife, Unit: inDays},
		{Name: "normal.recent", Value: b.FastHalfLife, Unit: inMinutes},
		{Name: "normal.recent_least", Value: b.FastLow, Unit: inTimes},
		{Name: "normal.recent_most", Value: b.FastHigh, Unit: inTimes},
		{Name: "normal.wait", Value: float64(b.QueueMinutes), Unit: inMinutes},
		{Name: "open.evidence", Value: d.Needed, Unit: inNats},
		{Name: "open.evidence_region", Value: d.LevelPenalty[1], Unit: inNats},
		{Name: "open.evidence_cell", Value: d.LevelPenalty[2], Unit: inNats},
		{Name: "open.ratio", Value: d.Ratio, Unit: inTimes},
		{Name: "open.ratio_young", Value: d.RatioYoung, Unit: inTimes},
		{Name: "open.ratio_new", Value: d.RatioNew, Unit: inTimes},
		{Name: "open.reporters", Value: float64(d.MinReporters[0]), Unit: inReporters},
		{Name: "open.reporters_local", Value: float64(d.MinReporters[2]), Unit: inReporters},
		{Name: "open.works_raise", Value: worksPenalty, Unit: inParts},
		{Name: "open.works_from", Value: worksFrom, Unit: inReporters},
		{Name: "pending.evidence", Value: pendingPart, Unit: inParts},
		{Name: "footprint.final", Value: float64(i.LocaliseFor), Unit: inMinutes},
		{Name: "close.after", Value: float64(i.CloseAfter), Unit: inMinutes},
		{Name: "close.evidence", Value: i.CloseEvidence, Unit: inNats},
		{Name: "close.calm", Value: i.CloseRatio, Unit: inTimes},
		{Name: "close.back", Value: i.BackMost, Unit: inNats},
		{Name: "reopen.within", Value: float64(i.ReopenWithin), Unit: inMinutes},
		{Name: "accept.after", Value: float64(i.AcceptAfter), Unit: inMinutes},
		{Name: "severity.confirmed", Value: i.ConfirmAt, Unit: inReporters},
		{Name: "severity.major", Value: i.MajorRatio, Unit: inTimes},
		{Name: "severity.critical", Value: i.CriticalRatio, Unit: inTimes},
		{Name: "severity.long", Value: float64(i.LongMinutes), Unit: inMinutes},
		{Name: "blame.score", Value: i.AttributeAt, Unit: inPoints},
		{Name: "blame.before", Value: float64(i.OnsetEarly), Unit: inMinutes},
		{Name: "blame.after", Value: float64(i.OnsetLate), Unit: inMinutes},
		{Name: "blame.outlast", Value: float64(i.OutlastAfter), Unit: inMinutes},
	}
	for k, strength := range d.Alternatives {
		all = append(all, outage.Parameter{Name: "open.design_" + string(rune('1'+k)), Value: strength, Unit: inTimes})
	}
	all = append(all, outage.StatusParameters()...)
	for k := range all {
		all[k].Meaning = "parameter." + all[k].Name
	}
	return all
}
