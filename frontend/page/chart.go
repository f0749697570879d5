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
	from                    outage.Minute
	reports                 int64
	expected                float64
	known                   bool
}

// hours sums a series by local hour, the newest first.
func hours(l *locale.Localizer, series public.Series, country outage.Country) []hour {
	var rows []hour
	for _, p := range series.Points {
		local := p.Start.Time().In(country.Zone())
		start := outage.MinuteOf(local.Add(-time.Duration(local.Minute()) * time.Minute))
		if len(rows) == 0 || rows[len(rows)-1].from != start {
			rows = append(rows, hour{from: start, Text: l.Clock(start.Time(), country)})
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
	key := "chart."
	if series.Span.To-series.Span.From != day {
		key = "chart.span."
	}
	if total == 0 {
		return l.T(key+"none", "zone", l.Zone(country))
	}
	caption := l.T(key+"peak", "n", total, "peak", l.Int(peak.Reports), "step", l.Int(int64(series.Step)),
		"time", l.Clock(peak.Start.Time(), country), "zone", l.Zone(country))
	// Counts of kinds are shown from the minimum count on.
	if works >= draw.MinimumCount {
		caption += " " + l.T("chart.works", "works", works)
	}
	if back >= draw.MinimumCount {
		caption += " " + l.T("chart.back", "back", back)
	}
	return caption
}

// chart is a day of reports as a picture, a sentence and a table.
type chart struct {
	SVG      template.HTML
	Caption  string
	ID       string // of the element with the caption
	Expected bool   // a normal band is drawn
	Marked   bool   // an incident is shaded
	Hours    []hour
}

// chart draws a series in the local time of the country, which it names.
// Incidents are shaded.
func (q *request) chart(series public.Series, country outage.Country, name string, incidents []public.Incident) chart {
	id := "c" + string(country)
	result := chart{Caption: chartCaption(q.Localizer, series, country), ID: id + "d", Hours: hours(q.Localizer, series, country)}
	var open []outage.Span
	for _, record := range incidents {
		span := record.Span(q.read.asOf)
		open = append(open, span)
		result.Marked = result.Marked || max(span.From, series.Span.From) < min(span.To, series.Span.To)
	}
	if result.Marked {
		result.Caption += " " + q.T("chart.incident")
	}
	result.SVG, result.Expected = draw.ChartSVG(draw.Chart{
		ID: id, Name: name, DescribedBy: result.ID, Series: series, Open: open, Now: q.read.asOf,
		Zone: country.Zone(), Number: q.Int, Clock: func(at time.Time) string { return q.Clock(at, country) },
	})
	return result
}
