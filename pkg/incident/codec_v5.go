package incident

import (
	"encoding/binary"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The layouts of version 5. They must not change. What has no comment is as in
// version 6.

type progressV5 struct {
	Opened    outage.Minute
	Closed    outage.Minute
	Localised bool
	Recovery  recoveryTestV5
	MaxExcess float64
	Reporters float64
}

type regionV5 struct {
	Handle   int32
	Ended    outage.Minute
	Reports  int64
	Back     int64
	Recovery recoveryTestV5
}

type recoveryTestV5 struct {
	Observed       [10]uint32
	Back           [10]uint32
	Expected       [10]float64
	Seen           int32
	Evidence       float64
	MinutesWithout int32
	Count          float64
	Mean           float64
	Ratio          float64
	Peak           float64
	Smoothed       float64
	WorstSmoothed  float64
}

// ReadLifecycleV5 reads what AppendState wrote in version 5, after the minute last,
// and returns what follows it. Version 5 did not contain the largest excess of ten
// minutes: it is derived from the worst ratio and the present expected counts.
func ReadLifecycleV5(params *Params, handles int, last outage.Minute, from []byte) (*Lifecycle, []byte, error) {
	l := NewLifecycle(params)
	known, from, err := l.readPublic(handles, from)
	if err != nil || !known {
		return l, from, err
	}
	regions, from, err := readRegions[regionV5](from)
	if err != nil {
		return nil, nil, err
	}
	var p progressV5
	n, err := binary.Decode(from, binary.LittleEndian, &p)
	if err != nil {
		return nil, nil, errTooShort
	}
	l.progress = progress{
		Opened: p.Opened, Closed: p.Closed, Localised: p.Localised, MaxExcess: p.MaxExcess, Reporters: p.Reporters,
		Recovery: p.Recovery.convert(),
	}
	for _, r := range regions {
		l.regions = append(l.regions, region{Handle: r.Handle, Ended: r.Ended, Reports: r.Reports, Back: r.Back, Recovery: r.Recovery.convert()})
	}
	if err := l.check(handles); err != nil {
		return nil, nil, err
	}
	l.fillPeaks(last)
	return l, from[n:], nil
}

// convert leaves MaxExcess to fillPeaks.
func (t *recoveryTestV5) convert() recoveryTest {
	return recoveryTest{
		Observed: t.Observed, Back: t.Back, Expected: t.Expected, Seen: t.Seen, Evidence: t.Evidence, MinutesWithout: t.MinutesWithout,
		Count: t.Count, Mean: t.Mean, Ratio: t.Ratio, Peak: t.Peak, Smoothed: t.Smoothed, WorstSmoothed: t.WorstSmoothed,
	}
}

// fillPeaks derives the largest excess from the worst ratio, as of the last minute
// observed.
func (l *Lifecycle) fillPeaks(last outage.Minute) {
	if l.current.State == outage.StateResolved {
		last = l.progress.Closed
	}
	l.progress.Recovery.fillPeaks(last)
	for i := range l.regions {
		l.regions[i].Recovery.fillPeaks(last)
	}
}

func (t *recoveryTest) fillPeaks(last outage.Minute) {
	_, _, expected := t.window(last)
	t.updatePeak(max(0, t.WorstSmoothed*(expected+1)-1), expected, windowMinutes)
}
