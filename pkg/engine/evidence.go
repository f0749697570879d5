package engine

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	pendingPart      = .5  // of the evidence that opening takes makes an incident pending
	historyPart      = .25 // of it is kept track of
	historyLength    = 30  // minutes
	sideCountMinutes = 120 // minutes for which what is not judged is kept
)

// Works reports can raise the evidence that opening takes by doubtMost of it.
// They begin to count at doubtFrom people, and count in full where they are
// worksTimes as many as the problems.
const (
	worksPenalty = .25
	worksFrom    = 10
	worksTimes   = 4.
)

// sideCount is what was said in a minute beside what is judged.
type sideCount struct {
	Minute        outage.Minute
	Capped, Works uint32
}

// historyStep is a minute on the way to an opening. It has a fixed size.
type historyStep struct {
	Minute      outage.Minute
	Observed    uint32
	Expected    float64
	Upper       float64
	Handle      int32
	Since       outage.Minute
	Reporters   uint32 // reporters of the node's run
	RunExpected float64
	Evidence    float64
	Needed      float64
	Alternative float64
	Threshold   float64 // the threshold
}

// recordSideCounts keeps what was said beside the problems.
func (s *series) recordSideCounts(minute outage.Minute) {
	kept := s.sideCounts[:0]
	for _, a := range s.sideCounts {
		if a.Minute > minute-sideCountMinutes {
			kept = append(kept, a)
		}
	}
	s.sideCounts = kept
	if s.sideCount.Capped > 0 || s.sideCount.Works > 0 {
		s.sideCount.Minute = minute
		s.sideCounts = append(s.sideCounts, s.sideCount)
	}
	s.sideCount = sideCount{}
}

// sideCountsSince sums up what was said since a minute.
func (s *series) sideCountsSince(since outage.Minute) (capped, works int64) {
	for _, a := range s.sideCounts {
		if a.Minute >= since {
			capped, works = capped+int64(a.Capped), works+int64(a.Works)
		}
	}
	return capped, works
}

// contested says whether an alarm must wait because so many more people say that
// it works for them. However many they are, it waits for no more than a quarter
// above what is needed: an outage that people feel goes on bringing evidence.
func (s *series) contested(a detect.Alarm) bool {
	_, works := s.sideCountsSince(a.Since)
	if works < worksFrom {
		return false
	}
	part := min(1, float64(works)/(worksTimes*float64(a.Observed)))
	return a.Evidence < min(a.Needed*(1+worksPenalty*part), max(a.Needed, .9*s.config.Detect.Cap))
}

// recordHistory notes how near to opening the series is.
func (s *series) recordHistory(minute outage.Minute) {
	if s.incident.Active() || s.charts.Proximity() < historyPart {
		s.history = s.history[:0]
		return
	}
	warm, normal := s.charts.NearThreshold(historyPart, minute, s.base)[0], s.base.Expect(baseline.Whole)
	if len(s.history) >= historyLength {
		s.history = append(s.history[:0], s.history[1:]...)
	}
	s.history = append(s.history, historyStep{
		Minute: minute, Observed: s.reporters, Expected: normal.Mean, Upper: normal.Upper,
		Handle: warm.Handle, Since: warm.Since, Reporters: warm.Observed, RunExpected: warm.Expected,
		Evidence: warm.Evidence, Needed: warm.Needed, Alternative: warm.Alternative, Threshold: warm.Threshold,
	})
}

// renumberHistory gives the trail new handles. Nodes with evidence are not forgotten, so
// a step whose node is gone is of a run that is over.
func (s *series) renumberHistory(moved []int32) {
	kept := s.history[:0]
	for _, at := range s.history {
		if at.Handle = moved[at.Handle]; at.Handle >= 0 {
			kept = append(kept, at)
		}
	}
	s.history = kept
}

