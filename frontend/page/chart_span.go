package page

import (
	"cmp"
	"context"
	"slices"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// chartSpan is how far back a chart goes, the length of its steps, and that of the
// rows of its table, in minutes.
type chartSpan struct{ length, step, row int }

// chartSpans are the charts of the page of a service, by the value in its address.
// That of a day has the steps of the verdict above it.
var chartSpans = map[string]chartSpan{
	"": {180, 1, 15}, "24h": {day, 10, 60}, "7d": {7 * day, 120, day}, "90d": {90 * day, day, day},
}

// addChart reads and draws the reports of a service in a country, over the time that
// the address asks for.
func (q *request) addChart(ctx context.Context, panel *regionPanel, service outage.Service, country outage.Country) {
	at := chartSpans[q.At.Chart]
	last := (outage.MinuteOf(q.read.asOf) + 1).Ceil(at.step)
	span := outage.Span{From: last - outage.Minute(at.length), To: last}
	series, ok := readOrLastGood(q.read, "series", "/"+service.Slug+"/"+string(country)+q.At.Chart, func() (public.Series, error) {
		return q.read.readings.Series(ctx, service.Slug, outage.Area{Country: country}, span, at.step)
	})
	if !ok {
		return
	}
	name := q.T("chart.name", "service", q.ServiceName(service), "in", q.InCountry(country))
	panel.Chart, panel.HasChart = q.chart(series, country, name, at.row, q.read.during(ctx, service.Slug, country, span)), true
	panel.Chart.Heading = q.T("chart.heading", "span", q.T("chart.length."+cmp.Or(q.At.Chart, "3h")))
	for _, length := range slices.Concat([]string{""}, address.ChartSpans) {
		panel.Chart.Lengths = append(panel.Chart.Lengths, link{
			Path: q.At.WithChart(length).Key() + "#" + string(country), Text: q.T("chart.length." + cmp.Or(length, "3h")), Current: length == q.At.Chart,
		})
	}
}
