package public

import (
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// compared is a cell with so many judged reporters, the expected ones, and its ordinary
// share of all.
func compared(cell outage.Cell, judged, expected, predicted float64) HeatCell {
	return HeatCell{Cell: cell, Judged: judged, Expected: &expected, Predicted: &predicted, Ratio: &expected, Status: outage.StatusNormal}
}

// fewTowns names cell 1 and 2 alike, as cells of one city are. Cell 9 has a part of it.
type fewTowns struct{}

func (fewTowns) TownOf(_ outage.Country, cell outage.Cell) (outage.Town, bool) {
	return outage.Town{Name: map[outage.Cell]string{1: "A", 2: "A", 3: "B", 4: "C", 5: "D", 6: "E", 9: "F"}[cell], Cell: cell}, true
}

func (fewTowns) Near(a, b outage.Cell) bool { return a == 1 && b == 9 }

func TestExtremes(t *testing.T) {
	names := func(towns []outage.Town) (text string) {
		for _, town := range towns {
			text += town.Name
		}
		return text
	}
	for name, c := range map[string]struct {
		heat         Heatmap
		worst, least string
	}{
		"nothing": {Heatmap{}, "", ""},
		// 5 reporters are 10 times the usual as well, and too few to say so.
		"ratios":  {Heatmap{Cells: []HeatCell{compared(1, 400, 40, 1), compared(2, 380, 40, 1), compared(3, 5, .5, 1), compared(4, 100, 20, 1), compared(6, 100, 100, 1)}}, "AC", "E"},
		"no more": {Heatmap{Cells: []HeatCell{compared(1, 50, 40, 1), compared(6, 10, 40, 1)}}, "", ""},
		"shares":  {Heatmap{Widespread: true, Cells: []HeatCell{compared(1, 400, 10, 600), compared(3, 400, 40, 200)}}, "B", "A"},
		"parts":   {Heatmap{Cells: []HeatCell{compared(1, 900, 9, 1), compared(9, 800, 9, 1), compared(4, 700, 9, 1)}}, "AC", ""},
		"three":   {Heatmap{Cells: []HeatCell{compared(1, 900, 9, 1), compared(3, 800, 9, 1), compared(4, 700, 9, 1), compared(5, 600, 9, 1)}}, "ABC", ""},
	} {
		got := NameExtremes(c.heat, fewTowns{})
		if worst, least := names(got.Worst), names(got.Least); worst != c.worst || least != c.least {
			t.Errorf("%s: worst %q, least %q", name, worst, least)
		}
	}
	unknown := compared(1, 400, 40, 1)
	unknown.Status = outage.StatusUnknown
	if got := NameExtremes(Heatmap{Cells: []HeatCell{unknown}}, fewTowns{}); !reflect.DeepEqual(got, Extremes{}) {
		t.Errorf("while it is not known how a service does: %v", got)
	}
}

// An incident that goes on is worst where the map of the page of its service says; one
// that has ended keeps its place.
func TestWorstSpanOfAnIncident(t *testing.T) {
	noon := time.Date(2026, 11, 18, 12, 7, 0, 0, time.UTC)
	in := Incident{Country: countrytest.IN, Since: outage.MinuteOf(noon) - 200, State: outage.StateOpen}
	if got := in.WorstIn(noon); got != LastHour(noon) || got.To-got.From != 60 || got.To <= outage.MinuteOf(noon) {
		t.Errorf("while it goes on: %v", got)
	}
	in.State, in.ClosedAt = outage.StateResolved, noon.Add(-100*time.Minute)
	if got := in.WorstIn(noon); got != in.Span(noon).Snap(outage.Quarter) {
		t.Errorf("after its end: %v", got)
	}
}
