package incident

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// inTwo opens an incident in two regions, of which it is told in this order.
func inTwo() *story {
	params := DefaultParams()
	s := &story{c: NewLifecycle(&params), now: opened}
	o := opening(opened)
	o.Footprint.Regions, o.Regions = []outage.Region{"GB-TLI", "GB-TLM"}, []int32{7, 9}
	s.changes = append(s.changes, s.c.Open(o))
	return s
}

// both passes minutes with reporters in the first and the second region, each of
// which expects one a minute, and people for whom it works again in the first.
func (s *story) both(minutes int, first, second, back uint32) (changes []outage.Incident) {
	for range minutes {
		s.now++
		changes = append(changes, s.c.Observe(Minute{
			Minute: s.now, Dispersion: .1, Part: Part{Reporters: first + second, Mean: 2, Back: back},
			Regions: []Part{{Reporters: first, Mean: 1, Back: back}, {Reporters: second, Mean: 1}},
		})...)
	}
	return changes
}

func TestRegionsEndOnTheirOwn(t *testing.T) {
	s := inTwo()
	s.both(15, 20, 20, 0)
	changes := s.both(30, 1, 20, 0)
	if len(changes) != 1 || changes[0].State != outage.StateOpen {
		t.Fatalf("told %v as one of two regions ends", states(changes))
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
		t.Errorf("it came back: told %+v", changes)
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
		t.Errorf("opened again: %+v", again.Recoveries)
	}
}

// ebbs is after how many minutes of silence a small service's incident closes,
// while so many a minute say that it works again. Its normal is one reporter in
// five minutes, so that silence alone says little.
func ebbs(back uint32) (minutes int) {
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

// closes is after how many minutes of calm an incident closes, while so many a
// minute say that it works again.
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
	silent, some, many := ebbs(0), ebbs(2), ebbs(10_000)
	t.Logf("closes after %d minutes of silence; %d with some for whom it works again, %d with very many", silent, some, many)
	if some > silent || many > some || many >= silent || 2*many < silent {
		t.Error("those for whom it works again do not hasten the end, by half at most")
	}
	if quiet, talked := closes(t, 1, 0), closes(t, 1, 10_000); talked > quiet {
		t.Errorf("closes after %d minutes instead of %d", talked, quiet)
	}
	if got := closes(t, 20, 10_000); got < 600 {
		t.Errorf("talked away after %d minutes, while as many report as before", got)
	}
	if got := closes(t, 8, 10_000); got < 600 {
		t.Errorf("talked away after %d minutes, while eight times the normal report", got)
	}
}
