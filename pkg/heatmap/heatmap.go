// Package heatmap turns counts into what the public sees: maps, series and
// breakdowns.
//
// It owns the public table. Country totals are exact and live. Below country
// level there is one fixed table of aligned quarter hours in which a count
// under Floor moves to its parent, and every map, window, resolution and file
// is a sum over rows of that one table, so that no difference of two answers
// can show a count under Floor. It promises that the cells, the withheld and
// the unplaced reports of an answer add up to its total. It refuses to show a
// number that the table does not hold.
package heatmap

import (
	"cmp"
	"context"
	"slices"
	"time"

	"downpour/pkg/outage"
)

// Source answers queries about counts. A query may ask for any span; where the
// source knows nothing, it counts nothing. It may block for a round trip.
type Source interface {
	Counts(ctx context.Context, query outage.Query) ([]outage.Count, error)
}

// Reader answers the questions of the two faces. It is safe for concurrent use.
type Reader struct {
	source Source
	now    func() time.Time
}

// New makes a Reader over a source.
func New(source Source, now func() time.Time) *Reader { return &Reader{source: source, now: now} }

// Heatmap is the public table over a span, which is widened to whole quarter
// hours, at a resolution from outage.CellCoarse to outage.CellFine. An empty
// service or country means all.
func (r *Reader) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (outage.Heatmap, error) {
	span = span.Snap(outage.Quarter)
	heatmap := outage.Heatmap{Span: span, Service: service, Country: country, Resolution: resolution}
	table, err := r.table(ctx, service, country, span)
	if err != nil {
		return heatmap, err
	}
	heatmap.Total, heatmap.Unplaced = table.total, table.unplaced
	heatmap.Withheld = heatmap.Total - heatmap.Unplaced
	heatmap.Cells = table.cells(resolution)
	for _, cell := range heatmap.Cells {
		heatmap.Withheld -= cell.Reports
	}
	return heatmap, nil
}

// Regions is the public table over a span, widened to whole quarter hours, by
// region: most reports first, regions with nothing to show left out.
func (r *Reader) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]outage.RegionCount, error) {
	table, err := r.table(ctx, service, country, span.Snap(outage.Quarter))
	if err != nil {
		return nil, err
	}
	sums := map[outage.Region]int64{}
	for at, n := range table.shown {
		if at.region != "" {
			sums[at.region] += n
		}
	}
	regions := make([]outage.RegionCount, 0, len(sums))
	for region, n := range sums {
		regions = append(regions, outage.RegionCount{Region: region, Reports: n})
	}
	slices.SortFunc(regions, func(a, b outage.RegionCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Region, b.Region))
	})
	return regions, nil
}

// table reads the public table over whole quarter hours.
func (r *Reader) table(ctx context.Context, service string, country outage.Country, span outage.Span) (*table, error) {
	sum := newTable()
	err := r.quarters(ctx, outage.Query{Service: service, Country: country, Span: span, ByPlace: true}, func(q quarter) {
		sum.add(q)
	})
	return sum, err
}
