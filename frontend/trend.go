package frontend

import (
	"context"
	"html/template"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	// trendStep is the length in minutes of a step of the small charts.
	trendStep = 30
	// trendHeight is their height in the units of their paths; their width is
	// one unit a step.
	trendHeight = 24
	// trendFor is how long all pages share one reading for a small chart.
	trendFor = time.Minute
	// trendWorth is the number of reports, in the highest step, from which a
	// line tells more than noise.
	trendWorth = 12
)

// trend draws the last day of a service in a country, or in both, as a line
// without words: what stands beside it says it in numbers. It is "" where there
// is nothing to see.
func (f *frame) trend(ctx context.Context, service string, country outage.Country) template.HTML {
	now, key := f.site.AsOf(), "trend/"+service+"/"+string(country)
	if old, ok := f.site.memory.last(key); ok && now.Sub(old.at) < trendFor && !now.Before(old.at) {
		return old.value.(template.HTML)
	}
	to := (outage.MinuteOf(now) + 1).Ceil(trendStep)
	series, err := f.site.Readings.Series(ctx, service, country, "", outage.Span{From: to - day, To: to}, trendStep)
	if err != nil {
		return "" // a page is whole without it
	}
	drawn := spark(f.settled(series))
	f.site.memory.put(key, drawn, now)
	return drawn
}

// spark is a series as a line, "" where it stays under what is worth a look.
func spark(series outage.Series) template.HTML {
	var top float64
	for _, p := range series.Points {
		top = max(top, float64(p.Reports))
	}
	if top < trendWorth {
		return ""
	}
	path := line(series, top, trendHeight, func(p outage.Point) (float64, bool) { return float64(p.Reports), true })
	return template.HTML(`<svg class="spark" viewBox="0 -1 ` + strconv.Itoa(day/trendStep-1) + ` ` + strconv.Itoa(trendHeight+2) +
		`" preserveAspectRatio="none" aria-hidden="true"><path d="` + path + `"/></svg>`)
}
