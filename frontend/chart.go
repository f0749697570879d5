package frontend

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// chartHeight is the height of the plot in the units of its paths. Its width
// is one unit for each step. The labels stand outside of the plot, which is
// stretched, so that text keeps its size on every screen.
const chartHeight = 200

// chart is a day of reports as a picture, a sentence and a table.
type chart struct {
	SVG      template.HTML
	Caption  string
	Expected bool // a normal band is drawn
	Marked   bool // an incident is shaded
	Hours    []hour
}

// chart draws a series in the local time of the country, which it names.
// Incidents are shaded.
func (f *frame) chart(series outage.Series, country outage.Country, name string, incidents []outage.Record) chart {
	made := chart{Caption: f.chartCaption(series, country), Hours: f.hours(series, country)}
	var shades strings.Builder
	if made.Marked = shade(&shades, series.Span, f.site.AsOf(), incidents); made.Marked {
		made.Caption += " " + f.T("chart.incident")
	}
	top, known := scale(series)
	made.Expected = known
	id := "c" + string(country)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" aria-labelledby="%s %sd"><title id="%s">%s</title><desc id="%sd">%s</desc>`,
		id, id, id, template.HTMLEscapeString(name), id, template.HTMLEscapeString(made.Caption))
	b.WriteString(`<line class="grid" x2="100%" y1="18" y2="18"/><line class="grid" x2="100%" y1="88" y2="88"/><line class="grid" x2="100%" y1="158" y2="158"/>`)
	b.WriteString(shades.String())
	steps := int(series.Span.To-series.Span.From) / max(series.Step, 1)
	fmt.Fprintf(&b, `<svg y="18" width="100%%" height="140" viewBox="0 0 %d %d" preserveAspectRatio="none">`, max(steps-1, 1), chartHeight)
	if known {
		upper := line(series, top, chartHeight, func(p outage.Point) (float64, bool) { return value(p.Upper) })
		expected := line(series, top, chartHeight, func(p outage.Point) (float64, bool) { return value(p.Expected) })
		fmt.Fprintf(&b, `<path class="band" d="M0 %d%sV%dz"/><path class="exp" d="%s"/>`, chartHeight, strings.Replace(upper, "M0 ", "V", 1), chartHeight, expected)
	}
	reports := line(f.settled(series), top, chartHeight, func(p outage.Point) (float64, bool) { return float64(p.Reports), true })
	fmt.Fprintf(&b, `<path class="rep" d="%s"/></svg>`, reports)
	f.axes(&b, series, country, top)
	b.WriteString("</svg>")
	made.SVG = template.HTML(b.String())
	return made
}

// shade marks when incidents were open, from the first minute of their run, and
// reports whether there was any.
func shade(b *strings.Builder, span outage.Span, now time.Time, incidents []outage.Record) (any bool) {
	length := float64(span.To - span.From)
	for _, record := range incidents {
		open := spanOf(record.Incident, now)
		from, to := max(open.From, span.From), min(open.To, span.To)
		if from >= to {
			continue
		}
		any = true
		fmt.Fprintf(b, `<rect class="inc" x="%.1f%%" width="%.1f%%" y="18" height="140"/>`,
			100*float64(from-span.From)/length, max(.5, 100*float64(to-from)/length))
	}
	return any
}

// settled leaves out the step that is still running for as long as it is lower
// than the one before: it would look as if reports were falling.
func (f *frame) settled(series outage.Series) outage.Series {
	last := len(series.Points) - 1
	if last < 1 {
		return series
	}
	end := series.Points[last].Start + outage.Minute(series.Step)
	if end > outage.MinuteOf(f.site.AsOf()) && series.Points[last].Reports < series.Points[last-1].Reports {
		series.Points = series.Points[:last]
	}
	return series
}

// scale is the number at the top of the plot, a round one, and whether any
// point has an expected value.
func scale(series outage.Series) (top float64, known bool) {
	for _, p := range series.Points {
		top = max(top, float64(p.Reports))
		if upper, ok := value(p.Upper); ok {
			top = max(top, upper)
		}
		known = known || p.Expected != nil && p.Upper != nil
	}
	return roundUp(max(top, 4)), known
}

// roundUp is the least of 1, 2, 4, 5, 6, 8 times a power of ten that is not
// below x: all of them halve to a number worth printing.
func roundUp(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range []float64{1, 2, 4, 5, 6, 8} {
		if x <= step*power {
			return step * power
		}
	}
	return 10 * power
}

func value(x *float64) (float64, bool) {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return 0, false
	}
	return *x, true
}

// line is a path through the points, in steps from the start of the span. A
// point without a value keeps the height before it; equal heights are one
// command.
func line(series outage.Series, top float64, height int, of func(outage.Point) (float64, bool)) string {
	var b strings.Builder
	x, y, flat := 0, -1, 0
	for _, p := range series.Points {
		v, ok := of(p)
		at := int(p.Start-series.Span.From) / max(series.Step, 1)
		if !ok && y < 0 {
			continue
		}
		next := y
		if ok {
			next = height - int(math.Round(float64(height)*min(max(v/top, 0), 1)))
		}
		switch {
		case y < 0:
			b.WriteString("M0 " + strconv.Itoa(next))
			flat = at
		case next == y:
			flat += at - x
		default:
			if flat > 0 {
				b.WriteString("h" + strconv.Itoa(flat))
			}
			flat = 0
			fmt.Fprintf(&b, "l%d %d", at-x, next-y)
		}
		x, y = at, next
	}
	if flat > 0 {
		b.WriteString("h" + strconv.Itoa(flat))
	}
	return b.String()
}

// axes labels the plot: two round numbers, and the hours of the local day. It
// comes after the lines, so that they never hide a label.
func (f *frame) axes(b *strings.Builder, series outage.Series, country outage.Country, top float64) {
	fmt.Fprintf(b, `<text y="14">%s</text><text y="84">%s</text>`, f.Int(int64(top)), f.Int(int64(top)/2))
	length := float64(series.Span.To - series.Span.From)
	every := 1 // hours
	for _, more := range []int{2, 3, 6, 12, 24} {
		if length/60/float64(every) > 6 {
			every = more
		}
	}
	for m := series.Span.From.Ceil(outage.Quarter); m < series.Span.To; m += outage.Quarter {
		local := m.Time().In(country.Zone())
		if local.Minute() != 0 || local.Hour()%every != 0 {
			continue
		}
		share := 100 * float64(m-series.Span.From) / length
		anchor := ""
		if share < 5 {
			anchor = ` class="s"`
		} else if share > 95 {
			anchor = ` class="e"`
		}
		fmt.Fprintf(b, `<line x1="%.1f%%" x2="%.1f%%" y1="158" y2="164"/><g class="x"><text x="%.1f%%" y="180"%s>%s</text></g>`,
			share, share, share, anchor, f.Clock(local, country))
	}
}
