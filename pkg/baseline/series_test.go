package baseline

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	monday = outage.MinuteOf(time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC))
	land   = Land{Regions: []int{49, 49}, Metro: 98, Sparse: 14}
)

// feeder passes minutes to a series and its pool.
type feeder struct {
	series *Series
	pool   *Pool
	now    outage.Minute
	random *rand.Rand
}

func newFeeder() *feeder {
	pool := NewPool(DefaultParams(), land)
	s := &feeder{series: NewSeries(DefaultParams(), pool, monday), pool: pool, now: monday, random: rand.New(rand.NewPCG(1, 2))}
	return s
}

// feed passes minutes with the reporters that a function returns, all in one metro cell.
func (s *feeder) feed(minutes int, reporters func(outage.Minute) int) {
	for end := s.now + outage.Minute(minutes); s.now < end; s.now++ {
		now := LocalTimeOf(countrytest.GB, s.now)
		if s.now%60 == 0 {
			s.pool.Publish(now, []*Series{s.series})
			s.series.RefreshShares(s.pool)
		}
		if s.now%BlockMinutes == 0 {
			for _, d := range s.series.BeginBlock(now, s.pool, false, func(int32) bool { return false }).PoolCounts {
				s.pool.Add(d)
			}
		}
		n := uint32(reporters(s.now))
		s.series.Observe(s.now, n)
		if n > 0 {
			s.series.ObserveAt(s.place(1, 0), n, now)
		}
	}
}

// place is the handle of a metro cell in a region.
func (s *feeder) place(number, region int) int32 {
	cell := outage.Cell(0x085194ad30000000 | uint64(number)<<30 | 0x3fffffff)
	key := Metro(cell, region)
	if handle, ok := s.series.Find(key); ok {
		return handle
	}
	return s.series.Add(key, s.pool, LocalTimeOf(countrytest.GB, s.now))
}

func (s *feeder) poisson(mean float64) int {
	limit, product, k := math.Exp(-mean), s.random.Float64(), 0
	for product > limit {
		product *= s.random.Float64()
		k++
	}
	return k
}

// office is the mean of a service that is used in office hours, by London time.
func office(m outage.Minute) float64 {
	at := LocalTimeOf(countrytest.GB, m)
	if at.Weekday() >= 5 || at.Hour() < 8 || at.Hour() >= 18 {
		return .2
	}
	return 6
}

func TestLocalTimeOf(t *testing.T) {
	for _, c := range []struct {
		name    string
		country outage.Country
		at      string
		slot    int
		past    int
	}{
		{"Monday at midnight", countrytest.GB, "2025-01-06T00:00:00Z", 0, 0},
		{"Sunday's last minute", countrytest.GB, "2025-01-05T23:59:00Z", 167, 59},
		{"India is half an hour off", countrytest.IN, "2025-01-06T00:00:00Z", 5, 30},
		{"before 1970", countrytest.GB, "1960-02-01T12:34:00Z", 12, 34},
		{"the hour before the clocks go forward", countrytest.GB, "2025-03-30T00:59:00Z", 6*24 + 0, 59},
		{"the hour after is the one after next", countrytest.GB, "2025-03-30T01:00:00Z", 6*24 + 2, 0},
		{"the repeated hour", countrytest.GB, "2025-10-26T00:30:00Z", 6*24 + 1, 30},
		{"and again", countrytest.GB, "2025-10-26T01:30:00Z", 6*24 + 1, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			got := LocalTimeOf(c.country, outage.MinuteOf(at))
			if got.Slot != c.slot || got.Past != c.past {
				t.Errorf("slot %d and %d minutes, want %d and %d", got.Slot, got.Past, c.slot, c.past)
			}
		})
	}
}

