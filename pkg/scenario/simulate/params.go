package simulate

import "github.com/open-downpour/downpour/pkg/outage"

// Params are the assumptions of a simulation.
type Params struct {
	Seed     uint64
	Start    outage.Minute // a Monday, 00:00 UTC
	Weeks    int           // in all
	Warmup   int           // weeks of them that only train
	Services int           // in each country

	// Rates of the rarest and the commonest service, in reports a minute.
	RateLow, RateHigh float64
	// Families are the kinds of noise; each stream draws one.
	Families []Family
	// Dispersion is the alpha of a minute's count: its variance is the mean and
	// alpha times the mean squared. Each stream draws its own between the two.
	DispersionLow, DispersionHigh float64
	// Wander is the standard deviation of the log level, which drifts with a
	// memory of WanderMinutes; each stream draws its own.
	WanderLow, WanderHigh float64
	WanderMinutes         float64
	GrowthWeekly          float64 // at most, up or down, as a log
	// Drift is the part of the streams whose level moves for good, within a
	// day, by at most DriftMost as a log.
	Drift, DriftMost float64
	// Unplaced is the part of the reports without a point.
	UnplacedLow, UnplacedHigh float64

	OutagesWeekly float64 // per series
	SurgesWeekly  float64
	SurgeMost     float64 // of the normal, at the height of a surge
	AbusesWeekly  float64
	Senders       int     // of one abuse, at most
	GapsWeekly    float64 // per country and per series
	BurstsWeekly  float64 // two to four people at one place within minutes
	// LongBursts are hours in which a stream is up to LongBurstMost times as busy, which
	// is ordinary for it.
	LongBurstsWeekly, LongBurstMost float64
	// Jumps move the level for good at once, by at most JumpMost as a log.
	JumpsWeekly, JumpMost float64
	// Groups are two to GroupMost local outages of a stream at the same time.
	GroupsWeekly float64
	GroupMost    int
	// YoungEvery makes every so many-th stream young: it has no reports before the weeks
	// that are judged. 0 is none, 1 all.
	YoungEvery int
	// Echo is the part of the local outages of which the press tells: people
	// elsewhere then report too.
	Echo float64
	// Clusters is how many points of each city take turns: all reports of a city in
	// a minute come from one of them, drawn anew each minute. 0 lets reports spread.
	Clusters int
	// Kept are the public holidays that people keep; nil for none.
	Kept func(outage.Country, outage.Minute) bool
}

// Plain are streams whose noise is what a detector expects.
func Plain(seed uint64) Params {
	return Params{
		Seed: seed, Start: 29026080, // 2025-03-10
		Weeks: 8, Warmup: 4, Services: 21,
		RateLow: .05, RateHigh: 200, Families: []Family{NegativeBinomial},
		DispersionLow: .03, DispersionHigh: .3,
		WanderLow: .05, WanderHigh: .15, WanderMinutes: 360,
		GrowthWeekly: .04, UnplacedLow: .1, UnplacedHigh: .1,
		OutagesWeekly: 1, SurgesWeekly: .5, SurgeMost: 2, AbusesWeekly: .25, Senders: 3, GapsWeekly: .1,
	}
}

// Harsh are streams of every family, whose minutes vary far more, whose level
// drifts faster and moves for good, and whose places are given less often.
func Harsh(seed uint64) Params {
	p := Plain(seed)
	p.Families = []Family{NegativeBinomial, LogNormal, Clustered}
	p.DispersionLow, p.DispersionHigh = .15, .6
	p.WanderLow, p.WanderHigh, p.WanderMinutes = .15, .32, 120
	p.GrowthWeekly, p.Drift, p.DriftMost = .08, .3, .4
	p.UnplacedHigh, p.SurgeMost, p.Senders = .4, 2.2, 4
	p.BurstsWeekly, p.Echo = 2, .5
	return p
}

// ClusteredCities are plain streams whose reports are clustered inside cities: in
// each minute all of a city come from one of three points some kilometres apart.
// A cell is then far more dispersed than its country.
func ClusteredCities(seed uint64) Params {
	p := Plain(seed)
	p.Clusters = 3
	return p
}
