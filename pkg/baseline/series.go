package baseline

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// BlockMinutes is the length of the blocks, aligned to the epoch, in which a
// series learns. What it expects changes only where a block begins.
const BlockMinutes = 5

// Series is what is normal for one service in one country. It is not safe for
// concurrent use.
type Series struct {
	params Params
	prior  Prior
	stats  statistics
	places places
	queue  []waitingBlock // oldest first; learnt from the front
	open   waitingBlock   // the block being counted
	level  level          // valid for the open block

	noise   noise
	windows []window // by handle
	// local is, by region, the seasonality of the open block in the region's zone relative
	// to that in the country's; empty where all regions share one zone.
	local    []float64
	regionOf func(outage.Cell) int
	// empty is the contribution of places without reporters to the noise of a minute, in
	// the block emptyFor and for emptyPlaces places.
	empty       [depths]emptySum
	emptyFor    outage.Minute
	emptyPlaces int

	spare      [][]cellCount // reused memory of committed blocks
	poolCounts []PoolCount
}

// statistics is the learnt level and seasonality of a series. It has a fixed size and is
// saved as it is.
type statistics struct {
	First outage.Minute // the first minute seen

	Count, Minutes float64 // long-run level: reporters and minutes

	SlotCount, SlotMinutes [slots]float32
	HourCount, HourMinutes [hours]float32
	// WeekdayMinutes weigh each minute by its hour's share of a day, so that a weekday
	// of which only the night was seen does not look low.
	WeekdayCount, WeekdayMinutes [weekdays]float32
	// SlotDropped is the local week in which a slot was last dropped, 0 for never.
	SlotDropped [slots]uint16
	LastSlot    int16 // the slot learnt last; its counts have decayed for this week

	FastCount, FastExpected float64
	FrozenBlocks            int32

	ResidualSum, ResidualWeight float64

	VolatilitySum, VolatilityWeight float64

	Day int32 // the local day whose daily pass is done
}

// level is the expected counts of the open block.
type level struct {
	Seasonal   float64 // reporters a minute by long-run level and seasonality
	Mean       float64 // the same times the fast level
	Inflation  float64 // factor of the upper mean, for an uncertain level
	Dispersion float64
	Volatility float64 // standard deviation of the level, relative
	Total      float64 // reporters behind the shares of places
}

// NewSeries is a series without data and with the prior of a service of which nothing is
// known. first is the first minute that will be observed.
func NewSeries(params Params, pool *Pool, first outage.Minute) *Series {
	s := &Series{params: params, prior: params.NewPrior(Peers{}), places: newPlaces(pool.Regions())}
	s.stats.First = first
	s.stats.LastSlot = -1
	s.noise.estimate(&params)
	s.places.refresh(pool)
	return s
}

// First is the first minute of the series.
func (s *Series) First() outage.Minute { return s.stats.First }

// Learnt is the decayed number of reporters that the level was learnt from.
func (s *Series) Learnt() float64 { return s.stats.Count }

// Mean is the expected number of reporters a minute in the whole country.
func (s *Series) Mean() float64 { return s.level.Mean }

// Dispersion is the alpha of a minute's negative binomial count.
func (s *Series) Dispersion() float64 { return s.level.Dispersion }

// Expect is the expected counts of a place in the open block.
func (s *Series) Expect(handle int32) outage.Baseline {
	mean, upper := s.expect(handle)
	return outage.Baseline{Mean: mean, Upper: upper, Dispersion: s.level.Dispersion}
}

// Rates is Expect without its dispersion: the mean and the upper mean.
func (s *Series) Rates(handle int32) (mean, upper float64) { return s.expect(handle) }

// Share is the part of the country's reporters that is expected in a place in the open
// block.
func (s *Series) Share(handle int32) float64 {
	share, _ := s.share(handle)
	return share
}

// share is Share and the reporters, with the prior's weight, that it was learnt from.
func (s *Series) share(handle int32) (share, known float64) {
	if handle == Whole {
		return 1, s.level.Total
	}
	place := &s.places.list[handle]
	known = float64(place.Count) + s.params.ShareWeight*float64(place.prior)
	return known / (s.level.Total + s.params.ShareWeight) * s.hourOf(handle), known
}

