package locale

import (
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Time is an instant as people read it, and as machines do (RFC 3339).
type Time struct{ Text, Machine string }

// Clock is the time of day on the clock of a country, UTC's for no country, in
// 24 hours and in the digits of the language. In an hour that exists twice, because
// the clock is set back, it names the time that holds: "01:30 BST".
func (l *Localizer) Clock(at time.Time, zone outage.Country) string {
	local := at.In(zone.Zone())
	clock := l.Digits(local.Format("15:04"))
	if existsTwice(local) {
		return clock + " " + local.Format("MST")
	}
	return clock
}

// existsTwice reports whether a local time occurs again an hour later or occurred an
// hour before.
func existsTwice(local time.Time) bool {
	const wall = "2006-01-02 15:04"
	for _, apart := range []time.Duration{-time.Hour, time.Hour} {
		if local.Add(apart).Format(wall) == local.Format(wall) {
			return true
		}
	}
	return false
}

// Date is a day of a country's calendar, UTC's for no country.
func (l *Localizer) Date(at time.Time, zone outage.Country) string {
	local := at.In(zone.Zone())
	return l.T("date", "day", l.Digits(strconv.Itoa(local.Day())),
		"month", l.T("month."+strconv.Itoa(int(local.Month()))), "year", l.Digits(strconv.Itoa(local.Year())))
}

// DayOfMonth is a day of a country's calendar without its year.
func (l *Localizer) DayOfMonth(at time.Time, zone outage.Country) string {
	local := at.In(zone.Zone())
	return l.T("date.short", "day", l.Digits(strconv.Itoa(local.Day())), "month", l.T("month."+strconv.Itoa(int(local.Month()))))
}

// Weekday is the day of the week on the calendar of a country.
func (l *Localizer) Weekday(at time.Time, zone outage.Country) string {
	return l.T("weekday.full." + strconv.Itoa(int(at.In(zone.Zone()).Weekday())))
}

// TimeOfDay is the time in the zone of a country, which it names.
func (l *Localizer) TimeOfDay(at time.Time, country outage.Country) Time {
	return Time{
		Text:    l.T("time.at", "time", l.Clock(at, country), "zone", l.Zone(country)),
		Machine: at.UTC().Format(time.RFC3339),
	}
}

// Instant writes an instant so that it can be quoted anywhere: with its date, in
// the zone of the country and in UTC.
func (l *Localizer) Instant(at time.Time, country outage.Country) Time {
	utc := l.Clock(at, "")
	if l.Date(at, "") != l.Date(at, country) {
		utc = l.onDate(l.Date(at, ""), utc)
	}
	local := l.TimeOfDay(at, country)
	return Time{Text: l.onDate(l.Date(at, country), l.T("time.both", "local", local.Text, "utc", utc)), Machine: local.Machine}
}

// TimeSpan writes a span of time of a country, with dates where it crosses midnight.
func (l *Localizer) TimeSpan(from, to time.Time, country outage.Country) string {
	start, end := l.Clock(from, country), l.Clock(to, country)
	if !SameDay(from, to, country) {
		start, end = l.onDate(l.Date(from, country), start), l.onDate(l.Date(to, country), end)
	}
	return l.T("span", "from", start, "to", end, "zone", l.Zone(country))
}

// DateUnlessSameDay puts the date before a text about an instant, unless the
// instant is on the same day of the country as another.
func (l *Localizer) DateUnlessSameDay(text string, at, other time.Time, country outage.Country) string {
	if SameDay(at, other, country) {
		return text
	}
	return l.onDate(l.Date(at, country), text)
}

func (l *Localizer) onDate(date, text string) string {
	return l.T("time.on", "date", date, "time", text)
}

// Duration is a length of time in hours and minutes.
func (l *Localizer) Duration(length time.Duration) string {
	minutes := int64(length / time.Minute)
	if minutes < 60 {
		return l.T("lasted.minutes", "minutes", minutes)
	}
	return l.T("lasted.hours", "hours", minutes/60, "minutes", minutes%60)
}

// SameDay reports whether two instants are on one day of a country.
func SameDay(a, b time.Time, zone outage.Country) bool {
	return a.In(zone.Zone()).Format(time.DateOnly) == b.In(zone.Zone()).Format(time.DateOnly)
}
