package public

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Point is one step of a series.
type Point struct {
	Start    outage.Minute
	Reports  int64
	Works    int64
	Back     int64
	Expected *float64 // nil while no baseline is known
	Upper    *float64 // the upper edge of the normal band; nil like Expected
}

// SymptomCount is the number of reports that named one symptom. Symptom "" is
// those that named none.
type SymptomCount struct {
	Symptom string
	Reports int64
	Share   float64 // of all reports in the answer, 0 to 1
}

// Symptoms is a breakdown by symptom over a span of whole quarter hours.
type Symptoms struct {
	AsOf     time.Time // end of the newest whole minute that it was made from
	Span     outage.Span
	Total    int64
	Withheld int64 // reports in counts too small to show
	Items    []SymptomCount
}

// Series is a run of points of equal step, oldest first.
type Series struct {
	AsOf   time.Time // end of the newest whole minute that it was made from
	Span   outage.Span
	Step   int // minutes
	Points []Point
}

// HeatCell is what a map draws for one cell.
type HeatCell struct {
	Cell     outage.Cell
	Region   outage.Region // where most of its reports are
	Reports  int64
	Judged   float64  // what the caps per network leave of Reports
	Expected *float64 // judged reporters expected in the span; nil while no baseline is known
	Ratio    *float64 // of Judged to Expected, see Ratio
	// Predicted is the cell's ordinary share of what was judged in all cells of the map
	// with a baseline, in judged reporters; nil where Expected is.
	Predicted *float64
	Status    outage.Status
}

// Heatmap is the public table over a span of whole quarter hours, at one
// resolution: Total = Unplaced + Withheld + the sum over Cells.
type Heatmap struct {
	AsOf       time.Time // end of the newest whole minute that it was made from
	Span       outage.Span
	Service    string // "" for all
	Country    outage.Country
	Resolution int
	Total      int64
	Unplaced   int64
	Withheld   int64 // placed, but in no cell
	// NotYetPlaced is the part of Withheld that comes from where enough reports are,
	// and is shown there when the quarter hour closes; of the others too few came
	// from near each other. It moves in steps of the minimum count.
	NotYetPlaced int64
	// Widespread says that at least half of what is expected in the country is expected
	// in cells with twice of that or more.
	Widespread bool
	Cells      []HeatCell
}

// Add adds reports of a kind to the point.
func (p *Point) Add(kind outage.Kind, n int64) {
	switch kind {
	case outage.Problem:
		p.Reports += n
	case outage.Works:
		p.Works += n
	case outage.Back:
		p.Back += n
	}
}

// Hours is the number of hours in a Day.
const Hours = 24

// Day is the reports of each hour of the last day, oldest first. The hours end
// with the five minutes that run, rather than with the clock.
type Day [Hours]int64

// DayStep is the step, in minutes, in which a Day moves on.
const DayStep = 5

// DayOf is the stretch of the Day at a minute.
func DayOf(now outage.Minute) outage.Span {
	end := (now + 1).Ceil(DayStep)
	return outage.Span{From: end - Hours*60, To: end}
}

// Total is the reports of the whole day.
func (d Day) Total() (total int64) {
	for _, n := range d {
		total += n
	}
	return total
}
