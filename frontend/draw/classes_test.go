package draw

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// compared is a cell with counts that are compared with what was expected and what the
// ordinary share of the cell predicts.
func compared(reports int64, expected, predicted float64) public.HeatCell {
	ratio := outage.Ratio(float64(reports), expected)
	return public.HeatCell{Reports: reports, Judged: float64(reports), Expected: &expected, Ratio: &ratio, Predicted: &predicted, Status: outage.StatusNormal}
}

// crowd is a map whose cells have ratios spread around a median, in a log-normal
// distribution.
func crowd(r *rand.Rand, cells int, median, spread float64, widespread bool) public.Heatmap {
	heat := public.Heatmap{Widespread: widespread}
	for range cells {
		expected := math.Exp(r.NormFloat64())
		reports := int64(3 + expected*median*math.Exp(spread*r.NormFloat64()))
		heat.Cells = append(heat.Cells, compared(reports, expected, expected*median))
	}
	return heat
}

func used(scale Scale, heat public.Heatmap) (n int) {
	classes, _ := scale.Classify(heat)
	for _, cells := range classes[:MapClasses] {
		if len(cells) > 0 {
			n++
		}
	}
	return n
}

// A map is busy where its median cell has more than twice what is expected.
func TestBusyMapsUseTheirClasses(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 300 {
		heat := crowd(r, 60+r.IntN(600), math.Exp(1+7*r.Float64()), .3+r.Float64(), true)
		for _, counts := range []bool{false, true} {
			scale := ScaleOf(counts, heat)
			if n := used(scale, heat); n < 4 {
				t.Errorf("%d classes of %v over %d cells", n, scale, len(heat.Cells))
			}
			for i := 1; i < len(scale.Limits); i++ {
				if scale.Limits[i] <= scale.Limits[i-1] {
					t.Errorf("limits of %v do not ascend", scale)
				}
			}
			if back, err := ParseScale(scale.String()); err != nil || back != scale {
				t.Errorf("%v reads as %v, %v", scale, back, err)
			}
		}
	}
}

func TestAnOrdinaryDayIsPale(t *testing.T) {
	heat := crowd(rand.New(rand.NewPCG(1, 1)), 400, 1, .2, false)
	scale := ScaleOf(false, heat)
	if scale.Measure != Ratios || scale.Limits[0] < 2 || scale.Limits[3] < 20 {
		t.Errorf("scale %v", scale)
	}
}

func TestMeasures(t *testing.T) {
	quiet, wide := crowd(rand.New(rand.NewPCG(1, 2)), 50, 1, .2, false), crowd(rand.New(rand.NewPCG(1, 3)), 50, 300, .5, true)
	bare := public.Heatmap{Cells: []public.HeatCell{{Reports: 4}, {Reports: 70}}}
	for _, test := range []struct {
		counts bool
		heats  []public.Heatmap
		want   Measure
	}{
		{false, nil, Counts}, {false, []public.Heatmap{bare}, Counts}, {false, []public.Heatmap{quiet}, Ratios},
		{false, []public.Heatmap{wide}, Shares}, {false, []public.Heatmap{quiet, wide, bare}, Shares}, {true, []public.Heatmap{wide}, Counts},
	} {
		if got := ScaleOf(test.counts, test.heats...).Measure; got != test.want {
			t.Errorf("counts %v of %d maps: measure %c, want %c", test.counts, len(test.heats), got, test.want)
		}
	}
}

func TestClassOf(t *testing.T) {
	limits := [MapClasses - 1]float64{2, 5, 10, 20}
	ratios, shares, counts := Scale{Ratios, limits}, Scale{Shares, limits}, Scale{Counts, limits}
	for _, test := range []struct {
		scale Scale
		cell  public.HeatCell
		want  int
	}{
		{ratios, compared(3, 2, 1), 0}, {ratios, compared(4, 2, 1), 1}, {ratios, compared(400, 2, 1), 4},
		{ratios, compared(4, .1, 1), MapClasses}, // chance
		{ratios, compared(5, .1, 1), 3},          // of .5 at least
		{shares, compared(40, 1, 10), 1}, {shares, compared(4, 1, .4), MapClasses},
		{ratios, public.HeatCell{Reports: 300}, MapClasses}, {counts, public.HeatCell{Reports: 19}, 3},
	} {
		if got := test.scale.ClassOf(test.cell); got != test.want {
			t.Errorf("%v: %+v has class %d, want %d", test.scale, test.cell, got, test.want)
		}
	}
}

func FuzzParseScale(f *testing.F) {
	for _, text := range []string{"", "r_2_5_10_20", "s_0.6_0.8_1.2_2", "c_5_8_12_20", "c_5_8_12", "r_NaN_1_2_3", "x", "_", "r2_5_10_20", "c_1e300_2e300_3e300_4e300"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		scale, err := ParseScale(text)
		if err != nil || text == "" {
			return
		}
		if again, err := ParseScale(scale.String()); err != nil || again != scale {
			t.Errorf("%q is %v, which reads as %v, %v", text, scale, again, err)
		}
		if n := len(fmt.Sprint(scale)); n > 60 {
			t.Errorf("a scale of %d characters", n)
		}
	})
}
