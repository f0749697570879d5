package incident

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// ebb watches counts go back to normal: of a whole footprint, or of one region
// of it. It has a fixed size.
type ebb struct {
	Observed [windowMinutes]uint32 // by minute of the window, cyclic
	Back     [windowMinutes]uint32
	Expected [windowMinutes]float64
	Seen     int32   // minutes in the window
	Over     float64 // evidence that it is over
	Low      int32   // minutes in a row without any
	Count    float64 // lasting level: fading sums of reporters
	Mean     float64 // and of what was expected
	Ratio    float64 // of the window, as outage.Ratio has it
	Peak     float64
	// Level and Worst are the same with one reporter added on both sides, so that
	// a few reporters where next to nothing is expected do not look like a flood.
	// What it takes to close goes by them.
	Level, Worst float64
}

// Part is a minute's counts on a part of a footprint.
type Part struct {
	Reporters uint32
	Back      uint32  // those who said that it works again
	Mean      float64 // what is normal for the reporters
}

// observe adds a minute to the window, the peak and the lasting level.
func (e *ebb) observe(p *Params, minute outage.Minute, part Part) {
	at := int(minute % windowMinutes)
	e.Observed[at], e.Back[at], e.Expected[at] = part.Reporters, part.Back, part.Mean
	e.Seen = min(e.Seen+1, windowMinutes)
	e.Count = e.Count*p.LevelKeep + float64(part.Reporters)
	e.Mean = e.Mean*p.LevelKeep + part.Mean
	observed, _, expected := e.window(minute)
	e.Ratio, e.Level = outage.Ratio(observed, expected), level(observed, expected)
	e.Peak, e.Worst = max(e.Peak, e.Ratio), max(e.Worst, e.Level)
}

func level(observed, expected float64) float64 { return (observed + 1) / (expected + 1) }

// window is what was counted in the last minutes, and what is normal.
func (e *ebb) window(minute outage.Minute) (observed, back, expected float64) {
	for ago := range int(e.Seen) {
		at := (int(minute) - ago) % windowMinutes
		observed += float64(e.Observed[at])
		back += float64(e.Back[at])
		expected += e.Expected[at]
	}
	return observed, back, expected
}

// weigh takes the last minute observed as evidence that it is over. The test
// mirrors the one that opens: a sum of log-likelihood ratios, of the normal
// against a part of the strength seen.
func (e *ebb) weigh(p *Params, part Part, dispersion float64) {
	strength := e.strength(p)
	r := 1 / dispersion
	a := math.Log((r + part.Mean) / (r + strength*part.Mean))
	over := e.Over - float64(part.Reporters)*(math.Log(strength)+a) - r*a
	e.Over = min(max(0, over), 2*p.CloseEvidence)
	if e.Low++; e.Over > 0 {
		e.Low = 0
	}
}

// calm says whether there is evidence enough that it is over, and the window
// holds no more than it may.
func (e *ebb) calm(p *Params, minute outage.Minute) bool {
	if e.Over < p.CloseEvidence-e.credit(p, minute) {
		return false
	}
	observed, _, expected := e.window(minute)
	return observed <= max(p.CalmRatio*expected, expected+2*math.Sqrt(expected)+1)
}

// credit is how much less evidence it takes because people say that it works
// again. It is bounded by BackMost and counts only while reports have fallen to
// half of the worst, so that nobody can talk an outage away that others feel.
func (e *ebb) credit(p *Params, minute outage.Minute) float64 {
	if e.Level > e.Worst/2 {
		return 0
	}
	_, back, _ := e.window(minute)
	return min(p.BackWeight*back, p.BackMost)
}

// strength is the multiple of the normal that closing has to rule out: half the
// worst ten minutes within bounds, or a part of what has been usual of late.
// Where next to nothing is normal only the latter tells silence from trouble
// within the hour.
func (e *ebb) strength(p *Params) float64 {
	worst := min(max(p.PeakPart*e.Worst, p.StrengthLow), p.StrengthHigh)
	if e.Mean <= 0 {
		return worst
	}
	return max(worst, p.UsualPart*e.Count/e.Mean)
}
