package detect

// alternatives is the number of outage strengths that each node is tested for.
const alternatives = 4

// Level is the depth of a node in the tree.
type Level uint8

// The levels, widest first.
const (
	Country Level = iota
	Region
	Cell
	levels = 3
)

// Params are the numbers by which the detector decides. Evidence is in nats.
type Params struct {
	// Alternatives are the multiples of the normal that are tested for. The smallest
	// decides what is still harmless: a CUSUM for 4 falls on average at any true
	// ratio below 2.16, so a surge to twice the normal hardly raises it.
	Alternatives [alternatives]float64
	// Needed is the evidence that opens an incident of a whole country on noise of
	// the nominal kind; LevelPenalty is added at levels with many nodes.
	Needed       float64
	LevelPenalty [levels]float64
	Cap          float64 // evidence is held at most at this
	// MinReporters is the least number of reporters of an excursion that opens.
	MinReporters [levels]uint32
	// MinReportersExtra is the most that is added for each half hour of an excursion
	// without MinReporters in any one half hour: after half an hour the same few
	// people may count again.
	MinReportersExtra uint32
	// Ratio is the least ratio of observed to expected, by age of the series.
	Ratio, RatioYoung, RatioNew float64
	NewMinutes, YoungMinutes    int
	// NeededNew multiplies the evidence that a new series needs: its profile and
	// shares are still those of the country's other services.
	NeededNew float64
	// A series is not judged before it has this age and this many reporters.
	ColdMinutes   int
	ColdReporters uint64

	CalibrationMinutes  int     // length of the blocks whose largest evidence is recorded
	CalibrationOver     float64 // evidence above which a block counts towards the tail
	CalibrationCap      float64 // the most excess that one block adds
	CalibrationHalfLife float64 // days
	CalibrationWeight   float64 // blocks of nominal noise that the prior is worth
	TailIndexLow        float64 // the threshold grows to at most Needed / TailIndexLow
	// CalibrationRate is the mean of the country, in reporters a minute, from which
	// on the tail index of a level is used.
	CalibrationRate [levels]float64
	// Priors of where an anomaly is, each divided among all places of its kind.
	PriorCountry, PriorRegions, PriorCells, PriorSets float64
	SetsMustBeatBy                                    float64
}

// DefaultParams are the numbers that Downpour runs with.
func DefaultParams() Params {
	return Params{
		Alternatives: [alternatives]float64{4, 12, 40, 200},
		Needed:       14.5, LevelPenalty: [levels]float64{0, 2, 2}, Cap: 60,
		MinReporters: [levels]uint32{5, 6, 6}, MinReportersExtra: 3,
		Ratio: 2.5, RatioYoung: 5, RatioNew: 8,
		NewMinutes: 2 * 1440, NeededNew: 1.6, YoungMinutes: 7 * 1440,
		ColdMinutes: 360, ColdReporters: 15,
		CalibrationMinutes: 120, CalibrationOver: 6, CalibrationCap: 12, CalibrationHalfLife: 14,
		CalibrationWeight: 6, TailIndexLow: .55, CalibrationRate: [levels]float64{1, 5, 20},
		PriorCountry: .5, PriorRegions: .3, PriorCells: .2, PriorSets: .05,
		SetsMustBeatBy: 3,
	}
}
