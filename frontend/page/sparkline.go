package page

import (
	"context"
	"html/template"
	"time"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	// trendStep is the length in minutes of a step of the small charts.
	sparklineStep = 30
	// trendFor is how long all pages share one reading for a small chart.
	sparklineFor = time.Minute
)

// sparkline draws the last day of a service in a country, or in both, as a line
// without text, beside which are the numbers. It is "" for few reports.
func (r *reader) sparkline(ctx context.Context, service string, country outage.Country) template.HTML {
	now, key := r.asOf, "trend/"+service+"/"+string(country)
	if old, ok := r.lastGood.last(key); ok && now.Sub(old.at) < sparklineFor && !now.Before(old.at) {
		return old.value.(template.HTML)
	}
	to := (outage.MinuteOf(now) + 1).Ceil(sparklineStep)
	series, err := r.readings.Series(ctx, service, outage.Area{Country: country}, outage.Span{From: to - day, To: to}, sparklineStep)
	if err != nil {
		return "" // a page is complete without it
	}
	drawn := draw.Sparkline(draw.Settled(series, now))
	r.lastGood.put(key, drawn, now)
	return drawn
}
