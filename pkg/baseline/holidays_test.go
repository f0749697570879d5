package baseline

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestHolidayFollowsTheLocalDay(t *testing.T) {
	for _, c := range []struct {
		name    string
		country outage.Country
		at      string
		want    bool
	}{
		{"Christmas", countrytest.GB, "2025-12-25T12:00:00Z", true},
		{"the minute before Good Friday", countrytest.GB, "2025-04-17T22:59:00Z", false},
		{"its first minute, in summer time", countrytest.GB, "2025-04-17T23:00:00Z", true},
		{"its last minute", countrytest.GB, "2025-04-18T22:59:00Z", true},
		{"the day after", countrytest.GB, "2025-04-18T23:00:00Z", false},
		{"Republic Day begins in Kolkata", countrytest.IN, "2026-01-25T18:30:00Z", true},
		{"and is no holiday in London", countrytest.GB, "2026-01-26T12:00:00Z", false},
		{"Diwali", countrytest.IN, "2025-10-20T06:00:00Z", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := LocalTimeOf(c.country, outage.MinuteOf(at)).Holiday; got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

func TestEveryCountryHasHolidaysEveryYear(t *testing.T) {
	for _, country := range outage.Countries() {
		for year := 2024; year <= 2028; year++ {
			days := 0
			for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
				if country.Holiday(int(day.Unix() / 86400)) {
					days++
				}
			}
			if days < 8 || days > 20 {
				t.Errorf("%s has %d holidays in %d", country, days, year)
			}
		}
	}
}
