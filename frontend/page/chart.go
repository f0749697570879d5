package page

import (
	"html/template"
	"slices"
	"time"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// hour is one row of the table under a chart.
type hour struct {
	Text, Reports, Expected string
	Marks                   []string // what the chart marks in the row
	from                    outage.Minute
	reports                 int64
	expected                float64
	known                   bool
}

// hours sums a series by rows of so many minutes of local time, the newest first. A
// row of a day or more has its date.
func hours(l *locale.Localizer, series public.Series, country outage.Country, length int) []hour {
	var rows []hour
	for _, p := range series.Points {
		start := rowStart(p.Start, country, length)
		if len(rows) == 0 || rows[len(rows)-1].from != start {
			text := l.Clock(start.Time(), country)
			if length >= day {
				text = l.Date(start.Time(), country)
			}
			rows = append(rows, hour{from: start, Text: text})
		}
		row := &rows[len(rows)-1]
		row.reports += p.Reports
		if v, ok := draw.Finite(p.Expected); ok {
			row.expected, row.known = row.expected+v, true
		}
	}
	for i := range rows {
		rows[i].Reports = l.Int(rows[i].reports)
		if rows[i].known {
			rows[i].Expected = l.Amount(rows[i].expected)
		}
	}
	slices.Reverse(rows)
	return rows
}

// rowStart is the start of the row that a minute belongs to, on the local clock.
func rowStart(at outage.Minute, country outage.Country, length int) outage.Minute {
	local := at.Time().In(country.Zone())
	minute := local.Hour()*60 + local.Minute()
	return outage.MinuteOf(local.Add(-time.Duration(minute%length) * time.Minute))
}

// chartCaption is the text alternative of a chart: the total, and the highest step
// with its time.
func chartCaption(l *locale.Localizer, series public.Series, country outage.Country) string {
	var total, works, back int64
	var peak public.Point
	for _, p := range series.Points {
		total, works, back = total+p.Reports, works+p.Works, back+p.Back
		if p.Reports > peak.Reports {
			peak = p
		}
	}
	if total == 0 {
		return l.T("chart.span.none", "zone", l.Zone(country))
	}
	key, at := "chart.span.peak", l.Clock(peak.Start.Time(), country)
	switch {
	case series.Step == 1:
		key = "chart.minute.peak"
	case series.Step >= day:
		key, at = "chart.day.peak", l.Date(peak.Start.Time(), country)
	case series.Span.To-series.Span.From > day:
		at = l.DateUnlessSameDay(at, peak.Start.Time(), series.Span.To.Time(), country)
	}
	caption := l.T(key, "n", total, "peak", l.Int(peak.Reports), "step", l.Int(int64(series.Step)), "time", at, "zone", l.Zone(country))
	// Counts of kinds are shown from the minimum count on.
	if works >= draw.MinimumCount {
		caption += " " + l.T("chart.works", "works", works)
	}
	if back >= draw.MinimumCount {
		caption += " " + l.T("chart.back", "back", back)
	}
	return caption
}

// chart is a time of reports as a picture, a sentence and a table.
type chart struct {
	Heading  string
	Lengths  []link // the same over other lengths of time
	SVG      template.HTML
	Caption  string
	ID       string // of the element with the caption
	Expected bool   // a normal band is drawn
	Marked   bool   // an incident is shaded
	Value    string // a text for the value under the pointer, with %t, %n and %e for time, reports and what is usual
	// Reports, Usual and Incident explain the lines and the shade.
	Reports, Usual, Incident string
	Hours                    []hour
}

// marks are the minutes of an incident that a chart names: when it began and was opened,
// and when its vendor published a notice about it.
func (q *request) marks(in public.Incident) []draw.Mark {
	marks := []draw.Mark{{At: in.Since, Text: q.T("chart.mark.began")}, {At: outage.MinuteOf(in.OpenedAt), Text: q.T("chart.mark.opened")}}
	if in.Official != nil && in.Official.AfterReports != nil { // else it is not known when
		marks = append(marks, draw.Mark{At: in.Since + outage.Minute(*in.Official.AfterReports/time.Minute), Text: q.T("chart.mark.official")})
	}
	return marks
}

// nameRows adds marks to the rows of a table in which they are.
func nameRows(rows []hour, marks []draw.Mark, country outage.Country, length int) {
	for _, mark := range marks {
		start := rowStart(mark.At, country, length)
		if i := slices.IndexFunc(rows, func(row hour) bool { return row.from == start }); i >= 0 {
			rows[i].Marks = append(rows[i].Marks, mark.Text)
		}
	}
}

// chart draws a series in the local time of the country, which it names, with a table
// in rows of so many minutes. Incidents are shaded, and their beginning and opening
// are marked.
func (q *request) chart(series public.Series, country outage.Country, name string, row int, incidents []public.Incident) chart {
	id := "c" + string(country)
	result := chart{
		Caption: chartCaption(q.Localizer, series, country), ID: id + "d", Hours: hours(q.Localizer, series, country, row),
		Value: q.T("chart.value", "time", "%t", "n", "%n", "expected", "%e"), Reports: q.T("chart.reports"), Usual: q.T("chart.expected"), Incident: q.T("chart.marked"),
	}
	var open []outage.Span
	var marks []draw.Mark
	for _, record := range incidents {
		span := record.Span(q.read.asOf)
		open = append(open, span)
		result.Marked = result.Marked || max(span.From, series.Span.From) < min(span.To, series.Span.To)
		if len(incidents) == 1 && series.Step < 60 {
			marks = q.marks(record)
		}
	}
	nameRows(result.Hours, marks, country, row)
	if result.Marked {
		result.Caption += " " + q.T("chart.incident")
	}
	drawn := draw.ChartSVG(draw.Chart{
		ID: id, Name: name, DescribedBy: result.ID, Series: series, Open: open, Marks: marks, Now: q.read.asOf,
		Zone: country.Zone(), Language: locale.Numbers(q.At.Lang, country), Number: q.Int,
		Label: func(at time.Time) string {
			if series.Span.To-series.Span.From > 2*day {
				return q.DayOfMonth(at, country)
			}
			return q.Clock(at, country)
		},
	})
	result.SVG, result.Expected = drawn.SVG, drawn.Expected
	if drawn.Root {
		result.Caption += " " + q.T("chart.root")
	}
	return result
}
