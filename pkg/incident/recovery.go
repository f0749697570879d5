package incident

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// recoveryTest watches counts go back to normal: of a whole footprint, or of one region
// of it. It has a fixed size.
type recoveryTest struct {
	Observed       [windowMinutes]uint32 // by minute of the window, cyclic
	Back           [windowMinutes]uint32
	Expected       [windowMinutes]float64
	Seen           int32   // minutes in the window
	Evidence       float64 // evidence that it is over
	MinutesWithout int32   // minutes in a row without any
	Count          float64 // lasting level: fading sums of reporters
	Mean           float64 // and of what was expected
	Ratio          float64 // of the window, as outage.Ratio has it
	Peak           float64
	// Smoothed and Worst are the same with one reporter added on both sides, so that
	// a few reporters where next to nothing is expected do not look like a flood.
	// What it takes to close goes by them.
	Smoothed, WorstSmoothed float64
	MaxExcess               float64 // the most that a window had beyond the expected, a minute
}

// Part is a minute's counts on a part of a footprint.
type Part struct {
	Reporters uint32
	Back      uint32  // those who said that it works again
	Mean      float64 // what is normal for the reporters
}

// observe adds a minute to the window, the peak and the lasting level.
func (t *recoveryTest) observe(p *Params, minute outage.Minute, part Part) {
	at := int(minute % windowMinutes)
	t.Observed[at], t.Back[at], t.Expected[at] = part.Reporters, part.Back, part.Mean
	t.Seen = min(t.Seen+1, windowMinutes)
	t.Count = t.Count*p.LevelKeep + float64(part.Reporters)
	t.Mean = t.Mean*p.LevelKeep + part.Mean
	observed, _, expected := t.window(minute)
	t.Ratio, t.Smoothed = outage.Ratio(observed, expected), smoothedRatio(observed, expected)
	t.Peak, t.WorstSmoothed = max(t.Peak, t.Ratio), max(t.WorstSmoothed, t.Smoothed)
	t.updatePeak(observed, expected, windowMinutes)
}

// updatePeak takes in the counts of so many minutes.
func (t *recoveryTest) updatePeak(observed, expected float64, minutes int) {
	t.MaxExcess = max(t.MaxExcess, (observed-expected)/float64(max(minutes, windowMinutes)))
}

func smoothedRatio(observed, expected float64) float64 { return (observed + 1) / (expected + 1) }

// window is what was counted in the last minutes, and what is normal.
func (t *recoveryTest) window(minute outage.Minute) (observed, back, expected float64) {
	for ago := range int(t.Seen) {
		at := (int(minute) - ago) % windowMinutes
		observed += float64(t.Observed[at])
		back += float64(t.Back[at])
		expected += t.Expected[at]
	}
	return observed, back, expected
}

// update adds the evidence of the last minute that it is over: the log-likelihood
// ratio of negative binomial counts, of a fall by Params.FallTo against a part of the
// incident's own peak. The fall is tested and not the return to normal, because people
// go on reporting for a while after the end.
func (t *recoveryTest) update(p *Params, part Part, dispersion float64) {
	ongoing := max(p.PeakPart*t.MaxExcess, p.OngoingLow*part.Mean)
	fallen := max(part.Mean, ongoing/p.FallTo)
	ratio := outage.NewLikelihoodRatio(fallen, ongoing/fallen, dispersion)
	t.Evidence = min(max(0, t.Evidence-float64(part.Reporters)*ratio.Gain-ratio.Drift), 2*p.CloseEvidence)
	if t.MinutesWithout++; t.Evidence > 0 {
		t.MinutesWithout = 0
	}
}

// belowCloseThreshold says whether there is evidence enough that it is over, and the
// window holds no more than it may.
func (t *recoveryTest) belowCloseThreshold(p *Params, minute outage.Minute) bool {
	if t.Evidence < p.CloseEvidence-t.prior(p, minute) {
		return false
	}
	observed, _, expected := t.window(minute)
	return observed <= max(p.CloseRatio*expected, expected+2*math.Sqrt(expected)+1)
}

// prior is how much less evidence it takes because people say that it works
// again. It is bounded by BackMost and counts only while reports have fallen to
// half of the worst, so that nobody can talk an outage away that others feel.
func (t *recoveryTest) prior(p *Params, minute outage.Minute) float64 {
	if t.Smoothed > t.WorstSmoothed/2 {
		return 0
	}
	_, back, _ := t.window(minute)
	return min(p.BackWeight*back, p.BackMost)
}

// restarted is the test of an incident that opens again, with the peaks that it had.
func (t *recoveryTest) restarted() recoveryTest {
	return recoveryTest{Peak: t.Peak, WorstSmoothed: t.WorstSmoothed, MaxExcess: t.MaxExcess}
}