func (s *Series) expect(handle int32) (mean, upper float64) {
	if handle == Whole {
		return s.level.Mean, s.level.Mean * s.level.Inflation
	}
	share, known := s.share(handle)
	mean = max(s.level.Mean*share, s.params.RateFloor)
	uncertainty := 1.
	if s.places.list[handle].Key == 0 {
		uncertainty = .5
	}
	return mean, mean * s.level.Inflation * (1 + uncertainty/math.Sqrt(known+1e-9))
}

// profile is a slot of the local week relative to the long-run level.
func (s *Series) profile(slot int, base float64, pool *Pool) float64 {
	p, m := &s.params, &s.stats
	hour, weekday := slot%hours, slot/hours
	byHour := s.byHour(hour, base, pool)
	byWeekday := (float64(m.WeekdayCount[weekday]) + p.WeekdayWeight) /
		(float64(m.WeekdayMinutes[weekday])*base + p.WeekdayWeight)
	profile := (float64(m.SlotCount[slot]) + p.SlotWeight*byHour*byWeekday) /
		(float64(m.SlotMinutes[slot])*base + p.SlotWeight)
	return max(profile, p.ProfileFloor)
}

// byHour is an hour of the day relative to the long-run level.
func (s *Series) byHour(hour int, base float64, pool *Pool) float64 {
	return (float64(s.stats.HourCount[hour]) + s.params.HourWeight*pool.Curve[hour]) /
		(float64(s.stats.HourMinutes[hour])*base + s.params.HourWeight)
}

// base is the long-run level in reporters a minute.
func (s *Series) base() float64 {
	reporters, minutes := s.prior.counts()
	return (s.stats.Count + reporters) / (s.stats.Minutes + minutes)
}

// updateLevel sets the expected counts of the block that begins at now.
func (s *Series) updateLevel(now LocalTime, pool *Pool) {
	p, m := &s.params, &s.stats
	base := s.base()
	fast := (m.FastCount + p.FastWeight) / (m.FastExpected + p.FastWeight)
	high := p.FastHigh
	if s.isNew(now.Minute) {
		high = p.FastHighNew
	}
	fast = min(max(fast, p.FastLow), high)
	// Sums of few reporters may be negative: clamped at zero, they would be biased
	// upwards.
	dispersion := (m.ResidualSum + p.DispersionSum) / (m.ResidualWeight + p.DispersionWeight)
	volatility := (m.VolatilitySum + p.VolatilityPrior*p.VolatilityPrior*p.VolatilityWeight) / (m.VolatilityWeight + p.VolatilityWeight)
	volatility = min(math.Sqrt(max(0, volatility)), p.VolatilityHigh)
	plain := base * s.seasonality(now, base, pool)
	s.updateLocal(pool)
	s.level = level{
		Seasonal:   plain,
		Mean:       plain * fast,
		Inflation:  (1 + min(2, 2/math.Sqrt(m.Count+1))) * math.Exp(p.VolatilityInflation*max(0, volatility-p.VolatilityFree)),
		Volatility: volatility,
		Dispersion: min(max(dispersion, p.DispersionLow), p.DispersionHigh),
		Total:      float64(s.places.total),
	}
}

// seasonality is the open block relative to the long-run level. On a public holiday it
// is the larger one of the weekday and a Sunday: a holiday that few people observe, or a
// wrong date in the table, must not look like an outage. Where fewer people report, the
// fast level follows.
func (s *Series) seasonality(now LocalTime, base float64, pool *Pool) float64 {
	season := s.interpolate(now, base, pool)
	if now.Holiday {
		now.Slot = sunday(now.Slot)
		season = max(season, s.interpolate(now, base, pool))
	}
	return season
}

// interpolate interpolates the profile, linearly in its logarithm, between the
// centres of the two slots around the middle of the block.
func (s *Series) interpolate(now LocalTime, base float64, pool *Pool) float64 {
	middle := float64(now.Past) + BlockMinutes/2.
	other, weight := now.Slot+1, middle/minutesAHour-.5
	if weight < 0 {
		other, weight = now.Slot-1, -weight
	}
	here := s.profile(now.Slot, base, pool)
	there := s.profile((other+slots)%slots, base, pool)
	return here * math.Pow(there/here, weight)
}
