package public

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Series is the reports of a service over a span, in steps of whole minutes.
// With a region or a district, whose counts exist only as the public table shows them, the
// step becomes a multiple of a quarter hour and the span whole steps.
func (s *Snapshot) Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (Series, error) {
	if !area.Whole() {
		step = int(outage.Minute(step).Ceil(outage.Quarter))
	}
	series := Series{AsOf: s.AsOf(), Span: span.Snap(step), Step: step}
	for at := series.Span.From; at < series.Span.To; at += outage.Minute(step) {
		series.Points = append(series.Points, Point{Start: at})
	}
	var counts []outage.Count
	var err error
	if area.Whole() {
		counts, err = s.counts(ctx, outage.Query{Service: service, Country: area.Country, Span: series.Span, Step: step})
	} else {
		counts, err = s.shownCounts(ctx, service, area, series.Span)
	}
	if err != nil {
		return series, err
	}
	for _, count := range counts {
		point := int(count.Start-series.Span.From) / step
		if point < 0 || point >= len(series.Points) {
			continue
		}
		series.Points[point].Add(count.Kind, count.N)
	}
	s.expect(ctx, &series, service, area)
	return series, nil
}

// shownCounts is what the public table shows of a region or a district, by quarter hour.
func (s *Snapshot) shownCounts(ctx context.Context, service string, area outage.Area, span outage.Span) ([]outage.Count, error) {
	var all []outage.Count
	query := outage.Query{Service: service, Country: area.Country, Span: span, ByPlace: true}
	err := s.quarters(ctx, query, func(q quarter) {
		all = append(all, outage.Count{Start: q.start, Kind: outage.Problem, N: q.shownOf(area)})
		for _, kind := range []outage.Kind{outage.Works, outage.Back} {
			if n := shown(q.of(kind, area), q.open); n > 0 {
				all = append(all, outage.Count{Start: q.start, Kind: kind, N: n})
			}
		}
	})
	return all, err
}

// of is the tally of the reports of a kind in a region or a district in the quarter hour.
func (q quarter) of(kind outage.Kind, area outage.Area) (t tally) {
	for _, count := range q.counts {
		if count.Kind == kind && within(area, count.Region, count.District) {
			t = t.Plus(tallyOf(count))
		}
	}
	return t
}

// Symptoms breaks the problem reports of a span of whole quarter hours down by
// symptom, in a country, a region or a district. A symptom that was named fewer than Floor
// times in a quarter hour is withheld for it.
func (s *Snapshot) Symptoms(ctx context.Context, service string, area outage.Area, span outage.Span) (Symptoms, error) {
	answer := Symptoms{AsOf: s.AsOf(), Span: span.Snap(outage.Quarter)}
	query := outage.Query{Service: service, Country: area.Country, Span: answer.Span, BySymptom: true, ByPlace: !area.Whole()}
	sums := map[string]int64{}
	err := s.quarters(ctx, query, func(q quarter) {
		total := q.problems()
		if !area.Whole() {
			total = q.shownOf(area)
		}
		answer.Total += total
		for symptom, n := range q.symptoms(area, total) {
			sums[symptom] += n
		}
	})
	answer.Withheld = answer.Total
	for symptom, n := range sums {
		share := float64(n) / float64(answer.Total)
		answer.Items = append(answer.Items, SymptomCount{Symptom: symptom, Reports: n, Share: share})
		answer.Withheld -= n
	}
	slices.SortFunc(answer.Items, func(a, b SymptomCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Symptom, b.Symptom))
	})
	return answer, err
}

// symptoms is what may be shown of total reports in the quarter hour. In a
// region the total is itself of the public table, so a symptom is left out,
// too, where what is left of the total without it would be under the floor.
func (q quarter) symptoms(area outage.Area, total int64) map[string]int64 {
	tallies := map[string]tally{}
	for _, count := range q.counts {
		if count.Kind == outage.Problem && within(area, count.Region, count.District) {
			tallies[count.Symptom] = tallies[count.Symptom].Plus(tallyOf(count))
		}
	}
	named, left := map[string]int64{}, total
	for _, symptom := range slices.Sorted(maps.Keys(tallies)) {
		n := shown(tallies[symptom], q.open)
		rest := left - n
		if n < Floor || !area.Whole() && rest != 0 && rest < Floor {
			continue
		}
		named[symptom], left = n, rest
	}
	return named
}

// problems is the number of problem reports in the quarter hour.
func (q quarter) problems() (n int64) {
	for _, count := range q.counts {
		if count.Kind == outage.Problem {
			n += count.N
		}
	}
	return n
}

// within reports whether a place lies in an area, which is of its country.
func within(area outage.Area, region outage.Region, district outage.District) bool {
	return (area.Region == "" || region == area.Region) && (area.District == "" || district == area.District)
}

// shownOf is what the public table shows of a region or a district in the quarter hour.
func (q quarter) shownOf(area outage.Area) (n int64) {
	table := newTable()
	table.Add(q.leaves(), q.open)
	for at, shown := range table.Shown() {
		if within(area, at.Region, at.District) {
			n += shown.N
		}
	}
	return n
}
