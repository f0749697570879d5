package register

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// lasting is a row of an incident in India.
func lasting(start string, hours int, severity outage.Severity) Row {
	at, err := time.Parse("2006-01-02 15:04", start) // UTC
	if err != nil {
		panic(err)
	}
	return Row{Country: countrytest.IN, State: outage.StateResolved, Start: at, Duration: int64(hours) * 3600, Severity: severity}
}

// TestDaysOf holds that an incident belongs to each local day on which it went on, and to
// none that it only touches at midnight.
func TestDaysOf(t *testing.T) {
	at := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	open := lasting("2026-11-16 20:00", 0, outage.SeverityMinor)
	open.State = outage.StateOpen
	rows := []Row{
		lasting("2026-11-09 18:29", 1, outage.SeverityCritical), // 23:59 to 00:59 there
		lasting("2026-11-10 17:30", 1, outage.SeverityMajor),    // 23:00 to midnight
		open,
	}
	days := DaysOf(rows, "2026-11-01", "2026-11-30", at)
	for date, want := range map[string]Day{
		"2026-11-08": {}, "2026-11-09": {1, outage.SeverityCritical}, "2026-11-10": {2, outage.SeverityCritical}, "2026-11-11": {},
		"2026-11-16": {}, "2026-11-17": {1, outage.SeverityMinor}, "2026-11-18": {1, outage.SeverityMinor}, "2026-11-19": {},
	} {
		if days[date] != want {
			t.Errorf("%s: %+v, want %+v", date, days[date], want)
		}
		if got := len(On(rows, date, at)); got != want.Incidents {
			t.Errorf("%s has %d rows, want %d", date, got, want.Incidents)
		}
	}
	if days := DaysOf(rows, "2026-11-10", "2026-11-10", at); len(days) != 1 || days["2026-11-10"].Incidents != 2 {
		t.Errorf("one day: %+v", days)
	}
}
