package public

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// counted is a hot source that says how often it was asked, and may fail.
type counted struct {
	memory
	asked int
	err   error
}

func (c *counted) Counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	c.asked++
	if c.err != nil {
		return nil, c.err
	}
	return c.memory.Counts(ctx, query)
}

func TestManyShareAReading(t *testing.T) {
	hot := &counted{memory: memory{problems(ten-1, 0, 4), problems(ten-30, 0, 9)}}
	now := ten.Time()
	reader := New(Config{Hot: hot, Now: func() time.Time { return now }})
	observe := func() int64 {
		t.Helper()
		health, err := reader.Health(context.Background(), "whatsapp", countrytest.IN)
		if err != nil {
			t.Fatal(err)
		}
		return health.Observed
	}
	for range 50 {
		if got := observe(); got != 4 {
			t.Fatalf("observed %d", got)
		}
		if elsewhere, err := reader.Health(context.Background(), "whatsapp", countrytest.GB); err != nil || elsewhere.Observed != 0 {
			t.Fatalf("observed %d elsewhere: %v", elsewhere.Observed, err)
		}
	}
	if hot.asked != 2 { // the last minutes, and the half hour before them for its networks
		t.Errorf("the counts were read %d times in one tick, want 2", hot.asked)
	}
	hot.memory = append(hot.memory, problems(ten, 0, 3))
	now = now.Add(tick - time.Millisecond)
	if got := observe(); got != 4 {
		t.Errorf("within the tick %d are told", got)
	}
	now = now.Add(time.Millisecond)
	if got := observe(); got != 7 {
		t.Errorf("after the tick %d are told", got)
	}
	now = now.Add(-time.Hour) // a clock that was set back must not keep an old reading
	if got := observe(); got != 0 {
		t.Errorf("an hour earlier %d are told", got)
	}
}

func TestAFailedReadingIsReadAgain(t *testing.T) {
	hot := &counted{memory: memory{problems(ten-1, 0, 4)}, err: errors.New("away")}
	reader := New(Config{Hot: hot, Now: func() time.Time { return ten.Time() }})
	if _, err := reader.Snapshot().Day(context.Background(), "whatsapp"); err == nil {
		t.Fatal("a day was told of counts that could not be read")
	}
	hot.err = nil
	if day, err := reader.Snapshot().Day(context.Background(), "whatsapp"); err != nil || day.Total() != 4 {
		t.Errorf("then %v: %v", day, err)
	}
}

// TestDayAgreesWithTheSeries holds the hours of a day to the series of the same
// stretch.
func TestDayAgreesWithTheSeries(t *testing.T) {
	var counts []outage.Count
	for i := range outage.Minute(1600) {
		counts = append(counts, problems(ten+3-i, 0, int64(1+i%7)), outage.Count{
			Service: "whatsapp", Country: countrytest.IN, Kind: outage.Works, Start: ten + 3 - i, N: 100,
		})
	}
	now := ten + 3
	reader := readAt(now, counts...)
	day, err := reader.Snapshot().Day(context.Background(), "whatsapp")
	if err != nil {
		t.Fatal(err)
	}
	span := DayOf(now)
	if !span.Contains(now) || span.To-span.From != Hours*60 || span.To%DayStep != 0 {
		t.Fatalf("the day is %v", span)
	}
	series, err := reader.Snapshot().Series(context.Background(), "whatsapp", outage.Area{}, span, DayStep)
	if err != nil {
		t.Fatal(err)
	}
	var want Day
	for _, point := range series.Points {
		want[(point.Start-span.From)/60] += point.Reports
	}
	if day != want || day.Total() == 0 {
		t.Errorf("the day is %v, by the series %v", day, want)
	}
	if other, err := reader.Snapshot().Day(context.Background(), "nosuch"); err != nil || other.Total() != 0 {
		t.Errorf("another service has %v: %v", other, err)
	}
}
