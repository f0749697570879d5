package incident

import (
	"math"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// TestRatiosOfVersion4 derives ratios from (observed+1) / (expected+1): exactly for the
// window, and for the peak assuming the expected counts of the window.
func TestRatiosOfVersion4(t *testing.T) {
	const minute = 1000
	for _, c := range []struct {
		name               string
		observed           uint32
		expected           float64 // of the window
		peakOf, peakAmong  float64 // reporters of the worst window, and those expected in it
		wantRatio, wantMax float64
	}{
		{"as much expected as at the peak", 30, 10, 90, 10, 3, 9},
		{"next to nothing expected", 2, .1, 6, .1, 4, 12},
		{"more expected than at the peak", 30, 20, 90, 10, 1.5, 91./11 + (91./11-1)/20},
		{"nothing reported any more", 0, 10, 90, 10, 0, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := recoveryTestV4{
				Seen: 1, Ratio: smoothedRatio(float64(c.observed), c.expected), Peak: smoothedRatio(c.peakOf, c.peakAmong),
			}
			old.Observed[minute%windowMinutes], old.Expected[minute%windowMinutes] = c.observed, c.expected
			e := old.convert()
			e.measureV4(minute, 0)
			if math.Abs(e.Ratio-c.wantRatio) > 1e-9 || math.Abs(e.Peak-c.wantMax) > 1e-9 {
				t.Errorf("ratio %g and peak %g, want %g and %g", e.Ratio, e.Peak, c.wantRatio, c.wantMax)
			}
			if e.Smoothed != old.Ratio || e.WorstSmoothed != old.Peak {
				t.Errorf("smoothed %g and worst %g, want %g and %g", e.Smoothed, e.WorstSmoothed, old.Ratio, old.Peak)
			}
		})
	}
	if got, want := ratioOf(smoothedRatio(7, 3), 3), outage.Ratio(7, 3); math.Abs(got-want) > 1e-9 {
		t.Errorf("%g, want %g", got, want)
	}
}
