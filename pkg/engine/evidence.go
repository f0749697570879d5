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
	pendingPart  = .5  // of the evidence that opening takes makes an incident pending
	trailPart    = .25 // of it is kept track of
	trailLength  = 30  // minutes
	remarkLength = 120 // minutes for which what is not judged is kept
)

// Works reports can raise the evidence that opening takes by doubtMost of it.
// They begin to count at doubtFrom people, and count in full where they are
// doubtTimes as many as the problems.
const (
	doubtMost  = .25
	doubtFrom  = 10
	doubtTimes = 4.
)

// remark is what was said in a minute beside what is judged.
type remark struct {
	Minute        outage.Minute
	Capped, Works uint32
}

// step is a minute on the way to an opening. It has a fixed size.
type step struct {
	Minute   outage.Minute
	Observed uint32
	Expected float64
	Upper    float64
	Handle   int32
	Since    outage.Minute
	Run      uint32 // reporters of the node's run
	Due      float64
	Evidence float64
	Needed   float64
	Design   float64
	Enough   float64 // the threshold
}

// heed keeps what was said beside the problems.
func (s *series) heed(minute outage.Minute) {
	kept := s.remarks[:0]
	for _, a := range s.remarks {
		if a.Minute > minute-remarkLength {
			kept = append(kept, a)
		}
	}
	s.remarks = kept
	if s.remark.Capped > 0 || s.remark.Works > 0 {
		s.remark.Minute = minute
		s.remarks = append(s.remarks, s.remark)
	}
	s.remark = remark{}
}

// said sums up what was said since a minute.
func (s *series) said(since outage.Minute) (capped, works int64) {
	for _, a := range s.remarks {
		if a.Minute >= since {
			capped, works = capped+int64(a.Capped), works+int64(a.Works)
		}
	}
	return capped, works
}

// doubted says whether an alarm must wait because so many more people say that
// it works for them. However many they are, it waits for no more than a quarter
// above what is needed: an outage that people feel goes on bringing evidence.
func (s *series) doubted(a detect.Alarm) bool {
	_, works := s.said(a.Since)
	if works < doubtFrom {
		return false
	}
	part := min(1, float64(works)/(doubtTimes*float64(a.Observed)))
	return a.Evidence < min(a.Needed*(1+doubtMost*part), max(a.Needed, .9*s.config.Detect.Cap))
}

// track notes how near to opening the series is.
func (s *series) track(minute outage.Minute) {
	if s.incident.Active() || s.bank.Warmth() < trailPart {
		s.trail = s.trail[:0]
		return
	}
	warm, normal := s.bank.Warm(trailPart, minute, s.base)[0], s.base.Expect(baseline.Whole)
	if len(s.trail) >= trailLength {
		s.trail = append(s.trail[:0], s.trail[1:]...)
	}
	s.trail = append(s.trail, step{
		Minute: minute, Observed: s.reporters, Expected: normal.Mean, Upper: normal.Upper,
		Handle: warm.Handle, Since: warm.Since, Run: warm.Observed, Due: warm.Expected,
		Evidence: warm.Evidence, Needed: warm.Needed, Design: warm.Design, Enough: warm.Threshold,
	})
}

// retrace gives the trail new handles. Nodes with evidence are not forgotten, so
// a step whose node is gone is of a run that is over.
func (s *series) retrace(moved []int32) {
	kept := s.trail[:0]
	for _, at := range s.trail {
		if at.Handle = moved[at.Handle]; at.Handle >= 0 {
			kept = append(kept, at)
		}
	}
	s.trail = kept
}

// explain is the arithmetic behind an alarm.
func (s *series) explain(alarm detect.Alarm, minute outage.Minute) outage.Explanation {
	why := outage.Explanation{Window: outage.Span{From: alarm.Since, To: minute + 1}, Judged: float64(alarm.Observed)}
	if alarm.Level != detect.Country { // what the country had is known by block
		total, minutes := s.base.Recent(alarm.Since, make([]uint32, s.base.Places()))
		why.Window.From, why.Judged = minute+1-outage.Minute(minutes), float64(total)
	}
	capped, works := s.said(why.Window.From)
	why.Reports, why.Works = int64(why.Judged)+capped, works
	why.Tips = append(why.Tips, s.signal(alarm, minute))
	for _, tip := range s.bank.Tips(minute, s.base) {
		if tip.Handle != alarm.Handle {
			why.Tips = append(why.Tips, s.signal(tip, minute))
		}
	}
	for _, at := range s.trail {
		why.Trail = append(why.Trail, s.stepOf(&at))
	}
	return why
}

func (s *series) stepOf(at *step) outage.Step {
	alarm := detect.Alarm{
		Handle: at.Handle, Level: s.level(at.Handle), Since: at.Since, Observed: at.Run, Expected: at.Due,
		Evidence: at.Evidence, Needed: at.Needed, Threshold: at.Enough, Design: at.Design,
	}
	return outage.Step{
		Minute: at.Minute, Observed: int64(at.Observed), Expected: at.Expected, Upper: at.Upper,
		Node: s.signal(alarm, at.Minute),
	}
}

func (s *series) appendEvidence(to []byte) []byte {
	to = put(to, [2]uint32{uint32(len(s.remarks)), uint32(len(s.trail))})
	return put(put(to, s.remarks), s.trail)
}

func (s *series) readEvidence(from []byte) ([]byte, error) {
	var lengths [2]uint32
	n, err := binary.Decode(from, order, &lengths)
	if err != nil || lengths[0] > remarkLength || lengths[1] > trailLength {
		return nil, errTooShort
	}
	from = from[n:]
	s.remarks, s.trail = make([]remark, lengths[0]), make([]step, lengths[1])
	for _, part := range []any{s.remarks, s.trail} {
		if n, err = binary.Decode(from, order, part); err != nil {
			return nil, errTooShort
		}
		from = from[n:]
	}
	for i := range s.trail {
		if h := s.trail[i].Handle; h < 0 || int(h) >= s.base.Places() {
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
		OpenedAt: (minute + 1).Time(), Since: first.Since, Footprint: s.roughly(first),
		Observed: first.Observed, Expected: first.Expected, Threshold: first.Threshold,
		Ratio: ratio, Peak: ratio,
		Severity: outage.SeverityMinor, Verdict: outage.LikelyCause,
		Why: outage.Explanation{
			Window: outage.Span{From: first.Since, To: minute + 1}, Judged: float64(first.Observed), Tips: signals,
		},
	}
}

// roughly is where something may be about to open: no nearer than the region,
// because so few reports would tell of single people.
func (s *series) roughly(signal outage.Signal) outage.Footprint {
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
