package public

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// fakeOfficial is a page that was read in some spans.
type fakeOfficial struct {
	noOfficial
	known []outage.TimeSpan
}

func (f fakeOfficial) Past(string) outage.OfficialPast { return outage.OfficialPast{Known: f.known} }

func TestVendorsAreJudgedByWhatWasReadAlone(t *testing.T) {
	since := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	incident := func(hours int, after time.Duration) Incident {
		began := since.Add(time.Duration(hours) * time.Hour)
		in := Incident{
			Service: "chat", Country: countrytest.GB, State: outage.StateResolved, Since: outage.MinuteOf(began), OpenedAt: began.Add(5 * time.Minute), ClosedAt: began.Add(30 * time.Minute),
			Footprint: Footprint{Scope: outage.ScopeCountry}, Verdict: outage.LikelyCause,
		}
		if after != 0 {
			in.Official = NoticeOf(in, []outage.Notice{{State: outage.OfficialMajor, PublishedAt: began.Add(after)}}, began.Add(time.Hour))
		}
		return in
	}
	local, elsewhere := incident(0, 0), incident(0, 0)
	local.Footprint.Scope, elsewhere.Verdict = outage.ScopeRegion, outage.LikelyCollateral
	s := &Snapshot{official: fakeOfficial{known: []outage.TimeSpan{{From: since, To: since.Add(90 * time.Minute)}, {From: since.Add(10 * time.Hour)}}}}
	got := s.Vendors([]Incident{
		incident(0, 10*time.Minute), incident(0, 0), // noticed, silent
		incident(1, 0), incident(12, 0), // silent
		incident(5, 0), incident(5, 20*time.Minute), // not read, though a notice was found later
		local, elsewhere,
	})
	if len(got) != 1 || got[0].Noticed != 2 || got[0].Silent != 3 || got[0].Delay == nil || *got[0].Delay != 15*time.Minute {
		t.Fatalf("%+v", got)
	}
	if got := s.Vendors(nil); len(got) != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}
