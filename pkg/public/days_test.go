package public

import (
	"context"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestDaysAreLocal counts by days of Kolkata, and by those of London at the end of
// summer time, one of which has 25 hours.
func TestDaysAreLocal(t *testing.T) {
	zone := func(name string) *time.Location {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return zone
	}
	at := func(text string) outage.Minute {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return outage.MinuteOf(at)
	}
	for name, c := range map[string]struct {
		zone   string
		counts []string
		from   string
		to     string
		starts []string
		want   []int64
	}{
		"Kolkata": {
			"Asia/Kolkata", []string{"2026-07-06T18:29:00Z", "2026-07-06T18:30:00Z", "2026-07-07T05:00:00Z"}, "2026-07-06T10:00:00Z", "2026-07-07T06:00:00Z",
			[]string{"2026-07-05T18:30:00Z", "2026-07-06T18:30:00Z"}, []int64{4, 8},
		},
		"London": {
			"Europe/London", []string{"2026-10-24T23:00:00Z", "2026-10-25T23:59:00Z", "2026-10-26T00:00:00Z"}, "2026-10-25T12:00:00Z", "2026-10-26T00:01:00Z",
			[]string{"2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"}, []int64{8, 4},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var counts minutes
			for _, text := range c.counts {
				counts = append(counts, problems(at(text), 0, 4))
			}
			r := New(Config{Hot: counts, Now: func() time.Time { return at(c.to).Time() }})
			got, err := r.Snapshot().Days(context.Background(), "whatsapp", outage.Area{Country: countrytest.IN}, outage.Span{From: at(c.from), To: at(c.to)}, zone(c.zone))
			if err != nil || len(got.Points) != len(c.want) {
				t.Fatalf("%+v, %v", got, err)
			}
			for i, point := range got.Points {
				if point.Start != at(c.starts[i]) || point.Reports != c.want[i] {
					t.Errorf("day %d begins %v with %d", i, point.Start.Time(), point.Reports)
				}
			}
		})
	}
}

// minutes is a memory whose hot window is all time.
type minutes []outage.Count

func (m minutes) Counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	return memory(m).Counts(ctx, query)
}

func (minutes) Span() outage.Span { return outage.Span{From: 0, To: 1 << 40} }

// TestWhatWaitsForTheClose tells apart what is too few from what a place that is
// shown holds back while its quarter hour is open.
func TestWhatWaitsForTheClose(t *testing.T) {
	a, far := below(kolkata, 0, 0, 0), below(west, 0, 0, 0)
	counts := []outage.Count{live(ten+1, a, 200), live(ten+1, far, 2), live(ten+1, 0, 7)}
	span := outage.Span{From: ten, To: ten + outage.Quarter}
	open := readAt(ten+3, counts...).mustHeatmap(t, "whatsapp", countrytest.IN, 6, span)
	if open.Total != 209 || open.Unplaced != 7 || open.Withheld != 7 || open.NotYetPlaced != 3 || byCell(open)[a] != 195 {
		t.Errorf("while it is open: %+v", open)
	}
	closed := readAt(ten+15, counts...).mustHeatmap(t, "whatsapp", countrytest.IN, 6, span)
	if closed.Withheld != 2 || closed.NotYetPlaced != 0 || byCell(closed)[a] != 200 {
		t.Errorf("after the close: %+v", closed)
	}
}