// explain is the arithmetic behind an alarm.
func (s *series) explain(alarm detect.Alarm, minute outage.Minute) outage.Explanation {
	why := outage.Explanation{Window: outage.Span{From: alarm.Since, To: minute + 1}, Judged: float64(alarm.Observed)}
	if alarm.Level != detect.Country { // what the country had is known by block
		total, minutes := s.base.Recent(alarm.Since, make([]uint32, s.base.Places()))
		why.Window.From, why.Judged = minute+1-outage.Minute(minutes), float64(total)
	}
	capped, works := s.sideCountsSince(why.Window.From)
	why.Reports, why.Works = int64(why.Judged)+capped, works
	why.Alarming = append(why.Alarming, s.signal(alarm, minute))
	for _, tip := range s.charts.AlarmingNodes(minute, s.base) {
		if tip.Handle != alarm.Handle {
			why.Alarming = append(why.Alarming, s.signal(tip, minute))
		}
	}
	for _, at := range s.history {
		why.History = append(why.History, s.publicStep(&at))
	}
	return why
}

func (s *series) publicStep(at *historyStep) outage.Step {
	alarm := detect.Alarm{
		Handle: at.Handle, Level: s.level(at.Handle), Since: at.Since, Observed: at.Reporters, Expected: at.RunExpected,
		Evidence: at.Evidence, Needed: at.Needed, Threshold: at.Threshold, Alternative: at.Alternative,
	}
	return outage.Step{
		Minute: at.Minute, Observed: int64(at.Observed), Expected: at.Expected, Upper: at.Upper,
		Node: s.signal(alarm, at.Minute),
	}
}

func (s *series) appendEvidence(to []byte) []byte {
	to = put(to, [2]uint32{uint32(len(s.sideCounts)), uint32(len(s.history))})
	return put(put(to, s.sideCounts), s.history)
}

func (s *series) readEvidence(from []byte) ([]byte, error) {
	var lengths [2]uint32
	n, err := binary.Decode(from, order, &lengths)
	if err != nil || lengths[0] > sideCountMinutes || lengths[1] > historyLength {
		return nil, errTooShort
	}
	from = from[n:]
	s.sideCounts, s.history = make([]sideCount, lengths[0]), make([]historyStep, lengths[1])
	for _, part := range []any{s.sideCounts, s.history} {
		if n, err = binary.Decode(from, order, part); err != nil {
			return nil, errTooShort
		}
		from = from[n:]
	}
	for i := range s.history {
		if h := s.history[i].Handle; h < 0 || int(h) >= s.base.Places() {
			return nil, errors.New("reading an engine: evidence lies in a place that does not exist")
		}
	}
	return from, nil
}

// pending is the incident that may come, nil where evidence is short of half.
func (s *series) pending(minute outage.Minute, signals []outage.Signal) *outage.Incident {
	if len(signals) == 0 {
		return nil
	}
	first := signals[0]
	ratio := outage.Ratio(float64(first.Observed), first.Expected)
	return &outage.Incident{
		ID:      s.service + "-" + strings.ToLower(string(s.country.code)) + "-pending",
		Service: s.service, Country: s.country.code, State: outage.StatePending,
		OpenedAt: (minute + 1).Time(), Since: first.Since, Footprint: s.coarseFootprint(first),
		Observed: first.Observed, Expected: first.Expected, Threshold: first.Threshold,
		Ratio: ratio, Peak: ratio,
		Severity: outage.SeverityMinor, Verdict: outage.LikelyCause,
		Why: outage.Explanation{
			Window: outage.Span{From: first.Since, To: minute + 1}, Judged: float64(first.Observed), Alarming: signals,
		},
	}
}

// coarseFootprint is where something may be about to open: no nearer than the region,
// because so few reports would tell of single people.
func (s *series) coarseFootprint(signal outage.Signal) outage.Footprint {
	rough := outage.Footprint{Scope: signal.Scope, Centroid: s.country.middle}
	region := signal.Region
	if signal.Scope == outage.ScopeCell {
		region = s.config.Geography.RegionOf(signal.Cell)
	}
	if region != "" {
		rough.Regions = []outage.Region{region}
	}
	return rough
}
