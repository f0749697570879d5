package page

import (
	"context"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// incidentChart is the reports before, during and after an incident.
type incidentChart struct {
	Chart    chart
	HasChart bool
	measured
}

// measured is what was reported about a service in a country during an incident,
// from the first minute of its run.
type measured struct {
	Total    int64
	Peak     public.Point // the 15-minute bucket with the most
	Measured bool
}

// beside is the number of minutes before and after an incident on its chart.
const beside = 2 * 60

// mostPoints bounds the points of the chart of a long incident.
const mostPoints = 150

// incidentChart reads the counts of an incident. Counts that cannot be read are
// left out.
func (page *incidentPage) incidentChart(ctx context.Context, in public.Incident) incidentChart {
	var result incidentChart
	now := outage.MinuteOf(page.builder.AsOf())
	open := in.Span(page.builder.AsOf())
	around := outage.Span{From: open.From - beside, To: min(open.To+beside, now+1)}
	step := 5
	for int(around.To-around.From)/step > mostPoints {
		step *= 2
	}
	readings := page.read.readings
	if series, err := readings.Series(ctx, in.Service, in.Country, "", around.Snap(step), step); err != nil {
		page.read.miss(err, "series")
	} else {
		name := page.T("incident.chart", "service", page.words.serviceNamed(in.Service), "in", page.InCountry(in.Country))
		result.Chart, result.HasChart = page.chart(series, in.Country, name, []public.Incident{in}), true
	}
	result.measured = page.read.measure(ctx, in)
	return result
}

// measure counts the reports of an incident. Measured is false if they cannot be
// read.
func (r *reader) measure(ctx context.Context, in public.Incident) measured {
	var result measured
	open := in.Span(r.asOf)
	minutes, err := r.readings.Series(ctx, in.Service, in.Country, "", open, 1)
	if err != nil {
		r.miss(err, "series")
		return result
	}
	result.Measured = true
	quarters := map[outage.Minute]*public.Point{}
	for _, p := range minutes.Points {
		result.Total += p.Reports
		at := p.Start.Floor(outage.Quarter)
		if quarters[at] == nil {
			quarters[at] = &public.Point{Start: at}
		}
		quarters[at].Reports += p.Reports
	}
	for at := open.From.Floor(outage.Quarter); at < open.To; at += outage.Quarter {
		if q := quarters[at]; q != nil && q.Reports > result.Peak.Reports {
			result.Peak = *q
		}
	}
	return result
}

// keyNumbers are the numbers to quote, each with what kind of count it is.
func (page *incidentPage) keyNumbers(in public.Incident, ran incidentChart) []keyNumber {
	var figures []keyNumber
	if ran.Measured && ran.Total > 0 {
		figures = []keyNumber{
			{page.Int(ran.Total), page.T("figure.total")},
			{page.Int(ran.Peak.Reports), page.T("figure.peak", "time", page.TimeOfDay(ran.Peak.Start.Time(), in.Country).Text)},
		}
	}
	return append(figures, keyNumber{page.words.ratioNumber(in.Peak) + "×", page.T("figure.worst")})
}

// totals is the sentence that leads the page: total, duration and peak. It is ""
// while they are not known.
func (w *wording) totals(in public.Incident, ran measured) string {
	if !ran.Measured || ran.Total == 0 {
		return ""
	}
	key := "incident.totals"
	if !in.Over() {
		key += ".open"
	}
	pairs := []any{
		"n", ran.Total, "service", w.serviceNamed(in.Service), "in", w.InCountry(in.Country), "since", w.Instant(in.Since.Time(), in.Country).Text,
		"peak", w.Int(ran.Peak.Reports), "time", w.TimeOfDay(ran.Peak.Start.Time(), in.Country).Text,
	}
	if in.Over() {
		pairs = append(pairs, "lasted", w.Duration(in.ClosedAt.Sub(in.Since.Time())))
	}
	return w.T(key, pairs...)
}
