package incident

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

const opened = outage.Minute(29012599) // 2025-02-28T15:19Z

func opening(minute outage.Minute) Opening {
	return Opening{
		Signal: outage.Signal{
			Service: "whatsapp", Country: countrytest.GB, Since: minute - 2, Minute: minute,
			Scope: outage.ScopeCountry, Observed: 60, Expected: 6, Threshold: 30,
		},
		Footprint: outage.Footprint{Scope: outage.ScopeCountry, Regions: []outage.Region{"GB-TLI"}},
		Observed:  60, Expected: 6, Handles: []int32{0},
	}
}

// player passes minutes of reporters to a lifecycle, with two a minute expected, and
// records every change.
type player struct {
	c       *Lifecycle
	now     outage.Minute
	changes []outage.Incident
}

func begin() *player {
	params := DefaultParams()
	s := &player{c: NewLifecycle(&params), now: opened}
	s.changes = append(s.changes, s.c.Open(opening(opened)))
	return s
}

func (s *player) pass(minutes int, reporters uint32) []outage.Incident {
	from := len(s.changes)
	for range minutes {
		s.now++
		s.changes = append(s.changes, s.c.Observe(Minute{Minute: s.now, Part: Part{Reporters: reporters, Mean: 2}, Dispersion: .1})...)
	}
	return s.changes[from:]
}

func states(changes []outage.Incident) (states []outage.State) {
	for _, in := range changes {
		states = append(states, in.State)
	}
	return states
}

func TestStates(t *testing.T) {
	s := begin()
	first := s.changes[0]
	if first.ID != "whatsapp-gb-20250228T1520Z" || !first.OpenedAt.Equal((opened + 1).Time()) || first.Final {
		t.Errorf("opened as %+v", first)
	}
	if got := s.pass(9, 40); len(got) > 0 {
		t.Errorf("changes in the first nine minutes: %v", states(got))
	}
	if got := s.pass(1, 40); len(got) != 1 || !got[0].Final || got[0].State != outage.StateOpen {
		t.Errorf("after ten minutes: %v, want the final footprint", states(got))
	}
	if got := s.pass(60, 40); len(got) > 0 {
		t.Errorf("changes while it lasts: %v", states(got))
	}
	got := s.pass(30, 2)
	if want := []outage.State{outage.StateRecovering, outage.StateResolved}; !reflect.DeepEqual(states(got), want) {
		t.Fatalf("as it ends: %v, want %v", states(got), want)
	}
	closed := got[1]
	if closed.ID != first.ID || closed.ClosedAt.IsZero() || closed.ClosedAt.Before((opened + 70).Time()) {
		t.Errorf("closed as %+v", closed)
	}
	if closed.Severity != outage.SeverityCritical && closed.Severity != outage.SeverityMajor {
		t.Errorf("severity %s of a country at twenty times the normal", closed.Severity)
	}
}

func TestNoIncidentIsShorterThanFiveMinutes(t *testing.T) {
	s := begin()
	for minute := 1; s.c.Active(); minute++ {
		if s.pass(1, 0); minute < 5 && !s.c.Active() {
			t.Fatalf("closed after %d minutes", minute)
		}
		if minute > 60 {
			t.Fatal("never closed on silence")
		}
	}
	if got := states(s.changes); !reflect.DeepEqual(got, []outage.State{outage.StateOpen, outage.StateOpen, outage.StateResolved}) {
		t.Errorf("changes %v, want the final footprint at the close", got)
	}
}

func TestReopens(t *testing.T) {
	s := begin()
	s.pass(20, 40)
	for s.c.Active() {
		s.pass(1, 1)
	}
	again := s.c.Reopen(s.now + 20)
	if again.ID != s.changes[0].ID || again.State != outage.StateOpen || !again.ClosedAt.IsZero() {
		t.Errorf("reopened as %+v", again)
	}
	if !again.OpenedAt.Equal(s.changes[0].OpenedAt) {
		t.Error("the time of the opening changed")
	}
	if s.c.Localising() {
		t.Error("the footprint is localised again")
	}
}

func TestMergeResolves(t *testing.T) {
	s := begin()
	s.pass(20, 40)
	merged := s.c.Merge("whatsapp-gb-20250228T1500Z", s.now)
	if merged.State != outage.StateResolved || merged.MergedInto != "whatsapp-gb-20250228T1500Z" || merged.ClosedAt.IsZero() || s.c.Active() {
		t.Errorf("merged: %+v", merged)
	}
}

func TestIncidentsOfOneMinuteAreNumbered(t *testing.T) {
	params := DefaultParams()
	for number, want := range map[int]string{1: "whatsapp-gb-20250228T1609Z", 2: "whatsapp-gb-20250228T1609Z-2", 3: "whatsapp-gb-20250228T1609Z-3"} {
		o := opening(opened)
		o.Number = number
		o.Signal.Minute = outage.MinuteOf(time.Date(2025, 2, 28, 16, 8, 0, 0, time.UTC))
		if got := NewLifecycle(&params).Open(o).ID; got != want {
			t.Errorf("incident %d is %s, want %s", number, got, want)
		}
	}
}

