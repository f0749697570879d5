package frontend

import (
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// date is a day of a country's calendar, UTC's for no country.
func (s *speaker) date(at time.Time, zone outage.Country) string {
	local := at.In(zone.Zone())
	return s.say("date", "day", s.localDigits(strconv.Itoa(local.Day())),
		"month", s.say("month."+strconv.Itoa(int(local.Month()))), "year", s.localDigits(strconv.Itoa(local.Year())))
}

// sameDay reports whether two instants lie on one day of the country.
func sameDay(a, b time.Time, zone outage.Country) bool {
	const day = time.DateOnly
	return a.In(zone.Zone()).Format(day) == b.In(zone.Zone()).Format(day)
}

// instant tells an instant so that it can be quoted anywhere: with its date, in
// the zone of the country and in UTC.
func (f *frame) instant(at time.Time, country outage.Country) moment {
	utc := f.words.clock(at, "")
	if f.words.date(at, "") != f.words.date(at, country) {
		utc = f.Say("time.on", "date", f.words.date(at, ""), "time", utc)
	}
	local := f.Say("time.at", "time", f.words.clock(at, country), "zone", f.Say("zone."+string(country)))
	return moment{
		Text:    f.Say("time.on", "date", f.words.date(at, country), "time", f.Say("time.both", "local", local, "utc", utc)),
		Machine: at.UTC().Format(time.RFC3339),
	}
}

// stretch tells a span of time of a country, with dates where it crosses
// midnight.
func (f *frame) stretch(from, to time.Time, country outage.Country) string {
	zone := f.Say("zone." + string(country))
	start, end := f.words.clock(from, country), f.words.clock(to, country)
	if !sameDay(from, to, country) {
		start = f.Say("time.on", "date", f.words.date(from, country), "time", start)
		end = f.Say("time.on", "date", f.words.date(to, country), "time", end)
	}
	return f.Say("span", "from", start, "to", end, "zone", zone)
}

// lasted is a length of time in hours and minutes.
func (f *frame) lasted(length time.Duration) string {
	minutes := int64(length / time.Minute)
	if minutes < 60 {
		return f.Say("lasted.minutes", "minutes", minutes)
	}
	return f.Say("lasted.hours", "hours", minutes/60, "minutes", minutes%60)
}
