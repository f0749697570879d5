package draw

import (
	"cmp"
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
	Marks                 []Mark
	Now                   time.Time
	Zone                  *time.Location // whose hours are labelled
	Language              string         // tag of the forms of numbers, for the script
	Number                func(int64) string
	Label                 func(time.Time) string // writes an instant below the plot
}

// Mark is a minute that a chart names.
type Mark struct {
	At   outage.Minute
	Text string
}

// ChartDrawing is a drawn chart.
type ChartDrawing struct {
	SVG      template.HTML
	Expected bool // something is known to be normal
	Root     bool // heights are square roots of the counts
}

// rootFrom is how many times the highest normal a peak is from which heights are square
// roots: the normal would be a line at the bottom.
const rootFrom = 20

// heights are the heights of counts in a plot, as parts of it.
type heights struct {
	top  float64 // the count at the top
	root bool
}

func (h heights) of(count float64) float64 {
	part := min(max(count/h.top, 0), 1)
	if h.root {
		return math.Sqrt(part)
	}
	return part
}

// middle is the count at half the height.
func (h heights) middle() int64 {
	if h.root {
		return int64(h.top / 4)
	}
	return int64(h.top / 2)
}

// ChartSVG draws a series.
func ChartSVG(c Chart) ChartDrawing {
	scale, known := scaleOf(c.Series)
	c.Series = Settled(c.Series, c.Now)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" tabindex="0" aria-labelledby="%s %s" data-from="%d" data-to="%d" data-step="%d" data-zone="%s" data-lang="%s" data-n="%s"`,
		c.ID, c.DescribedBy, c.Series.Span.From, c.Series.Span.To, c.Series.Step, c.Zone, c.Language, counts(c.Series))
	if known {
		fmt.Fprintf(&b, ` data-e="%s"`, expectations(c.Series))
	}
	fmt.Fprintf(&b, `><title id="%s">%s</title>`, c.ID, template.HTMLEscapeString(c.Name))
	b.WriteString(`<line class="grid" x2="100%" y1="18" y2="18"/><line class="grid" x2="100%" y1="88" y2="88"/><line class="grid" x2="100%" y1="158" y2="158"/>`)
	shade(&b, c.Series.Span, c.Open)
	c.plot(&b, scale, known)
	c.axes(&b, scale)
	c.marks(&b, scale)
	b.WriteString("</svg>")
	return ChartDrawing{SVG: template.HTML(b.String()), Expected: known, Root: scale.root}
}

// counts lists the reports of each step, for the script.
func counts(series public.Series) string {
	var b strings.Builder
	for i, p := range series.Points {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(p.Reports, 10))
	}
	return b.String()
}

// expectationsEach is how many steps share one expected count in the list for the
// script: what is normal changes slowly.
const expectationsEach = 12

// expectations lists the expected count of every twelfth step, "" where none is known.
func expectations(series public.Series) string {
	var values []string
	for i := 0; i < len(series.Points); i += expectationsEach {
		value := ""
		if expected, ok := Finite(series.Points[i].Expected); ok {
			value = strconv.FormatFloat(expected, 'g', 2, 64)
		}
		values = append(values, value)
	}
	return strings.Join(values, ",")
}

// bandAtLeast is the least height of the normal band, as a part of the plot, so that it
// can always be seen.
const bandAtLeast = .02

// plot draws the normal band, where it is known, and the reports.
func (c Chart) plot(b *strings.Builder, scale heights, known bool) {
	steps := int(c.Series.Span.To-c.Series.Span.From) / max(c.Series.Step, 1)
	fmt.Fprintf(b, `<svg y="18" width="100%%" height="140" viewBox="0 0 %d %d" preserveAspectRatio="none">`, max(steps-1, 1), chartHeight)
	if known {
		upper := line(c.Series, chartHeight, func(p public.Point) (float64, bool) {
			v, ok := Finite(p.Upper)
			return max(scale.of(v), bandAtLeast), ok
		})
		expected := line(c.Series, chartHeight, func(p public.Point) (float64, bool) {
			v, ok := Finite(p.Expected)
			return scale.of(v), ok
		})
		fmt.Fprintf(b, `<path class="band" d="M0 %d%sV%dz"/><path class="exp" d="%s"/>`, chartHeight, strings.Replace(upper, "M0 ", "V", 1), chartHeight, expected)
	}
	reports := line(c.Series, chartHeight, func(p public.Point) (float64, bool) { return scale.of(float64(p.Reports)), true })
	fmt.Fprintf(b, `<path class="rep" d="%s"/></svg>`, reports)
}

