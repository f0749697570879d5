package detect

// alternatives is how many strengths of outage each node watches for.
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
	// Alternatives are the multiples of the normal that the sums are built for. The
	// smallest decides what is still harmless: a sum for 4 drifts down for any
	// true ratio under 2.16, so a surge to twice the normal hardly feeds it.
	Alternatives [alternatives]float64
	// Needed is the evidence that opens an incident of a whole country on
	// noise of the nominal kind; Dearer is added where there are many nodes.
	Needed       float64
	LevelPenalty [levels]float64
	Cap          float64 // evidence beyond this is not kept
	// MinReporters is the number of reporters without which no node opens.
	MinReporters [levels]uint32
	// MinReportersExtra is at most added for each half hour that a run lasts, unless so
	// many came within one: after half an hour the same few may count again.
	MinReportersExtra uint32
	// Ratio of observed to expected that a run must have, by age of the series.
	Ratio, RatioYoung, RatioNew float64
	NewMinutes, YoungMinutes    int
	// NeededNew is how many times the evidence a new series needs: its hours and
	// places are not its own yet.
	NeededNew float64
	// A series is cold until it is this old and has had this many reporters.
	ColdMinutes   int
	ColdReporters uint64

	CalibrationMinutes  int     // length of the blocks whose largest evidence is kept
	CalibrationOver     float64 // evidence from which on a quiet block tells of the tail
	CalibrationCap      float64
	CalibrationHalfLife float64 // days
	CalibrationWeight   float64
	TailIndexLow        float64 // the threshold grows to at most Needed / QuietLow
	CalibrationRate     [levels]float64
	// Priors of where something is, each shared by all places of its kind.
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
