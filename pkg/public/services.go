package public

import (
	"cmp"
	"context"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// ServiceCount is the problem reports of one service in a place.
type ServiceCount struct {
	Service  string
	Reports  int64
	Expected *float64 // nil while no baseline is known there
}

// ServicesIn is what the public table shows of each service in a region or a district,
// over a span that is widened to whole quarter hours: at most so many, those with the
// most reports first. Services with nothing to show are left out.
func (s *Snapshot) ServicesIn(ctx context.Context, area outage.Area, span outage.Span, most int) ([]ServiceCount, error) {
	span = span.Snap(outage.Quarter)
	sums := map[string]int64{}
	err := s.quarters(ctx, outage.Query{Country: area.Country, Span: span, ByPlace: true}, func(q quarter) {
		// Nothing of another region changes what a region shows.
		q.counts = slices.DeleteFunc(q.counts, func(c outage.Count) bool { return c.Region != area.Region })
		if n := q.shownOf(area); n > 0 {
			sums[q.service] += n
		}
	})
	if err != nil {
		return nil, err
	}
	found := make([]ServiceCount, 0, len(sums))
	for service, n := range sums {
		found = append(found, ServiceCount{Service: service, Reports: n})
	}
	slices.SortFunc(found, func(a, b ServiceCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Service, b.Service))
	})
	found = found[:min(len(found), most)]
	past := outage.Span{From: span.From, To: min(span.To, outage.MinuteOf(s.at)+1)}
	for i := range found {
		whole := Series{Span: past, Step: int(past.To - past.From), Points: []Point{{Start: past.From}}}
		s.expect(ctx, &whole, found[i].Service, area)
		found[i].Expected = whole.Points[0].Expected
	}
	return found, nil
}
