package incident

import (
	"encoding/binary"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The layouts of version 4. They must not change. What has no comment is as in
// version 5.

type progressV4 struct {
	Opened    outage.Minute
	Closed    outage.Minute
	Localised bool
	Recovery  recoveryTestV4
	MaxExcess float64
}

type regionV4 struct {
	Handle   int32
	Ended    outage.Minute
	Reports  int64
	Back     int64
	Recovery recoveryTestV4
}

type recoveryTestV4 struct {
	Observed [10]uint32
	Back     [10]uint32
	Expected [10]float64
	Seen     int32
	Over     float64
	Low      int32
	Count    float64
	Mean     float64
	Ratio    float64 // (observed + 1) / (expected + 1) of the window
	Peak     float64 // the largest Ratio
}

// ReadLifecycleV4 reads what AppendState wrote in version 4, after the minute last, and
// returns what follows it. What version 4 did not contain is filled in:
//
//   - The incident counts as confirmed, as every incident of version 4 did, with the
//     larger of Params.ConfirmAt and its reporters at the opening.
//   - Smoothed and WorstSmoothed are Ratio and Peak of version 4, which had the same
//     formula.
//   - Ratio is outage.Ratio of the same counts. Peak is outage.Ratio of the worst
//     window, assuming the expected counts of the current one, and at least Ratio.
func ReadLifecycleV4(params *Params, handles int, last outage.Minute, from []byte) (*Lifecycle, []byte, error) {
	l := NewLifecycle(params)
	known, from, err := l.readPublic(handles, from)
	if err != nil || !known {
		return l, from, err
	}
	regions, from, err := readRegions[regionV4](from)
	if err != nil {
		return nil, nil, err
	}
	var state progressV4
	n, err := binary.Decode(from, binary.LittleEndian, &state)
	if err != nil {
		return nil, nil, errTooShort
	}
	l.convertV4(&state, regions)
	if err := l.check(handles); err != nil {
		return nil, nil, err
	}
	l.measureV4(last)
	l.fillPeaks(last)
	return l, from[n:], nil
}

// convertV4 converts the state of version 4.
func (l *Lifecycle) convertV4(state *progressV4, regions []regionV4) {
	l.progress = progress{
		Opened: state.Opened, Closed: state.Closed, Localised: state.Localised, MaxExcess: state.MaxExcess,
		Recovery: state.Recovery.convert(), Reporters: max(l.params.ConfirmAt, float64(l.current.Observed)),
	}
	l.current.Confirmed = true
	l.regions = make([]region, len(regions))
	for i, r := range regions {
		l.regions[i] = region{Handle: r.Handle, Ended: r.Ended, Reports: r.Reports, Back: r.Back, Recovery: r.Recovery.convert()}
	}
}

// convert leaves Ratio and Peak to measureV4.
func (t *recoveryTestV4) convert() recoveryTest {
	return recoveryTest{
		Observed: t.Observed, Back: t.Back, Expected: t.Expected, Seen: t.Seen, Evidence: t.Over, MinutesWithout: t.Low,
		Count: t.Count, Mean: t.Mean, Smoothed: t.Ratio, WorstSmoothed: t.Peak,
	}
}

// measureV4 recomputes the ratios, as of the last minute observed.
func (l *Lifecycle) measureV4(last outage.Minute) {
	if l.current.State == outage.StateResolved {
		last = l.progress.Closed
	}
	expected := l.progress.Recovery.measureV4(last, l.current.Expected)
	for i := range l.regions {
		l.regions[i].Recovery.measureV4(last, 0)
	}
	l.current.Ratio, l.current.Peak = ratioOf(l.current.Ratio, expected), l.progress.Recovery.Peak
	l.updateRecoveries()
}

// measureV4 sets Ratio and Peak, and returns the expected counts of the window. For the
// empty window of an incident that has just opened it uses the given ones.
func (t *recoveryTest) measureV4(last outage.Minute, expected float64) float64 {
	if t.Seen > 0 {
		_, _, expected = t.window(last)
	}
	t.Ratio = ratioOf(t.Smoothed, expected)
	t.Peak = max(t.Ratio, ratioOf(t.WorstSmoothed, expected))
	return expected
}

// ratioOf is the outage.Ratio of the counts with a smoothed ratio.
func ratioOf(smoothed, expected float64) float64 {
	return outage.Ratio(max(0, smoothed*(expected+1)-1), expected)
}
