package draw

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// chartHeight is the height of the plot in the units of its paths. Its width
// is one unit for each step. The labels are outside of the plot, which is
// stretched, so that text keeps its size on every screen.
const chartHeight = 140

// Chart is the input of ChartSVG. The element with the id DescribedBy is its
// description.
type Chart struct {
	ID, Name, DescribedBy string
	Series                public.Series
	Open                  []outage.Span // of incidents, which are shaded
	Now                   time.Time
	Zone                  *time.Location         // whose hours are labelled
	Number                func(int64) string     // writes the labels of the height
	Clock                 func(time.Time) string // writes the labels of the hours
}

// ChartSVG draws a series, and reports whether anything is known to be normal.
func ChartSVG(c Chart) (svg template.HTML, expected bool) {
	top, known := scale(c.Series)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" aria-labelledby="%s %s"><title id="%s">%s</title>`,
		c.ID, c.DescribedBy, c.ID, template.HTMLEscapeString(c.Name))
	b.WriteString(`<line class="grid" x2="100%" y1="18" y2="18"/><line class="grid" x2="100%" y1="88" y2="88"/><line class="grid" x2="100%" y1="158" y2="158"/>`)
	shade(&b, c.Series.Span, c.Open)
	c.plot(&b, top, known)
	c.axes(&b, top)
	b.WriteString("</svg>")
	return template.HTML(b.String()), known
}

// plot draws the normal band, where it is known, and the reports.
func (c Chart) plot(b *strings.Builder, top float64, known bool) {
	steps := int(c.Series.Span.To-c.Series.Span.From) / max(c.Series.Step, 1)
	fmt.Fprintf(b, `<svg y="18" width="100%%" height="140" viewBox="0 0 %d %d" preserveAspectRatio="none">`, max(steps-1, 1), chartHeight)
	if known {
		upper := line(c.Series, top, chartHeight, func(p public.Point) (float64, bool) { return Finite(p.Upper) })
		expected := line(c.Series, top, chartHeight, func(p public.Point) (float64, bool) { return Finite(p.Expected) })
		fmt.Fprintf(b, `<path class="band" d="M0 %d%sV%dz"/><path class="exp" d="%s"/>`, chartHeight, strings.Replace(upper, "M0 ", "V", 1), chartHeight, expected)
	}
	reports := line(Settled(c.Series, c.Now), top, chartHeight, func(p public.Point) (float64, bool) { return float64(p.Reports), true })
	fmt.Fprintf(b, `<path class="rep" d="%s"/></svg>`, reports)
}

// shade marks when incidents were open.
func shade(b *strings.Builder, span outage.Span, open []outage.Span) {
	length := float64(span.To - span.From)
	for _, o := range open {
		from, to := max(o.From, span.From), min(o.To, span.To)
		if from < to {
			fmt.Fprintf(b, `<rect class="inc" x="%.1f%%" width="%.1f%%" y="18" height="140"/>`,
				100*float64(from-span.From)/length, max(.5, 100*float64(to-from)/length))
		}
	}
}

// Settled leaves out the incomplete last step while it is lower than the step before,
// because it would look as if reports were falling.
func Settled(series public.Series, now time.Time) public.Series {
	last := len(series.Points) - 1
	if last < 1 {
		return series
	}
	end := series.Points[last].Start + outage.Minute(series.Step)
	if end > outage.MinuteOf(now) && series.Points[last].Reports < series.Points[last-1].Reports {
		series.Points = series.Points[:last]
	}
	return series
}

// scale is the number at the top of the plot, a round one, and whether any
// point has an expected value.
func scale(series public.Series) (top float64, known bool) {
	for _, p := range series.Points {
		top = max(top, float64(p.Reports))
		if upper, ok := Finite(p.Upper); ok {
			top = max(top, upper)
		}
		known = known || p.Expected != nil && p.Upper != nil
	}
	return roundUp(max(top, 4)), known
}

// roundUp is the least of 1, 2, 4, 5, 6, 8 times a power of ten that is not
// below x. All of them halve to a round number.
func roundUp(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range []float64{1, 2, 4, 5, 6, 8} {
		if x <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// Finite is a number that is known and can be drawn.
func Finite(x *float64) (float64, bool) {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return 0, false
	}
	return *x, true
}

// line is a path through the points, in steps from the start of the span. A
// point without a value has the height before it; equal heights are one
// command, and a command is not repeated.
func line(series public.Series, top float64, height int, of func(public.Point) (float64, bool)) string {
	var b strings.Builder
	x, y, flat, sloping := 0, -1, 0, false
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
				flat, sloping = 0, false
			}
			if sloping {
				b.WriteString(separated(pair(at-x, next-y)))
			} else {
				b.WriteString("l" + pair(at-x, next-y))
			}
			sloping = true
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
func (c Chart) axes(b *strings.Builder, top float64) {
	series := c.Series
	fmt.Fprintf(b, `<text y="14">%s</text><text y="84">%s</text>`, c.Number(int64(top)), c.Number(int64(top)/2))
	length := float64(series.Span.To - series.Span.From)
	every := 1 // hours
	for _, more := range []int{2, 3, 6, 12, 24} {
		if length/60/float64(every) > 6 {
			every = more
		}
	}
	for m := series.Span.From.Ceil(outage.Quarter); m < series.Span.To; m += outage.Quarter {
		local := m.Time().In(c.Zone)
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
			share, share, share, anchor, c.Clock(local))
	}
}

const (
	// trendHeight is their height in the units of their paths; their width is
	// one unit a step.
	trendHeight = 24
	// trendWorth is the number of reports, in the highest step, from which a
	// line shows more than noise.
	trendWorth = 12
)

// Sparkline is a series as a line, "" below trendWorth reports.
func Sparkline(series public.Series) template.HTML {
	var top float64
	for _, p := range series.Points {
		top = max(top, float64(p.Reports))
	}
	if top < trendWorth {
		return ""
	}
	path := line(series, top, trendHeight, func(p public.Point) (float64, bool) { return float64(p.Reports), true })
	return template.HTML(`<svg class="spark" viewBox="0 -1 ` + strconv.Itoa(int(series.Span.To-series.Span.From)/series.Step-1) + ` ` + strconv.Itoa(trendHeight+2) +
		`" preserveAspectRatio="none" aria-hidden="true"><path d="` + path + `"/></svg>`)
}
