package incident

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// recoveryTest is the test whether counts are back to normal, of a whole footprint or of
// one region. It has a fixed size.
type recoveryTest struct {
	Observed       [windowMinutes]uint32 // by minute of the window, cyclic
	Back           [windowMinutes]uint32
	Expected       [windowMinutes]float64
	Seen           int32   // minutes in the window
	Evidence       float64 // evidence that it is over
	MinutesWithout int32   // minutes in a row without evidence
	Count          float64 // lasting level: decayed sum of reporters
	Mean           float64 // and of the expected reporters
	Ratio          float64 // outage.Ratio of the window
	Peak           float64
	// Smoothed and WorstSmoothed are Ratio and Peak with one reporter added on both
	// sides, so that a few reporters do not give a large ratio where almost none are
	// expected. Closing depends on them.
	Smoothed, WorstSmoothed float64
	MaxExcess               float64 // the largest excess of a window, in reporters a minute
}

// Part is the counts of a minute in a part of a footprint.
type Part struct {
	Reporters uint32
	Back      uint32  // people who report that it works again
	Mean      float64 // expected reporters
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

// updatePeak updates MaxExcess with the counts of so many minutes.
func (t *recoveryTest) updatePeak(observed, expected float64, minutes int) {
	t.MaxExcess = max(t.MaxExcess, (observed-expected)/float64(max(minutes, windowMinutes)))
}

func smoothedRatio(observed, expected float64) float64 { return (observed + 1) / (expected + 1) }

// window is the sums over the window that ends with a minute.
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

// belowCloseThreshold reports whether the evidence is sufficient, and the counts of the
// window are low enough for closing.
func (t *recoveryTest) belowCloseThreshold(p *Params, minute outage.Minute) bool {
	if t.Evidence < p.CloseEvidence-t.prior(p, minute) {
		return false
	}
	observed, _, expected := t.window(minute)
	return observed <= max(p.CloseRatio*expected, expected+2*math.Sqrt(expected)+1)
}

// prior is how much "works again" reports lower the evidence that closing takes. It is
// bounded by BackMost and counts only once reports have fallen to half of the worst, so
// that such reports cannot close an outage that others still report.
func (t *recoveryTest) prior(p *Params, minute outage.Minute) float64 {
	if t.Smoothed > t.WorstSmoothed/2 {
		return 0
	}
	_, back, _ := t.window(minute)
	return min(p.BackWeight*back, p.BackMost)
}

// restarted is the test of an incident that is reopened, with its earlier peaks.
func (t *recoveryTest) restarted() recoveryTest {
	return recoveryTest{Peak: t.Peak, WorstSmoothed: t.WorstSmoothed, MaxExcess: t.MaxExcess}
}