func TestLearnsTheWeek(t *testing.T) {
	s := newFeeder()
	s.feed(6*7*minutesADay, func(m outage.Minute) int { return s.poisson(office(m)) })
	for _, c := range []struct {
		name   string
		minute outage.Minute
		want   float64
	}{
		{"Wednesday noon", 2*minutesADay + 12*60, 6},
		{"Wednesday night", 2*minutesADay + 3*60, .2},
		{"Saturday noon", 5*minutesADay + 12*60, .2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.series.updateLevel(LocalTimeOf(countrytest.GB, monday+6*7*minutesADay+c.minute), s.pool)
			if got := s.series.Mean(); got < c.want*.75 || got > c.want*1.35 {
				t.Errorf("%.2f a minute, want about %.2f", got, c.want)
			}
		})
	}
	if got := s.series.Dispersion(); got > .1 {
		t.Errorf("dispersion %.2f of Poisson counts, want little", got)
	}
}

func TestANightDoesNotLowerItsWeekday(t *testing.T) {
	s := newFeeder()
	day := func(m outage.Minute) int {
		return s.poisson(3 - 2.5*math.Cos(2*math.Pi*float64(m%minutesADay)/minutesADay))
	}
	s.feed(3*minutesADay+6*60, day)
	if got := s.series.byHour(3, s.series.base(), s.pool); got > .6 {
		t.Fatalf("the night is %.2f of the day, want less", got)
	}
	m := &s.series.stats
	thursday := (float64(m.WeekdayCount[3]) + 40) / (float64(m.WeekdayMinutes[3])*s.series.base() + 40)
	if thursday < .8 || thursday > 1.25 {
		t.Errorf("after its first six hours Thursday is %.2f of a weekday", thursday)
	}
}

func TestAnOutageIsNotLearnt(t *testing.T) {
	clean, dropped := newFeeder(), newFeeder()
	usual := func(s *feeder) func(outage.Minute) int {
		return func(outage.Minute) int { return s.poisson(2) }
	}
	clean.feed(10*minutesADay, usual(clean))
	dropped.feed(10*minutesADay, usual(dropped))
	count := dropped.series.stats.Count
	dropped.feed(60, func(outage.Minute) int { dropped.series.Drop(); return 200 })
	dropped.feed(5, func(outage.Minute) int { dropped.series.Drop(); return 2 })
	dropped.feed(60, usual(dropped))
	if got := dropped.series.stats.Count; got > count*1.02 {
		t.Errorf("the level rose from %.0f to %.0f reporters", count, got)
	}
	if got := dropped.series.Mean(); got > 4 {
		t.Errorf("%.2f a minute are expected after the outage, want about 2", got)
	}
}

func TestASlotDroppedInConsecutiveWeeksIsLearnt(t *testing.T) {
	s := newFeeder()
	match := func(m outage.Minute) bool { return LocalTimeOf(countrytest.GB, m).Slot == 2*24+20 }
	s.feed(5*7*minutesADay, func(m outage.Minute) int {
		if match(m) {
			s.series.Drop()
			return s.poisson(30)
		}
		return s.poisson(2)
	})
	count := s.series.stats.SlotCount[2*24+20]
	if s.series.stats.SlotMinutes[2*24+20] == 0 || count/s.series.stats.SlotMinutes[2*24+20] < 3 {
		t.Errorf("a slot that was dropped in five consecutive weeks has %.0f reporters in %.0f minutes", count, s.series.stats.SlotMinutes[2*24+20])
	}
}

func TestALevelMayFallOnlyALittle(t *testing.T) {
	s := newFeeder()
	s.feed(20*minutesADay, func(outage.Minute) int { return s.poisson(3) })
	before := s.series.Mean()
	s.feed(12*60, func(outage.Minute) int { return 0 })
	if got := s.series.Mean(); got < before*.55 {
		t.Errorf("%.2f a minute expected after a silent half day, before it %.2f", got, before)
	}
}