func TestSilenceWithoutDataClosesNothing(t *testing.T) {
	s := begin()
	s.pass(20, 40)
	for range 300 {
		s.now++
		if got := s.c.Observe(Minute{Minute: s.now, Part: Part{Mean: 2}, Dispersion: .1, Missing: true}); len(got) > 0 {
			t.Fatalf("%v without data", states(got))
		}
	}
}

func TestALevelIsAcceptedAfterADay(t *testing.T) {
	s := begin()
	for range 1439 {
		if _, yes := s.c.Outlasted(s.now); yes {
			t.Fatalf("outlasted after %d minutes", s.now-opened)
		}
		s.pass(1, 20)
	}
	s.pass(1, 20)
	ratio, yes := s.c.Outlasted(s.now)
	if !yes || ratio < 9 || ratio > 11 {
		t.Fatalf("outlasted %t at %.1f times the normal, want ten times", yes, ratio)
	}
	if in := s.c.Accept(s.now); in.State != outage.StateResolved || s.c.Active() {
		t.Errorf("accepted as %s", in.State)
	}
}

func TestRareReportsCloseWithinHours(t *testing.T) {
	params := DefaultParams()
	c := NewLifecycle(&params)
	o := opening(opened)
	o.Observed, o.Expected = 8, .02
	c.Open(o)
	now := opened
	silent := func() Minute { now++; return Minute{Minute: now, Part: Part{Mean: .001}, Dispersion: .1} }
	for i := range 60 {
		m := silent()
		m.Reporters = uint32(i % 2)
		c.Observe(m)
	}
	end := now
	for c.Active() {
		if c.Observe(silent()); now > end+120 {
			t.Fatal("still open two hours after the last report")
		}
	}
}

func TestSeverity(t *testing.T) {
	params := DefaultParams()
	for _, c := range []struct {
		scope   outage.Scope
		peak    float64
		minutes int
		want    outage.Severity
	}{
		{outage.ScopeCountry, 3, 5, outage.SeverityMinor},
		{outage.ScopeCountry, 8, 5, outage.SeverityMajor},
		{outage.ScopeCountry, 40, 5, outage.SeverityCritical},
		{outage.ScopeRegion, 8, 180, outage.SeverityCritical},
		{outage.ScopeCell, 8, 5, outage.SeverityMinor},
		{outage.ScopeCell, 40, 5, outage.SeverityMajor},
	} {
		if got := severityOf(&params, c.scope, c.peak, c.minutes); got != c.want {
			t.Errorf("%s at %.0f times for %d minutes is %s, want %s", c.scope, c.peak, c.minutes, got, c.want)
		}
	}
}

func TestStateReadsBack(t *testing.T) {
	params := DefaultParams()
	fresh := NewLifecycle(&params)
	s := begin()
	s.pass(15, 30)
	for _, c := range []*Lifecycle{fresh, s.c} {
		state := c.AppendState(nil)
		got, rest, err := ReadLifecycle(&params, 1, append(bytes.Clone(state), 7))
		if err != nil || len(rest) != 1 {
			t.Fatalf("%d bytes left, %v", len(rest), err)
		}
		if again := got.AppendState(nil); !bytes.Equal(again, state) {
			t.Error("the state that was read is written differently")
		}
		for cut := range len(state) {
			if _, _, err := ReadLifecycle(&params, 1, state[:cut]); err == nil {
				t.Fatalf("the first %d of %d bytes are accepted as a state", cut, len(state))
			}
		}
	}
	if _, _, err := ReadLifecycle(&params, 0, s.c.AppendState(nil)); err == nil {
		t.Error("a place that does not exist is accepted")
	}
}

func TestRenumber(t *testing.T) {
	params := DefaultParams()
	c := NewLifecycle(&params)
	o := opening(opened)
	o.Handles = []int32{3, 5, 6}
	c.Open(o)
	c.Renumber([]int32{0, 1, 2, -1, 3, 4, 5})
	if got := c.Handles(); !reflect.DeepEqual(got, []int32{4, 5}) {
		t.Errorf("handles %v, want 4 and 5", got)
	}
}

// TestFewPeopleStayMinor opens an incident on six people; the tenth confirms it at once.
func TestFewPeopleStayMinor(t *testing.T) {
	params := DefaultParams()
	s := &player{c: NewLifecycle(&params), now: opened}
	few := opening(opened)
	few.Observed, few.Expected = 6, .01
	if first := s.c.Open(few); first.Confirmed || first.Severity != outage.SeverityMinor {
		t.Errorf("opened as %s, confirmed: %v", first.Severity, first.Confirmed)
	}
	if changes := s.pass(1, 3); len(changes) > 0 {
		t.Errorf("nine people change %v", changes)
	}
	changes := s.pass(1, 1)
	if len(changes) != 1 || !changes[0].Confirmed || changes[0].Severity == outage.SeverityMinor {
		t.Errorf("the tenth person changes %+v", changes)
	}
	if changes := s.pass(3, 5); len(changes) > 0 {
		t.Errorf("more people change %v", changes)
	}
}
