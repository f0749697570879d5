package address

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day, a month or a year in an address. Month and day are 0 where the address
// has none; the zero Date is that of a page of no date.
type Date struct{ Year, Month, Day int }

// parseDate reads a year, a month and a day: 2025/2/28. It is false for what is none in
// the calendar.
func parseDate(parts []string) (Date, bool) {
	if len(parts) == 0 || len(parts) > 3 || len(parts[0]) != 4 {
		return Date{}, false
	}
	numbers := [3]int{}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || n == 0 || i > 0 && len(part) > 2 {
			return Date{}, false
		}
		numbers[i] = int(n)
	}
	d := Date{numbers[0], numbers[1], numbers[2]}
	if d.Year < firstYear || d.Year > lastYear || d.Month > 12 {
		return Date{}, false
	}
	return d, d.Day == 0 || d.Start().Day() == d.Day
}

// Start is the first day, at midnight UTC.
func (d Date) Start() time.Time {
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}

// Moved is the next day, month or year, or another number of them later.
func (d Date) Moved(by int) Date {
	switch {
	case d.Month == 0:
		return Date{Year: d.Year + by}
	case d.Day == 0:
		at := d.Start().AddDate(0, by, 0)
		return Date{at.Year(), int(at.Month()), 0}
	}
	return DayOf(d.Start().AddDate(0, 0, by))
}

// End is the last day, at midnight UTC.
func (d Date) End() time.Time { return d.Moved(1).Start().AddDate(0, 0, -1) }

// DayOf is the day of an instant in its own location.
func DayOf(at time.Time) Date { return Date{at.Year(), int(at.Month()), at.Day()} }

// path is the date as the last parts of an address, "" for none.
func (d Date) path() string {
	if d == (Date{}) {
		return ""
	}
	var b strings.Builder
	for i, n := range []int{d.Year, d.Month, d.Day} {
		if n == 0 {
			break
		}
		if i > 0 {
			b.WriteByte('/')
		}
		fmt.Fprintf(&b, "%02d", n)
	}
	return b.String()
}
