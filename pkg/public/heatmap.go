// Package public turns counts into what the public sees: maps, series and
// breakdowns.
//
// It owns the public table. Country totals are exact and live. Below country
// level there is one fixed table of aligned quarter hours in which a count
// under Floor moves to its parent, and every map, window, resolution and file
// is a sum over rows of that one table, so that no difference of two answers
// can show a count under Floor. It promises that the cells, the withheld and
// the unplaced reports of an answer add up to its total. It refuses to show a
// number that the table does not hold.
package public

import (
	"context"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Source answers queries about counts. A query may ask for any span; where the
// source knows nothing, it counts nothing. It may block for a round trip.
type Source interface {
	Counts(ctx context.Context, query outage.Query) ([]outage.Count, error)
}

// Hot is the source of the last day, the minute under way included.
type Hot interface {
	Source
	// Span is the stretch that the source covers now.
	Span() outage.Span
}

// Past is the source of everything before the hot window.
type Past interface {
	Source
	// Table gives the public table over whole, closed quarter hours, summed up
	// at the resolution of cells, or at outage.LevelDistrict or LevelRegion. Counts
	// under the floor move up as they do in this package.
	Table(ctx context.Context, query outage.Query, level, floor int) (outage.Table, error)
}

// Heatmap is the public table over a span, which is widened to whole quarter
// hours, at a resolution from outage.CellCoarse to outage.CellFine. An empty
// service or country means all.
func (s *Snapshot) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (Heatmap, error) {
	span = span.Snap(outage.Quarter)
	heatmap := Heatmap{AsOf: s.AsOf(), Span: span, Service: service, Country: country, Resolution: resolution}
	table, err := s.table(ctx, outage.Query{Service: service, Country: country, Span: span}, resolution)
	if err != nil {
		return heatmap, err
	}
	heatmap.Total, heatmap.Unplaced, heatmap.NotYetPlaced = table.Total, table.Unplaced, table.NotYetPlaced
	heatmap.Withheld = heatmap.Total - heatmap.Unplaced
	heatmap.Cells = cells(table.Rows)
	s.compare(ctx, &heatmap)
	for _, cell := range heatmap.Cells {
		heatmap.Withheld -= cell.Reports
	}
	return heatmap, nil
}

// table is the public table over whole quarter hours at a resolution or a level: what
// lies before the hot window as the archive gives
// it, the rest from the counts.
func (s *Snapshot) table(ctx context.Context, query outage.Query, level int) (outage.Table, error) {
	sum := newTable()
	old, hot := s.split(query.Span)
	query.ByPlace = true
	query.Span = hot
	if err := s.quarters(ctx, query, func(q quarter) { sum.Add(q.leaves(), q.open) }); err != nil {
		return outage.Table{}, err
	}
	table := sum.At(level)
	if s.past == nil || old.From >= old.To {
		return table, nil
	}
	query.Span = old
	before, err := s.past.Table(ctx, query, level, Floor)
	if err != nil {
		return outage.Table{}, err
	}
	table.Total += before.Total
	table.Unplaced += before.Unplaced
	table.Rows = append(table.Rows, before.Rows...)
	return table, nil
}

// split cuts a span at the border of the hot window, which is a whole quarter
// hour.
func (s *Snapshot) split(span outage.Span) (old, hot outage.Span) {
	border := s.hot.Span().From.Ceil(outage.Quarter)
	old = outage.Span{From: span.From, To: max(span.From, min(span.To, border))}
	hot = outage.Span{From: max(span.From, border), To: max(span.To, border)}
	return old, hot
}

// counts answers a query from both sources. Its step, where it has one, must
// divide a quarter hour or be a multiple of it.
func (s *Snapshot) counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	old, hot := s.split(query.Span)
	sums := outage.Sums{}
	for _, part := range []struct {
		source Source
		span   outage.Span
	}{{s.past, old}, {s.hot, hot}} {
		if part.span.From >= part.span.To || part.source == nil {
			continue
		}
		asked := query
		asked.Span = part.span
		counts, err := part.source.Counts(ctx, asked)
		if err != nil {
			return nil, err
		}
		if query.Step == 0 {
			for i := range counts {
				counts[i].Start = query.Span.From
			}
		}
		sums.AddAll(counts, outage.Query{Step: 1, ByPlace: true, BySymptom: true, ByNetwork: true})
	}
	return sums.Counts(), nil
}
