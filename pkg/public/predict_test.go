package public

import (
	"math"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestPredictionsAreSharesOfWhatCame(t *testing.T) {
	of := func(judged, expected float64) HeatCell {
		ratio := outage.Ratio(judged, expected)
		return HeatCell{Region: "IN-WB", Judged: judged, Expected: &expected, Ratio: &ratio}
	}
	for _, test := range []struct {
		cells      []HeatCell
		whole      float64
		want       []float64
		widespread bool
	}{
		{[]HeatCell{of(30, 10), of(70, 10)}, 20, []float64{50, 50}, true},
		{[]HeatCell{of(10, 10), of(90, 10)}, 25, []float64{50, 50}, false}, // 10 of 25 are raised
		{[]HeatCell{of(75, 30), of(25, 10), {Region: "IN-WB", Judged: 9}}, 40, []float64{75, 25}, true},
		{nil, 40, nil, false},
	} {
		heat := Heatmap{Cells: test.cells}
		heat.predict(countrytest.IN, test.whole)
		for i, want := range test.want {
			if got := heat.Cells[i].Predicted; got == nil || math.Abs(*got-want) > 1e-9 {
				t.Errorf("cell %d of %v: predicted %v, want %v", i, test.cells, got, want)
			}
		}
		if heat.Widespread != test.widespread {
			t.Errorf("%v of %v: widespread %v", test.cells, test.whole, heat.Widespread)
		}
		for i := range heat.Cells[len(test.want):] {
			if heat.Cells[len(test.want)+i].Predicted != nil {
				t.Error("a cell without a baseline has a prediction")
			}
		}
	}
}
