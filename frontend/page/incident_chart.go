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
	Extent   public.Extent
}

// beside is the number of minutes before and after an incident on its chart.
const beside = 2 * 60

// mostPoints bounds the points of the chart of a long incident.
const mostPoints = 150

// incidentChart reads the counts of an incident. Counts that cannot be read are
// left out.
func (page *incidentPage) incidentChart(ctx context.Context, in public.Incident) incidentChart {
	var result incidentChart
	now := outage.MinuteOf(page.read.asOf)
	open := in.Span(page.read.asOf)
	around := outage.Span{From: open.From - beside, To: min(open.To+beside, now+1)}
	step := 5
	for int(around.To-around.From)/step > mostPoints {
		step *= 2
	}
	readings := page.read.readings
	if series, err := readings.Series(ctx, in.Service, outage.Area{Country: in.Country}, around.Snap(step), step); err != nil {
		page.read.miss(err, "series")
	} else {
		name := page.T("incident.chart", "service", page.words.serviceNamed(in.Service), "in", page.InCountry(in.Country))
		result.Chart, result.HasChart = page.chart(series, in.Country, name, 60, []public.Incident{in}), true
	}
	var ok bool
	if result.Extent, ok = page.read.extent(ctx, in); !ok {
		page.read.fresh.missing = true
	}
	return result
}

// keyNumbers are the numbers to quote, each with what kind of count it is.
func (page *incidentPage) keyNumbers(in public.Incident, ran incidentChart) []keyNumber {
	var figures []keyNumber
	if ran.Extent.Any() {
		figures = []keyNumber{
			{page.Int(ran.Extent.Total), page.T("figure.total")},
			{page.Int(ran.Extent.Worst.Reports), page.T("figure.peak", "time", page.TimeOfDay(ran.Extent.Worst.Start.Time(), in.Country).Text)},
		}
	}
	if ran.Extent.Expected > 0 {
		ratio := outage.Ratio(float64(ran.Extent.Total), ran.Extent.Expected)
		figures = append(figures, keyNumber{page.words.ratioNumber(ratio) + "×", page.T("figure.ordinary")})
	}
	return figures
}
