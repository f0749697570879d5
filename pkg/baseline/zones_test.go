package baseline

import (
	"bytes"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// twoZones registers a country whose eastern region puts its clocks forward in spring,
// as most of the country, in the west, does not.
func twoZones(t *testing.T) (country outage.Country, regions []outage.Region) {
	t.Helper()
	east, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(countrytest.Packs.Register)
	outage.Cover(outage.CountryFacts{Code: "XT", Zone: time.UTC, RegionZones: map[outage.Region]*time.Location{"XT-E": east}})
	return "XT", []outage.Region{"XT-W", "XT-E"}
}

// At nine in the morning by the clock of their region four times as many people report.
func morning(region outage.Region, minute outage.Minute) int {
	if LocalTimeIn(region, minute).Hour() == 9 {
		return 8
	}
	return 2
}

func TestPlacesFollowTheClockOfTheirRegion(t *testing.T) {
	country, regions := twoZones(t)
	pool := NewPool(DefaultParams(), land)
	start := outage.MinuteOf(time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC))
	s := NewSeries(DefaultParams(), pool, start)
	handles := map[outage.Region]int32{}
	local := func(minute outage.Minute) LocalTime {
		now := LocalTimeOf(country, minute)
		zones := &Zones{Country: now, RegionOf: func(outage.Cell) int { return -1 }}
		for _, region := range regions {
			zones.Regions = append(zones.Regions, LocalTimeIn(region, minute))
		}
		pool.SetZones(zones)
		return now
	}
	// The clocks in the east go forward on 30 March.
	for m := start; m < start+5*7*minutesADay; m++ {
		now := local(m)
		if m%60 == 0 {
			pool.Publish(now, []*Series{s})
			s.RefreshShares(pool)
		}
		if m%BlockMinutes == 0 {
			for _, d := range s.BeginBlock(now, pool, false, func(int32) bool { return false }).PoolCounts {
				pool.Add(d)
			}
		}
		total := 0
		for i, region := range regions {
			n := morning(region, m)
			if region == "XT-W" {
				n *= 5 // most people live there
			}
			key := Metro(outage.Cell(0x085194ad30000000|uint64(i)<<30|0x3fffffff), i)
			if _, ok := handles[region]; !ok {
				handles[region] = s.Add(key, pool, now)
			}
			s.ObserveAt(handles[region], uint32(n), now)
			total += n
		}
		s.Observe(m, uint32(total))
	}
	for _, c := range []struct {
		name         string
		region       outage.Region
		day          time.Time
		hour, others int // in UTC: the hour of the morning, and one that was or would be it by another clock
	}{
		{"west", "XT-W", time.Date(2025, 4, 8, 0, 0, 0, 0, time.UTC), 9, 6},
		{"east, after the change", "XT-E", time.Date(2025, 4, 8, 0, 0, 0, 0, time.UTC), 6, 9},
		{"east, as before the change", "XT-E", time.Date(2025, 4, 8, 0, 0, 0, 0, time.UTC), 6, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			expected := func(hour int) float64 {
				minute := outage.MinuteOf(c.day) + outage.Minute(hour*minutesAHour+30)
				s.BeginBlock(local(minute), pool, true, func(int32) bool { return true })
				mean, _ := s.Rates(handles[c.region])
				return mean
			}
			if at, other := expected(c.hour), expected(c.others); at < 2.5*other {
				t.Errorf("expected %.2f a minute at %d:30 UTC and %.2f at %d:30", at, c.hour, other, c.others)
			}
		})
	}
}

// A restored series expects what it expected when it was saved.
func TestLocalHoursSurviveARestore(t *testing.T) {
	country, regions := twoZones(t)
	pool := NewPool(DefaultParams(), land)
	s := NewSeries(DefaultParams(), pool, monday)
	for m := monday; m < monday+3*minutesADay; m++ {
		if m%BlockMinutes == 0 {
			zones := &Zones{Country: LocalTimeOf(country, m), RegionOf: func(outage.Cell) int { return 1 }}
			for _, region := range regions {
				zones.Regions = append(zones.Regions, LocalTimeIn(region, m))
			}
			pool.SetZones(zones)
			s.BeginBlock(zones.Country, pool, false, func(int32) bool { return false })
		}
		s.Observe(m, uint32(morning("XT-E", m)))
	}
	restored, rest, err := ReadSeries(DefaultParams(), pool, s.AppendState(nil))
	if err != nil || len(rest) > 0 {
		t.Fatal(len(rest), err)
	}
	for handle := range int32(s.Places()) {
		if restored.Share(handle) != s.Share(handle) {
			t.Errorf("place %d: %v after a restore, %v before", handle, restored.Share(handle), s.Share(handle))
		}
	}
	if !bytes.Equal(restored.AppendState(nil), s.AppendState(nil)) {
		t.Error("the state differs after a restore")
	}
}
