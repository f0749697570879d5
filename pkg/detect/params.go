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
	// the nominal kind; LevelPenalty is added at levels with many nodes, to what an
	// excursion needs as a whole RunPenalty.
	Needed       float64
	LevelPenalty [levels]float64
	RunPenalty   [levels]float64
	// Each excursion begins with a report, so that a small series has fewer chances
	// to look unusual by luck: a place needs less evidence by the log of how far the
	// country's mean is below RareBelow reporters a minute, RareMost nats at most.
	RareBelow, RareMost float64
	Cap                 float64 // evidence is held at most at this
	// MinReporters is the least number of reporters of an excursion that opens.
	MinReporters [levels]uint32
	// MinReportersExtra is the most that is added for each half hour of an excursion
	// without MinReporters in any one half hour: after half an hour the same few
	// people may count again.
	MinReportersExtra uint32
	// Ratio is the least ratio of observed to expected. Of a series below NewMinutes and
	// YoungMinutes of age it is multiplied by the exponential of RatioDoubt times the
	// uncertainty of its normal, and RatioNew and RatioYoung at most.
	Ratio, RatioYoung, RatioNew float64
	RatioDoubt                  float64
	NewMinutes, YoungMinutes    int
	// NeededNew multiplies the evidence that a new series needs: its profile and
	// shares are still those of the country's other services.
	NeededNew float64
	// A series is not judged before it has this age and this many reporters.
	ColdMinutes   int
	ColdReporters uint64

	// RunNeeded is the evidence that an excursion as a whole needs, by the
	// dispersion of sums over as many minutes as it lasts. RunSlope is what each
	// factor e of its length takes off, up to RunLongest minutes.
	RunNeeded, RunSlope float64
	RunLongest          int
	// LiftMost: what is expected of a place is raised by as much as the rest of the
	// country is above its own normal, by LiftMost times at most.
	LiftMost float64
	// An alarm of the country must exceed RecurrencePart of the second largest run
	// evidence that is remembered. Where no more than RecurrenceWeekly excursions a
	// week had what opens, these were outages, and RecurrenceCap nats suffice.
	RecurrencePart, RecurrenceWeekly, RecurrenceCap float64
	// While a series is cold it opens only for ColdBurst reporters within half an
	// hour that are ColdRatio times as many as the upper end of its prior, which is
	// taken to lie between ColdLeast and ColdMean a minute.
	ColdBurst                      uint32
	ColdRatio, ColdMean, ColdLeast float64
	// ScatterRatio: a country or region is not the footprint where its cells, each
	// for itself, explain that many times as much as it does.
	ScatterRatio float64
	SetReach     float64 // kilometres from the strongest cell of a set to the others
	// Priors of where an anomaly is, each divided among all places of its kind.
	PriorCountry, PriorRegions, PriorCells, PriorSets float64
	SetsMustBeatBy                                    float64
}

// DefaultParams are the numbers that Downpour runs with.
func DefaultParams() Params {
	return Params{
		Alternatives: [alternatives]float64{4, 12, 40, 200},
		Needed:       14.5, LevelPenalty: [levels]float64{0, 1, 1}, RunPenalty: [levels]float64{0, 2, 2}, Cap: 60,
		RareBelow: 1.5, RareMost: 2.5,
		MinReporters: [levels]uint32{5, 7, 7}, MinReportersExtra: 3,
		Ratio: 2.5, RatioYoung: 5, RatioNew: 8, RatioDoubt: 1,
		NewMinutes: 2 * 1440, NeededNew: 1.6, YoungMinutes: 7 * 1440,
		ColdMinutes: 360, ColdReporters: 15,
		RunNeeded: 13.5, RunSlope: 1.6, RunLongest: 60, LiftMost: 2.2,
		RecurrencePart: .8, RecurrenceWeekly: 1.5, RecurrenceCap: 18,
		ColdBurst: 25, ColdRatio: 8, ColdMean: .9, ColdLeast: .1, ScatterRatio: 1.3, SetReach: 40,
		PriorCountry: .5, PriorRegions: .3, PriorCells: .2, PriorSets: .05,
		SetsMustBeatBy: 3,
	}
}