// marks draws a dot on the highest step, and a line with a text at each marked minute.
func (c Chart) marks(b *strings.Builder, scale heights) {
	steps := max(int(c.Series.Span.To-c.Series.Span.From)/max(c.Series.Step, 1)-1, 1)
	var peak public.Point
	for _, p := range c.Series.Points {
		if p.Reports > peak.Reports {
			peak = p
		}
	}
	share := func(at outage.Minute) float64 {
		return 100 * float64(at-c.Series.Span.From) / float64(max(c.Series.Step, 1)*steps)
	}
	for i, m := range c.Marks {
		if m.At < c.Series.Span.From || m.At >= c.Series.Span.To {
			continue
		}
		x, anchor, beside := share(m.At), "", 4
		if x > 50 {
			anchor, beside = ` class="e"`, -4
		}
		fmt.Fprintf(b, `<line class="mark" x1="%.1f%%" x2="%.1f%%" y1="18" y2="158"/><g class="x"><text x="%.1f%%" dx="%d" y="%d"%s>%s</text></g>`,
			x, x, x, beside, 34+16*i, cmp.Or(anchor, ` class="s"`), template.HTMLEscapeString(m.Text))
	}
	if peak.Reports >= MinimumCount {
		fmt.Fprintf(b, `<circle class="peak" cx="%.1f%%" cy="%.0f" r="4"/>`, share(peak.Start), 158-chartHeight*scale.of(float64(peak.Reports)))
	}
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

// scaleOf is the scale of a plot, with a round number at its top, and whether any
// point has an expected value.
func scaleOf(series public.Series) (scale heights, known bool) {
	top, normal := 0., 0.
	for _, p := range series.Points {
		top = max(top, float64(p.Reports))
		if upper, ok := Finite(p.Upper); ok {
			top = max(top, upper)
		}
		if expected, ok := Finite(p.Expected); ok {
			normal = max(normal, expected)
		}
		known = known || p.Expected != nil && p.Upper != nil
	}
	return heights{top: roundUp(max(top, 4)), root: known && top > rootFrom*max(normal, 1)}, known
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

// line is a path through the points, whose heights are parts of the height, in steps
// from the start of the span. A point without a value has the height before it; equal heights are one
// command, and a command is not repeated.
func line(series public.Series, height int, of func(public.Point) (float64, bool)) string {
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
			next = height - int(math.Round(float64(height)*v))
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
func (c Chart) axes(b *strings.Builder, scale heights) {
	series := c.Series
	fmt.Fprintf(b, `<text y="14">%s</text><text y="84">%s</text>`, c.Number(int64(scale.top)), c.Number(scale.middle()))
	length := float64(series.Span.To - series.Span.From)
	every := 1 // hours
	for _, more := range []int{2, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 28} {
		if length/60/float64(every) > 6 {
			every = more
		}
	}
	for m := series.Span.From.Ceil(outage.Quarter); m < series.Span.To; m += outage.Quarter {
		local := m.Time().In(c.Zone)
		if local.Minute() != 0 || local.Hour()%min(every, 24) != 0 || every > 24 && dayNumber(local)%(every/24) != 0 {
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
			share, share, share, anchor, c.Label(local))
	}
}

// dayNumber counts the days of a calendar.
func dayNumber(local time.Time) int {
	return int(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
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
	path := line(series, trendHeight, func(p public.Point) (float64, bool) { return float64(p.Reports) / top, true })
	return template.HTML(`<svg class="spark" viewBox="0 -1 ` + strconv.Itoa(int(series.Span.To-series.Span.From)/series.Step-1) + ` ` + strconv.Itoa(trendHeight+2) +
		`" preserveAspectRatio="none" aria-hidden="true"><path d="` + path + `"/></svg>`)
}
