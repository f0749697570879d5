package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// recordDays is the length of a record.
const recordDays = 90

// record is how often and how long a service had incidents in the last 90 days, in words
// and as a strip with a line for each day: the worse the worst incident, the longer. It is
// made of the register, which is in memory.
type record struct {
	Text  string // "" without an incident
	Strip template.HTML
}

// record is that of a service in the countries of the page, of all services for "".
func (q *request) record(service string) record {
	to := q.read.asOf.In(q.zone().Zone())
	from := to.AddDate(0, 0, 1-recordDays)
	rows := q.builder.config.Register.Rows(register.Filter{Country: q.At.Country})
	span := outage.Span{From: outage.MinuteOf(from), To: outage.MinuteOf(to)}
	rows = slices.DeleteFunc(rows, func(row register.Row) bool {
		return service != "" && row.Service != service || !during(row, span) // others may be reported because of it
	})
	if len(rows) == 0 {
		return record{}
	}
	var lasted time.Duration
	for _, hours := range register.HoursOf(rows, register.LevelCountry, from, to.Add(time.Minute)) { // with the minute under way
		lasted += hours.Duration
	}
	days := register.DaysOf(rows, from.Format(time.DateOnly), to.Format(time.DateOnly), to)
	text := q.T("record", "days", q.Int(recordDays), "incidents", q.T("incidents.count", "n", int64(len(rows))), "lasted", q.Duration(lasted))
	return record{Text: text, Strip: strip(days, from)}
}

// lengths are those of the lines of a strip, in its units of height.
var lengths = map[outage.Severity]int{outage.SeverityMinor: 3, outage.SeverityMajor: 5, outage.SeverityCritical: 8}

// strip draws a line for each of the days that has one, over a base line. It says nothing
// that the words beside it do not say, so screen readers leave it out.
func strip(days map[string]register.Day, from time.Time) template.HTML {
	var path strings.Builder
	for at := range recordDays {
		if day, ok := days[from.AddDate(0, 0, at).Format(time.DateOnly)]; ok {
			fmt.Fprintf(&path, "M%d 8v-%d", at, lengths[day.Worst])
		}
	}
	return template.HTML(`<svg class="strip" viewBox="0 0 90 9" aria-hidden="true"><path d="M0 8.5h90` + path.String() + `"/></svg>`)
}
