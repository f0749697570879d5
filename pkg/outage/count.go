package outage

import "time"

// Count is a sum of reports. Which of its keys are set depends on what was
// asked for (see Query); an empty key means "all together", except that the
// zero Cell and empty Region also stand for reports without a place.
type Count struct {
	Service string
	Country Country
	Region  Region
	Cell    Cell
	Start   Minute // first minute of the step
	Kind    Kind
	Symptom string
	// N is the number of counted reports, less those taken back.
	N int64
	// Keyed is the part of N that importers brought, who vouch for it.
	Keyed int64
	// Submissions also counts repeats within the half hour.
	Submissions int64
	// Judged is what the detector sees of N: less where one network prefix sent
	// more than its cap. It stands on kind Problem only, and only in answers
	// about the hot window.
	Judged float64
	// Prefixes is the number of network prefixes that reported for the first
	// time in their half hour; like Judged, for the detector only.
	Prefixes int64
	// Nodes says how many of the reports were the first or the second of a
	// network in a node of the public table. It is not known for Keyed reports:
	// each of those counts as one of a network of its own.
	Nodes NodeCounts
}

// Query asks a store of counts for sums over a span. The zero values of
// Service and Country mean all of them, told apart in the answer.
type Query struct {
	Service string
	Country Country
	Span    Span
	// Step is the length in minutes of the buckets of the answer, aligned to
	// the epoch; 0 gives one sum for the whole span, told under Span.From.
	Step int
	// ByPlace tells regions and cells apart, BySymptom symptoms.
	ByPlace, BySymptom bool
}

// Point is one step of a series.
type Point struct {
	Start    Minute
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
	Span     Span
	Total    int64
	Withheld int64 // reports in counts too small to show
	Items    []SymptomCount
}

// Series is a run of points of equal step, oldest first.
type Series struct {
	AsOf   time.Time // end of the newest whole minute that it was made from
	Span   Span
	Step   int // minutes
	Points []Point
}

// HeatCell is what a map draws for one cell.
type HeatCell struct {
	Cell     Cell
	Region   Region // where most of its reports are
	Reports  int64
	Judged   float64  // what the caps per network leave of Reports
	Expected *float64 // judged reporters expected in the span; nil while no baseline is known
	Ratio    *float64 // of Judged to Expected, see Ratio
	Status   Status
}

// Heatmap is the public table over a span of whole quarter hours, at one
// resolution: Total = Unplaced + Withheld + the sum over Cells.
type Heatmap struct {
	AsOf       time.Time // end of the newest whole minute that it was made from
	Span       Span
	Service    string // "" for all
	Country    Country
	Resolution int
	Total      int64
	Unplaced   int64
	Withheld   int64 // placed, but in no cell
	// NotYetPlaced is the part of Withheld that comes from where enough reports are,
	// and is shown there when the quarter hour closes; of the others too few came
	// from near each other. It moves in steps of the minimum count.
	NotYetPlaced int64
	Cells        []HeatCell
}

// RegionCount is one row of the table beside the map.
type RegionCount struct {
	Region  Region
	Reports int64
}

// Add adds reports of a kind to the point.
func (p *Point) Add(kind Kind, n int64) {
	switch kind {
	case Problem:
		p.Reports += n
	case Works:
		p.Works += n
	case Back:
		p.Back += n
	}
}

// Table is a part of the public table, summed up over a span.
type Table struct {
	Total    int64 // all reports of the span
	Unplaced int64 // those of them without a place
	// NotYetPlaced are those that places which are shown hold back until the quarter
	// hour closes.
	NotYetPlaced int64
	Rows         []TableRow
}

// TableRow is what the public table shows for a cell within a region, or for a
// region where the cell is not told.
type TableRow struct {
	Region  Region
	Cell    Cell
	Reports int64
	// Judged is what the caps per network leave of Reports.
	Judged float64
}
