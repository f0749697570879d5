package proving

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// playSpectrum runs the detector over the reports on a provider. It trains for as long as
// a backtest would.
func playSpectrum(t *testing.T) (*PlacedReports, []*Found) {
	t.Helper()
	_, geography := newEngine(t, 0)
	reports, err := Spectrum(geography, countrytest.IN)
	if err != nil {
		t.Fatal(err)
	}
	first, last := reports.Rows[0].Minute, reports.Rows[len(reports.Rows)-1].Minute
	e, _ := newEngine(t, first+engine.Training(last-first, 28*1440))
	found, err := Play(e, "spectrum", countrytest.IN, cellOf(geography, countrytest.IN), reports.Rows)
	if err != nil {
		t.Fatal(err)
	}
	return reports, found
}

// The bursts of single states are found on 27 June and, while several burn at once, on 29
// June. That of Kentucky is not: seven people within half an hour, in five areas.
func TestLocalBurstsBesideLargeOnes(t *testing.T) {
	reports, found := playSpectrum(t)
	for _, f := range found {
		t.Logf("%s %s %v, %d of %.2f", f.First.OpenedAt.Format("02 15:04"), f.Final.Footprint.Scope, f.Final.Footprint.Regions, f.First.Observed, f.First.Expected)
	}
	for _, burst := range localBursts() {
		if opens := opensIn(found, reports.Regions[burst.state], burst.span); opens == burst.missed {
			t.Errorf("opens in %s (%s) from %v: %v", burst.state, reports.Regions[burst.state], burst.span.From.Time(), opens)
		}
	}
}

// localBurst is a burst of reports from one state.
type localBurst struct {
	state  string
	span   outage.Span
	missed bool
}

func localBursts() []localBurst {
	hours := func(day, from, to int) outage.Span {
		at := func(hour int) outage.Minute {
			return outage.MinuteOf(time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC))
		}
		return outage.Span{From: at(from), To: at(to)}
	}
	return []localBurst{
		{state: "OH", span: hours(27, 10, 14)},
		{state: "KY", span: hours(27, 20, 24), missed: true},
		{state: "WV", span: hours(29, 19, 24)},
		{state: "NY", span: hours(29, 20, 24)},
		{state: "NY", span: hours(30, 9, 12)},
	}
}

func opensIn(found []*Found, region outage.Region, span outage.Span) bool {
	for _, f := range found {
		if regions := f.Final.Footprint.Regions; span.Contains(f.Opened) && len(regions) > 0 && regions[0] == region {
			return true
		}
	}
	return false
}
