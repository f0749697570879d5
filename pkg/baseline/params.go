package baseline

// Params are the parameters of a baseline. Counts are reporters; the weight of a prior
// is in reporters as well unless it says otherwise.
type Params struct {
	LevelHalfLife float64 // days, of the long-run level, the hours, the weekdays and the shares

	// Level of a series of which nothing is known: median in reporters a minute, standard
	// deviation of its logarithm, and how many known services that weighs as much as.
	PriorLevel, PriorSpread, PriorWeight float64
	SpreadLow, SpreadHigh                float64 // bounds of the spread of any prior
	SizeSpread                           float64 // of the level of a service relative to that in another country
	HourSpread, WeekdaySpread            float64 // of an hour and a weekday of which nothing is known, as logarithms

	HourWeight, WeekdayWeight, SlotWeight float64
	SlotKeep                              float64 // part of a slot's counts retained from one week to the next
	ProfileFloor                          float64

	FastHalfLife       float64 // minutes
	FastWeight         float64
	FastLow, FastHigh  float64
	FastHighNew        float64 // of a series younger than NewMinutes
	NewMinutes         int
	FastFrozenAtMost   int // blocks
	DispersionHalfLife float64
	DispersionSum      float64 // prior: DispersionSum / DispersionWeight
	DispersionWeight   float64
	DispersionLow      float64
	DispersionHigh     float64
	DispersionAfter    int // minutes of age before residuals are learnt

	// Dispersion by length of the window, see noise: prior, its weight, and bounds.
	NoisePrior, NoiseWeight         [scales]float64
	NoiseHigh, NoiseHighMinute      float64
	NoiseFactorLow, NoiseFactorHigh float64

	// Volatility is the relative standard deviation of the level between blocks: noise
	// that minutes share and that no sum averages out.
	VolatilityPrior     float64
	VolatilityWeight    float64 // blocks
	VolatilityHigh      float64
	VolatilityFree      float64 // volatility that the thresholds already allow for
	VolatilityInflation float64 // volatility v above it multiplies the upper mean by exp(this * (v - VolatilityFree))

	ShareWeight float64 // weight of the pooled share of a place
	RateFloor   float64 // reporters a minute in a part of a country

	QueueMinutes int // how long a block waits before it is learnt
	YoungMinutes int // a series younger than this learns without clipping
	IdleDays     int // a cell without a report for so many days is forgotten
	PoolWeight   float64
}

// DefaultParams are the parameters that Downpour runs with.
func DefaultParams() Params {
	return Params{
		LevelHalfLife: 28,
		PriorLevel:    .3, PriorSpread: 1.1, PriorWeight: 2, SpreadLow: .3, SpreadHigh: 2.5, SizeSpread: 1,
		HourSpread: 1.2, WeekdaySpread: .25,
		HourWeight: 20, WeekdayWeight: 40, SlotWeight: 20, SlotKeep: .8, ProfileFloor: .02,
		FastHalfLife: 60, FastWeight: 30, FastLow: .8, FastHigh: 2, FastFrozenAtMost: 72,
		FastHighNew: 8, NewMinutes: 2 * 24 * 60,
		DispersionHalfLife: 14, DispersionSum: 48, DispersionWeight: 400,
		DispersionLow: .02, DispersionHigh: 1, DispersionAfter: 24 * 60,
		NoisePrior: [scales]float64{.12, .06, .04, .03, .03}, NoiseWeight: [scales]float64{40, 20, 10, 6, 4},
		NoiseHigh: 1, NoiseHighMinute: 2, NoiseFactorLow: .7, NoiseFactorHigh: 6,
		VolatilityPrior: .1, VolatilityWeight: 200, VolatilityHigh: .6,
		VolatilityFree: .15, VolatilityInflation: .6,
		ShareWeight: 150, RateFloor: 2e-4,
		QueueMinutes: 30, YoungMinutes: 7 * 24 * 60, IdleDays: 28, PoolWeight: 30,
	}
}