func TestSharesFollowReporters(t *testing.T) {
	s := newFeeder()
	s.feed(3*minutesADay, func(outage.Minute) int { return s.poisson(3) })
	here, elsewhere := s.place(1, 0), s.place(2, 1)
	if got := s.series.Share(here); got < .9 {
		t.Errorf("share %.2f of the only place with reports", got)
	}
	if got := s.series.Share(elsewhere); got > .05 {
		t.Errorf("share %.2f of a place without reports", got)
	}
	region, _ := s.series.Rates(1)
	if whole := s.series.Mean(); region < .9*whole {
		t.Errorf("%.2f of %.2f a minute in the only region with reports", region, whole)
	}
}

func TestIdleCellsAreForgotten(t *testing.T) {
	s := newFeeder()
	s.feed(minutesADay, func(outage.Minute) int { return s.poisson(1) })
	now := LocalTimeOf(countrytest.GB, s.now-1)
	s.series.ObserveAt(s.place(5, 1), 1, now)
	places := s.series.Places()
	var moved []int32
	for day := range 31 {
		for block := range 288 {
			s.now++
			at := LocalTimeOf(countrytest.GB, monday+outage.Minute((day+1)*minutesADay+block*BlockMinutes))
			result := s.series.BeginBlock(at, s.pool, false, func(int32) bool { return false })
			if result.Moved != nil {
				moved = result.Moved
			}
			for i := range BlockMinutes {
				s.series.Observe(at.Minute+outage.Minute(i), 1)
			}
			s.series.ObserveAt(s.place(1, 0), BlockMinutes, at)
		}
	}
	if moved == nil || s.series.Places() >= places {
		t.Fatalf("%d places, then %d: none was forgotten", places, s.series.Places())
	}
	if _, ok := s.series.Find(Metro(outage.Cell(0x085194ad30000000|5<<30|0x3fffffff), 1)); ok {
		t.Error("the idle cell is still there")
	}
	for h := range int32(s.series.Places()) {
		if key := s.series.Place(h).Key; key != 0 {
			if got, _ := s.series.Find(key); got != h {
				t.Errorf("the place with handle %d is found under %d", h, got)
			}
		}
	}
}

func TestMetroKeys(t *testing.T) {
	cell := outage.Cell(0x085194ad3fffffff)
	for _, region := range []int{-1, 0, 11, 35} {
		key := Metro(cell, region)
		if got := regionOf(key); got != region {
			t.Errorf("region %d, want %d", got, region)
		}
		if got := (Place{Key: key}).Cell(); got != cell.Parent(MetroResolution) {
			t.Errorf("cell %s, want %s", got, cell.Parent(MetroResolution))
		}
		if key.Parent(SparseResolution) != cell.Parent(SparseResolution) {
			t.Errorf("the parent of the key is %s", key.Parent(SparseResolution))
		}
	}
	if Metro(0, 3) != 0 {
		t.Error("the zero cell has a key")
	}
}

func TestStateReadsBack(t *testing.T) {
	s := newFeeder()
	s.feed(2*minutesADay+7, func(outage.Minute) int { return s.poisson(1) })
	state := s.series.AppendState(s.pool.AppendState(nil))
	pool, rest, err := ReadPool(DefaultParams(), land, state)
	if err != nil {
		t.Fatal(err)
	}
	series, rest, err := ReadSeries(DefaultParams(), pool, append(bytes.Clone(rest), 9))
	if err != nil || len(rest) != 1 {
		t.Fatalf("%d bytes left, %v", len(rest), err)
	}
	if again := series.AppendState(pool.AppendState(nil)); !bytes.Equal(again, state) {
		t.Error("the state that was read is written differently")
	}
	for cut := range len(state) {
		pool, rest, err := ReadPool(DefaultParams(), land, state[:cut])
		if err != nil {
			continue
		}
		if _, _, err := ReadSeries(DefaultParams(), pool, rest); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted as a state", cut, len(state))
		}
	}
	t.Logf("%d bytes", len(state))
}

func BenchmarkBlock(b *testing.B) {
	s := newFeeder()
	s.feed(7*minutesADay, func(outage.Minute) int { return s.poisson(3) })
	for b.Loop() {
		s.feed(BlockMinutes, func(outage.Minute) int { return 2 })
	}
}
