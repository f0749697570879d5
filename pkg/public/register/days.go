package register

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Day is the incidents that went on during a day of the calendar.
type Day struct {
	Incidents int
	Worst     outage.Severity // of them
}

// severities orders them, the worst last.
var severities = map[outage.Severity]int{outage.SeverityMinor: 1, outage.SeverityMajor: 2, outage.SeverityCritical: 3}

// DaysOf counts the incidents of each day from a date to another, both included, by the
// calendar of the country of each. Dates are written as 2006-01-02; at is the instant up
// to which incidents that go on have lasted.
func DaysOf(rows []Row, from, to string, at time.Time) map[string]Day {
	days := map[string]Day{}
	for _, row := range rows {
		first, last := row.dates(at)
		for date := max(first, from); date <= min(last, to); date = next(date) {
			day := days[date]
			day.Incidents++
			if severities[row.Severity] > severities[day.Worst] {
				day.Worst = row.Severity
			}
			days[date] = day
		}
	}
	return days
}

// On are the rows that went on during a day of the calendar of their country.
func On(rows []Row, date string, at time.Time) (found []Row) {
	for _, row := range rows {
		if first, last := row.dates(at); first <= date && date <= last {
			found = append(found, row)
		}
	}
	return found
}

// dates are the first and the last day of an incident in its country.
func (r Row) dates(at time.Time) (first, last string) {
	zone, end := r.Country.Zone(), at
	if r.State == outage.StateResolved {
		end = r.Start.Add(time.Duration(r.Duration) * time.Second)
	}
	if end = end.Add(-time.Second); end.Before(r.Start) {
		end = r.Start
	}
	return r.Start.In(zone).Format(time.DateOnly), end.In(zone).Format(time.DateOnly)
}

// next is the date after another, one behind all for what is no date.
func next(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "9"
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}
