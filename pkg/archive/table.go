package archive

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/suppression"
)

// Table answers a query for the public table, summed up over the span at the
// resolution of cells, or at outage.LevelDistrict or LevelRegion. The floor is applied
// to whole days once, by FloorDays, to the rest of the span now. Its error says
// CodeUnavailable.
func (d *DB) Table(ctx context.Context, query outage.Query, level, floor int) (outage.Table, error) {
	days, err := d.flooredDays(ctx, query.Span, floor)
	var floored, rest outage.Table
	if err == nil && len(days) > 0 {
		floored, err = d.flooredTable(ctx, query, level, days)
	}
	if spans := without(query.Span, days); err == nil && len(spans) > 0 {
		rest, err = d.tableOf(ctx, query, spans, level, floor)
	}
	if err != nil {
		return outage.Table{}, unavailable("reading the public table", err)
	}
	return plus(floored, rest), nil
}

// tableOf applies the floor to the quarter hours of spans.
func (d *DB) tableOf(ctx context.Context, query outage.Query, spans []outage.Span, level, floor int) (outage.Table, error) {
	table := suppression.NewTable(suppression.Least(floor))
	err := d.quarterHours(ctx, query, spans, leavesAtOnce, func(_ topic, leaves []suppression.Leaf) { table.Add(leaves, false) })
	return table.At(level), err
}

// topic is a service in a country.
type topic struct{ service, country string }

// quarterHour is one of a topic, by its start in Unix seconds.
type quarterHour struct {
	topic
	start int64
}

// leavesAtOnce is how many rows one statement reads, about 100 bytes each, which the embedded
// engine has in memory at once.
const leavesAtOnce = 250_000

// quarterHours calls each with the problem reports of each quarter hour of spans, topic after
// topic, each in order of time. It must not retain the leaves. One statement reads most rows
// at first, more where a single quarter hour has more.
//
// ClickHouse reads the rows nearly in the order in which it stores them, and does not even sum
// them up: to plan a statement that applies the floor, level by level, takes longer than all
// of this takes over a day.
func (d *DB) quarterHours(ctx context.Context, query outage.Query, spans []outage.Span, most int, each func(of topic, leaves []suppression.Leaf)) error {
	for next := (quarterHour{}); ; {
		read, last, err := d.someQuarterHours(ctx, query, spans, next, most, each)
		if err != nil || read < most {
			return err
		}
		if last == next { // which has more than that
			most *= 2
		}
		next = last
	}
}

// someQuarterHours reads the most rows, from those of a quarter hour on, and gives how many
// it found. If they are all, last is the quarter hour that each was not called with, because
// there may be more of it.
func (d *DB) someQuarterHours(
	ctx context.Context, query outage.Query, spans []outage.Span, from quarterHour, most int, each func(of topic, leaves []suppression.Leaf),
) (read int, last quarterHour, err error) {
	w := filter(query)
	w.and("kind = ?", string(outage.Problem))
	w.and(within(spans))
	if from != (quarterHour{}) {
		w.and("(service, country, start) >= (?, ?, toDateTime(?, 'UTC'))", from.service, from.country, from.start)
	}
	statement := fmt.Sprintf(`SELECT toInt64(toUnixTimestamp(start)), service, country, region, district, cell, n, vouched, judged, %s
		FROM quarter_counts WHERE %s ORDER BY service, country, start, cell LIMIT %d`, renamed("%s", networks), w, most)
	var leaves []suppression.Leaf
	var row leafRow
	columns := row.columns()
	err = d.rows(ctx, statement, w.arguments, func(scan func(...any) error) error {
		err := scan(columns...)
		if row.at != last && len(leaves) > 0 {
			each(last.topic, leaves)
			leaves = leaves[:0]
		}
		read, last, leaves = read+1, row.at, append(leaves, row.leaf())
		return err
	})
	if err == nil && read < most && len(leaves) > 0 {
		each(last.topic, leaves)
	}
	return read, last, err
}

// leafRow is a row of quarter_counts.
type leafRow struct {
	at                 quarterHour
	region, district   string
	cell               uint64
	n, vouched, judged int64
	networks           outage.NodeCounts
}

// columns are where a row is scanned into.
func (r *leafRow) columns() []any {
	into := []any{&r.at.start, &r.at.service, &r.at.country, &r.region, &r.district, &r.cell, &r.n, &r.vouched, &r.judged}
	return append(into, levels(&r.networks)...)
}

func (r *leafRow) leaf() suppression.Leaf {
	leaf := suppression.Leaf{
		Node:     suppression.Node{Region: outage.Region(r.region), District: outage.District(r.district), Cell: outage.Cell(r.cell)},
		Tally:    suppression.Tally{N: r.n, Live: r.n - r.vouched, Judged: r.judged},
		Networks: r.networks,
	}
	for level := range leaf.Networks {
		leaf.Networks[level] += r.vouched
	}
	return leaf
}

// within is the condition that a row is of one of the spans.
func within(spans []outage.Span) string {
	var any []string
	for _, span := range spans {
		any = append(any, fmt.Sprintf("start >= toDateTime(%d, 'UTC') AND start < toDateTime(%d, 'UTC')", second(span.From), second(span.To)))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}
