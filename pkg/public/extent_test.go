package public

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestExtentOfAnIncident(t *testing.T) {
	in := Incident{ID: "one", Service: "whatsapp", Country: countrytest.IN, State: outage.StateOpen, Since: ten + 5}
	counts := memory{problems(ten+4, 0, 9), problems(ten+5, 0, 3), problems(ten+14, 0, 4), problems(ten+15, 0, 6), problems(ten+29, 0, 1), problems(ten+31, 0, 2)}
	reader := New(Config{Hot: counts, Now: func() time.Time { return (ten + 30).Time() }})
	got, err := reader.Snapshot().Extent(t.Context(), in)
	want := Extent{Span: outage.Span{From: ten + 5, To: ten + 31}, Total: 14, Worst: QuarterCount{Start: ten, Reports: 7}}
	if err != nil || got != want || got.Duration() != 26*time.Minute || in.Duration((ten+30).Time()) != got.Duration() {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	in.State, in.ClosedAt = outage.StateResolved, (ten + 15).Time()
	if got, err := reader.Snapshot().Extent(t.Context(), in); err != nil || got.Total != 7 || got.Duration() != 10*time.Minute {
		t.Errorf("after its end: %+v, %v", got, err)
	}
}

// The extents of incidents that ended long ago are read once in a while.
func TestExtentsOfEndedIncidentsAreKept(t *testing.T) {
	now := (ten + 200).Time()
	hot := &counted{memory: memory{problems(ten, 0, 5)}}
	reader := New(Config{Hot: hot, Now: func() time.Time { return now }})
	in := Incident{ID: "one", Service: "whatsapp", Country: countrytest.IN, State: outage.StateResolved, Since: ten, ClosedAt: (ten + 20).Time()}
	for _, step := range []struct {
		wait time.Duration
		read int
	}{{0, 1}, {10 * time.Second, 1}, {10 * time.Minute, 2}} {
		now = now.Add(step.wait)
		if got, err := reader.Snapshot().Extent(t.Context(), in); err != nil || got.Total != 5 {
			t.Fatalf("%+v, %v", got, err)
		}
		if hot.asked != step.read {
			t.Errorf("after %v the counts were read %d times, want %d", step.wait, hot.asked, step.read)
		}
	}
}
