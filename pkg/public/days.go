package public

import (
	"context"
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// dayMinutes is the step of a series by days; with a clock change a day is an hour
// shorter or longer.
const dayMinutes = 24 * 60

// Days is the reports of a service by days of a time zone, over the whole days that
// hold a span. Each point starts at a local midnight.
func (s *Snapshot) Days(ctx context.Context, service string, area outage.Area, span outage.Span, zone *time.Location) (Series, error) {
	starts := midnights(span, zone)
	whole := outage.Span{From: starts[0], To: starts[len(starts)-1]}
	quarters, err := s.Series(ctx, service, area, whole, outage.Quarter)
	if err != nil {
		return quarters, err
	}
	days := Series{AsOf: quarters.AsOf, Span: whole, Step: dayMinutes}
	rest := quarters.Points
	for i, start := range starts[:len(starts)-1] {
		n := 0
		for n < len(rest) && rest[n].Start < starts[i+1] {
			n++
		}
		days.Points = append(days.Points, joined(start, rest[:n]))
		rest = rest[n:]
	}
	return days, nil
}

// midnights are the starts of the days that hold a span, and the end of the last.
func midnights(span outage.Span, zone *time.Location) []outage.Minute {
	first := span.From.Time().In(zone)
	var starts []outage.Minute
	for day := 0; ; day++ {
		at := outage.MinuteOf(time.Date(first.Year(), first.Month(), first.Day()+day, 0, 0, 0, 0, zone)).Floor(outage.Quarter)
		starts = append(starts, at)
		if at >= span.To && day > 0 {
			return starts
		}
	}
}

// joined is the sum of steps. Variances of steps add up, so the edge of the normal
// band lies as many deviations above the mean as in each of them. The normal is
// unknown where that of a step is.
func joined(start outage.Minute, steps []Point) Point {
	sum := Point{Start: start}
	expected, squares, known := 0., 0., len(steps) > 0
	for _, step := range steps {
		sum.Reports, sum.Works, sum.Back = sum.Reports+step.Reports, sum.Works+step.Works, sum.Back+step.Back
		if step.Expected == nil || step.Upper == nil {
			known = false
			continue
		}
		above := *step.Upper - *step.Expected
		expected, squares = expected+*step.Expected, squares+above*above
	}
	if known {
		upper := expected + math.Sqrt(squares)
		sum.Expected, sum.Upper = &expected, &upper
	}
	return sum
}
