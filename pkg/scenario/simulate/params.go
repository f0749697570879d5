package simulate

import "downpour/pkg/outage"

// Params are the assumptions of a simulation.
type Params struct {
	Seed     uint64
	Start    outage.Minute // a Monday, 00:00 UTC
	Weeks    int           // in all
	Warmup   int           // weeks of them that only train
	Services int           // in each country

	// Rates of the rarest and the commonest service, in reports a minute.
	RateLow, RateHigh float64
	// Dispersion is the alpha of a minute's negative binomial count; each
	// service draws its own between the two.
	DispersionLow, DispersionHigh float64
	// Wander is the standard deviation of the log level, which drifts with a
	// memory of WanderMinutes.
	Wander        float64
	WanderMinutes float64
	GrowthWeekly  float64 // at most, up or down, as a log
	Unplaced      float64 // part of the reports without a point

	OutagesWeekly float64 // per series
	SurgesWeekly  float64
	AbusesWeekly  float64
	GapsWeekly    float64 // per country and per series
}

// Plain are streams whose noise is what a detector expects.
func Plain(seed uint64) Params {
	return Params{
		Seed: seed, Start: 28925280, // 2024-12-30
		Weeks: 8, Warmup: 4, Services: 21,
		RateLow: .05, RateHigh: 200,
		DispersionLow: .03, DispersionHigh: .3,
		Wander: .1, WanderMinutes: 360,
		GrowthWeekly: .04, Unplaced: .1,
		OutagesWeekly: .75, SurgesWeekly: .5, AbusesWeekly: .25, GapsWeekly: .1,
	}
}

// Harsh are streams whose minutes stray far more and whose level wanders
// faster than a detector would like.
func Harsh(seed uint64) Params {
	p := Plain(seed)
	p.DispersionLow, p.DispersionHigh = .15, .6
	p.Wander, p.WanderMinutes = .25, 120
	return p
}
