package public

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Extent is how much was reported about the service of an incident in its country,
// from the first minute of the run that opened it to its end, or to now.
type Extent struct {
	Span  outage.Span
	Total int64 // problem reports, before the caps per network
	// Worst is the 15-minute bucket of the clock with the most of them, the first of
	// equal ones.
	Worst QuarterCount
	// Expected is how many reporters are expected in Span on an ordinary day, 0 while
	// that is not known.
	Expected float64
}

// QuarterCount is the problem reports of one 15-minute bucket.
type QuarterCount struct {
	Start   outage.Minute
	Reports int64
}

// Any reports whether there is anything to tell of an extent.
func (e Extent) Any() bool { return e.Total > 0 }

// Duration is the length of Span.
func (e Extent) Duration() time.Duration { return lengthOf(e.Span) }

// Duration is how long an incident lasted, or has lasted at an instant: from the
// first minute of the run that opened it.
func (i Incident) Duration(asOf time.Time) time.Duration { return lengthOf(i.Span(asOf)) }

func lengthOf(span outage.Span) time.Duration {
	return time.Duration(span.To-span.From) * time.Minute
}

// ExtentOf sums up a series of minutes.
func ExtentOf(minutes Series) Extent {
	extent := Extent{Span: minutes.Span}
	var quarter QuarterCount
	for _, point := range minutes.Points {
		extent.Total += point.Reports
		if start := point.Start.Floor(outage.Quarter); start != quarter.Start {
			quarter = QuarterCount{Start: start}
		}
		quarter.Reports += point.Reports
		if quarter.Reports > extent.Worst.Reports {
			extent.Worst = quarter
		}
	}
	return extent
}

// Extent counts the reports of an incident. The error is that of the past, where
// the incident began before the hot window.
func (s *Snapshot) Extent(ctx context.Context, in Incident) (Extent, error) {
	key := keyOf(in)
	if known, ok := s.extents.get(key, s.at); ok {
		return known, nil
	}
	span := in.Span(s.at)
	counts, err := s.counts(ctx, outage.Query{Service: in.Service, Country: in.Country, Span: span, Step: 1})
	if err != nil {
		return Extent{}, err
	}
	minutes := Series{Span: span, Step: 1}
	for start := span.From; start < span.To; start++ {
		minutes.Points = append(minutes.Points, Point{Start: start})
	}
	for _, count := range counts {
		if span.Contains(count.Start) {
			minutes.Points[count.Start-span.From].Add(count.Kind, count.N)
		}
	}
	extent := ExtentOf(minutes)
	s.eachNormal(ctx, in.Service, in.Country, span, func(_ outage.Country, _ outage.Watch, expected float64) { extent.Expected += expected })
	if in.Over() && s.at.Sub(in.ClosedAt) >= leastEnded {
		s.extents.put(key, extent, s.at)
	}
	return extent, nil
}

// leastEnded is how long ago what is kept must have ended: until then reports of it are
// still undone.
const leastEnded = time.Hour

// extentKey is of an incident that has ended.
type extentKey struct {
	id     string
	since  outage.Minute
	closed int64
}

func keyOf(in Incident) extentKey { return extentKey{in.ID, in.Since, in.ClosedAt.Unix()} }
