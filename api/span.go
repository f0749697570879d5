package api

import (
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Lengths in minutes.
const (
	hour = 60
	day  = 24 * hour
)

// Longest windows, in minutes: cells and symptoms have more rows than totals.
const (
	longestDetail = 92 * day
	longestSeries = 400 * day
)

// minutesOf reads a length such as 15m, 24h or 90d that is not 0.
func minutesOf(text string) (minutes int, ok bool) {
	length, ok := duration.Parse(text)
	return int(length / time.Minute), ok && length > 0
}

// span is the window of a request: from and to, or a length that ends now, or the usual
// length. It includes the current minute, and is widened to whole minutes. Lengths are in
// minutes.
func (q *query) span(usual, longest int) outage.Span {
	end := outage.MinuteOf(q.now) + 1
	length, field := usual, "from"
	if text := q.text("window"); text != "" {
		if q.text("from") != "" || q.text("to") != "" {
			q.fail(outage.Invalid("window", "It cannot stand beside from or to."))
		}
		minutes, ok := minutesOf(text)
		if !ok {
			q.fail(outage.Invalid("window", "It must be a duration such as 15m, 24h or 90d."))
			minutes = usual
		}
		length, field = minutes, "window"
	}
	if to, ok := q.instant("to"); ok {
		end = outage.MinuteOf(to.Add(time.Minute - time.Nanosecond))
	}
	span := outage.Span{From: end - outage.Minute(length), To: end}
	if from, ok := q.instant("from"); ok {
		span.From = outage.MinuteOf(from)
	}
	switch {
	case span.From >= span.To:
		q.fail(outage.Invalid("from", "The window must start before it ends."))
	case span.To-span.From > outage.Minute(longest):
		q.fail(outage.Invalid(field, "The window must not be longer than %s.", duration.Format(time.Duration(longest)*time.Minute)))
	}
	return span
}

// Years outside of which a time is a mistake, and near which a window would
// leave what RFC 3339 can write.
const firstYear, lastYear = 1970, 9998

// instant reads an RFC 3339 time. A plus sign that was not escaped arrives as a
// space, and no valid time holds one, so it is read as the plus it was.
func (q *query) instant(name string) (time.Time, bool) {
	text := q.text(name)
	if text == "" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
	if year := at.UTC().Year(); err != nil || year < firstYear || year > lastYear {
		q.fail(outage.Invalid(name, "It must be a time such as 2026-11-22T20:30:00Z."))
		return time.Time{}, false
	}
	return at, true
}

// whole moves a window that ends now so that it ends with the current step and starts with a
// complete one, because an incomplete step would look like a decline. A window between two
// given times is not changed.
// zone is that of days, nil for steps of UTC.
func (q *query) whole(span outage.Span, step int, zone *time.Location) outage.Span {
	if q.text("from") != "" || q.text("to") != "" {
		return span
	}
	if zone != nil {
		last := (span.To - 1).Time().In(zone)
		midnight := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
		days := int((span.To - span.From).Ceil(day) / day)
		return outage.Span{From: outage.MinuteOf(midnight.AddDate(0, 0, -days)), To: outage.MinuteOf(midnight)}
	}
	end := span.To.Ceil(step)
	return outage.Span{From: (end - (span.To - span.From)).Floor(step), To: end}
}

// mostSteps bounds a series.
const mostSteps = 12_000

// step is the length of a step of a series, in minutes. Counts of a region or district are published by
// 15-minute bucket only, so that a finer step is widened.
func (q *query) step(span outage.Span, area outage.Area) int {
	length := int(span.To - span.From)
	step := usualStep(length)
	if text := q.text("step"); text != "" {
		minutes, ok := minutesOf(text)
		switch {
		case !ok:
			q.fail(outage.Invalid("step", "It must be a duration such as 5m, 1h or 1d."))
		case day%minutes != 0:
			q.fail(outage.Invalid("step", "Whole steps must fill a day."))
		default:
			step = minutes
		}
	}
	for !area.Whole() && (step%outage.Quarter != 0 || day%step != 0) {
		step++
	}
	if length/step > mostSteps {
		q.fail(outage.Invalid("step", "The window would hold more than %d steps.", mostSteps))
	}
	return step
}

// longestZone is longer than the name of any time zone.
const longestZone = 64

// zone is the time zone of steps of a day, nil for UTC.
func (q *query) zone(step int) *time.Location {
	name := q.text("tz")
	if name == "" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	switch {
	case err != nil || name == "Local" || len(name) > longestZone:
		q.fail(outage.Invalid("tz", "It must be the name of a time zone of the IANA database, continent and city."))
	case step != day:
		q.fail(outage.Invalid("tz", "It stands beside a step of 1d only."))
	}
	return zone
}

// usualStep is the default step, of at most about two thousand steps a month.
func usualStep(length int) int {
	switch {
	case length <= 7*day:
		return 5
	case length <= 31*day:
		return outage.Quarter
	}
	return hour
}
