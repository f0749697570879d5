package incident

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// inTwo opens an incident in two regions, passed in this order.
func inTwo() *player {
	params := DefaultParams()
	s := &player{c: NewLifecycle(&params), now: opened}
	o := opening(opened)
	o.Footprint.Regions, o.Regions = []outage.Region{"GB-TLI", "GB-TLM"}, []int32{7, 9}
	s.changes = append(s.changes, s.c.Open(o))
	return s
}

// both passes minutes with reporters in the first and the second region, of which each
// expects one a minute, and with "works again" reports in the first.
func (s *player) both(minutes int, first, second, back uint32) (changes []outage.Incident) {
	for range minutes {
		s.now++
		changes = append(changes, s.c.Observe(Minute{
			Minute: s.now, Dispersion: .1, Part: Part{Reporters: first + second, Mean: 2, Back: back},
			Regions: []Part{{Reporters: first, Mean: 1, Back: back}, {Reporters: second, Mean: 1}},
		})...)
	}
	return changes
}

func TestRegionsEndIndependently(t *testing.T) {
	s := inTwo()
	s.both(15, 20, 20, 0)
	changes := s.both(30, 1, 20, 0)
	if len(changes) != 1 || changes[0].State != outage.StateOpen {
		t.Fatalf("changes %v when one of two regions ends", states(changes))
	}
	got := changes[0].Recoveries
	if got[0].Region != "GB-TLI" || got[0].At.IsZero() || !got[1].At.IsZero() {
		t.Fatalf("recoveries %+v", got)
	}
	if got := s.c.Incident().Recoveries; got[0].Peak < 15 || got[0].Ratio > 2 || got[1].Ratio < 15 || got[0].Reports != 15*20+30 {
		t.Errorf("recoveries %+v", got)
	}
	changes = s.both(20, 30, 20, 0)
	if len(changes) != 1 || !changes[0].Recoveries[0].At.IsZero() {
		t.Errorf("after a relapse: changes %+v", changes)
	}
	for changes = nil; s.c.Active(); {
		changes = append(changes, s.both(1, 1, 1, 0)...)
	}
	last := changes[len(changes)-1]
	if last.State != outage.StateResolved {
		t.Fatalf("ended as %s", last.State)
	}
	for _, r := range last.Recoveries {
		if r.At.IsZero() || r.At.After(last.ClosedAt) {
			t.Errorf("%s ended at %v, the whole at %v", r.Region, r.At, last.ClosedAt)
		}
	}
	if again := s.c.Reopen(s.now + 5); !again.Recoveries[0].At.IsZero() || !again.Recoveries[1].At.IsZero() {
		t.Errorf("reopened: %+v", again.Recoveries)
	}
}

// closesOnSilence is the minutes of silence after which the incident of a small service
// closes, with so many "works again" reports a minute. One reporter is expected in five
// minutes, so that silence alone is little evidence.
func closesOnSilence(back uint32) (minutes int) {
	params := DefaultParams()
	c := NewLifecycle(&params)
	o := opening(opened)
	o.Observed, o.Expected = 8, .4
	c.Open(o)
	now := opened
	pass := func(reporters, back uint32) {
		now++
		c.Observe(Minute{Minute: now, Dispersion: .1, Part: Part{Reporters: reporters, Mean: .2, Back: back}})
	}
	for range 20 {
		pass(1, 0)
	}
	for ; c.Active(); minutes++ {
		pass(0, back)
	}
	return minutes
}

// closes is the minutes after which an incident closes, with so many reporters and "works
// again" reports a minute.
func closes(t *testing.T, reporters, back uint32) int {
	t.Helper()
	s := inTwo()
	s.both(20, 20, 20, 0)
	for minutes := 1; minutes < 600; minutes++ {
		if s.both(1, reporters, reporters, back); !s.c.Active() {
			return minutes
		}
	}
	return 600
}

func TestBackIsBounded(t *testing.T) {
	none, some, many := closesOnSilence(0), closesOnSilence(2), closesOnSilence(10_000)
	t.Logf("closes after %d minutes of silence; after %d with some \"works again\" reports, %d with very many", none, some, many)
	if some > none || many > some || many >= none || 2*many < none {
		t.Error("\"works again\" reports must shorten the time, by half at most")
	}
	if without, with := closes(t, 1, 0), closes(t, 1, 10_000); with > without {
		t.Errorf("closes after %d minutes instead of %d", with, without)
	}
	if got := closes(t, 20, 10_000); got < 600 {
		t.Errorf("closed after %d minutes, while as many report as before", got)
	}
	if got := closes(t, 8, 10_000); got < 600 {
		t.Errorf("closed after %d minutes, while eight times the normal report", got)
	}
}
