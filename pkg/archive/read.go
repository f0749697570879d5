package archive

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// where is the condition of a query, and its arguments in order.
type where struct {
	text      []string
	arguments []any
}

func (w *where) and(text string, arguments ...any) {
	w.text = append(w.text, text)
	w.arguments = append(w.arguments, arguments...)
}

func (w *where) String() string { return strings.Join(w.text, " AND ") }

// second is a minute in Unix seconds, which do not depend on the time zone of ClickHouse.
func second(minute outage.Minute) int64 { return minute.Time().Unix() }

func filter(query outage.Query) *where {
	w := &where{}
	w.and("start >= toDateTime(?, 'UTC') AND start < toDateTime(?, 'UTC')", second(query.Span.From), second(query.Span.To))
	if query.Service != "" {
		w.and("service = ?", query.Service)
	}
	if query.Country != "" {
		w.and("country = ?", string(query.Country))
	}
	return w
}

// Counts answers a query from the roll-ups. Its error is of CodeUnavailable.
func (d *DB) Counts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	if query.ByNetwork {
		return d.accessCounts(ctx, query)
	}
	table, detail := "minute_counts", "sum(prefixes), toInt64(0)"+strings.Repeat(", toInt64(0)", outage.NodeLevels)
	if quarters(query) {
		table, detail = "quarter_counts", "toInt64(0), sum(vouched), "+sumsOf(networks)
	}
	start := fmt.Sprintf("toInt64(%d)", query.Span.From)
	if query.Step > 0 {
		start = fmt.Sprintf("intDiv(toInt64(toUnixTimestamp(start)), %d) * %d", query.Step*60, query.Step)
	}
	place, symptom := "'', '', toUInt64(0)", "''"
	if query.ByPlace {
		place = "toString(region), '', cell"
		if table == quarterCounts.table {
			place = "toString(region), toString(district), cell"
		}
	}
	if query.BySymptom {
		symptom = "toString(symptom)"
	}
	w := filter(query)
	statement := fmt.Sprintf(`SELECT toString(service), toString(country), %s, %s AS step, toString(kind), %s, sum(n), sum(submissions), sum(judged), %s
		FROM %s WHERE %s GROUP BY ALL`, place, start, symptom, detail, table, w)
	sums := outage.Sums{}
	err := d.rows(ctx, statement, w.arguments, func(scan func(...any) error) error {
		var c outage.Count
		var country, region, district, kind string
		var cell uint64
		var step, judged int64
		into := []any{&c.Service, &country, &region, &district, &cell, &step, &kind, &c.Symptom, &c.N, &c.Submissions, &judged, &c.Prefixes, &c.Keyed}
		if err := scan(append(into, levels(&c.Nodes)...)...); err != nil {
			return err
		}
		c.Country, c.Region, c.District, c.Cell = outage.Country(country), outage.Region(region), outage.District(district), outage.Cell(cell)
		c.Start, c.Kind, c.Judged = outage.Minute(step), outage.Kind(kind), float64(judged)/1000
		sums.Add(c, outage.Query{Step: 1, ByPlace: true, BySymptom: true})
		return nil
	})
	if err != nil {
		return nil, unavailable("reading counts", err)
	}
	return sums.Counts(), nil
}

// sumsOf are the sums of columns of a roll-up, with commas between them.
func sumsOf(columns []sum) string { return renamed("sum(%s)", columns) }

// levels are where the sums of networks are scanned into.
func levels(counts *outage.NodeCounts) (into []any) {
	for i := range counts {
		into = append(into, &counts[i])
	}
	return into
}

// quarters reports whether a query can be answered from 15-minute buckets.
func quarters(query outage.Query) bool {
	return query.Step%outage.Quarter == 0 && query.Span == query.Span.Snap(outage.Quarter)
}

// renamed writes columns of a roll-up in a form, with commas between them.
func renamed(form string, columns []sum) string {
	parts := make([]string, len(columns))
	for i, column := range columns {
		parts[i] = fmt.Sprintf(form, column.name)
	}
	return list(parts)
}

// summed writes the sums over raw rows that columns of a roll-up hold, with commas
// between them.
func summed(columns []sum) string {
	parts := make([]string, len(columns))
	for i, column := range columns {
		parts[i] = fmt.Sprintf("sum(%s) AS %s", column.of, column.name)
	}
	return list(parts)
}

// ShardCounts calls each with the counts of each minute since from, which is at most 26
// hours ago, as in the counters of the hot window, and the low bits of their shard.
func (d *DB) ShardCounts(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error {
	statement := `SELECT counter_shard, toString(service), toString(country), toString(region), toString(district), cell,
			intDiv(toInt64(toUnixTimestamp(start)), 60) AS minute, toString(kind), toString(symptom),
			sum(n), sum(submissions), sum(judged), sum(prefixes), sum(vouched), ` + sumsOf(networks) + `
		FROM shard_counts WHERE start >= toDateTime(?, 'UTC') GROUP BY ALL`
	err := d.rows(d.consistent(ctx), statement, []any{second(from)}, func(scan func(...any) error) error {
		var c outage.Count
		var shard uint8
		var country, region, district, kind string
		var cell uint64
		var minute, judged int64
		into := []any{&shard, &c.Service, &country, &region, &district, &cell, &minute, &kind, &c.Symptom, &c.N, &c.Submissions, &judged, &c.Prefixes, &c.Keyed}
		if err := scan(append(into, levels(&c.Nodes)...)...); err != nil {
			return err
		}
		c.Country, c.Region, c.District, c.Cell = outage.Country(country), outage.Region(region), outage.District(district), outage.Cell(cell)
		c.Start, c.Kind, c.Judged = outage.Minute(minute), outage.Kind(kind), float64(judged)/1000
		each(shard, c)
		return nil
	})
	if err == nil {
		err = d.shardAccess(ctx, from, each)
	}
	if err != nil {
		return unavailable("reading the hot window from the archive", err)
	}
	return nil
}

// Entries calls each with the raw entries received since a time, which is at most two hours
// ago, oldest first and a report before its retraction.
func (d *DB) Entries(ctx context.Context, since time.Time, each func(outage.Entry)) error {
	statement := `SELECT at, toString(service), toString(country), toString(region), toString(district), cell, toString(kind), toString(symptom),
			toString(network), since, sign, counted, weight, first, keyed, nodes, received, shard, random, reporter, prefix, undo
		FROM recent_reports WHERE received >= toDateTime(?, 'UTC') ORDER BY received, at, sign DESC`
	err := d.rows(d.consistent(ctx), statement, []any{since.Unix()}, func(scan func(...any) error) error {
		var e outage.Entry
		var country, region, district, kind string
		var cell uint64
		var counted, first, keyed, nodes uint8
		var weight uint16
		var received time.Time
		err := scan(&e.At, &e.Service, &country, &region, &district, &cell, &kind, &e.Symptom, &e.Network, &e.Since, &e.Sign,
			&counted, &weight, &first, &keyed, &nodes, &received, &e.ID.Shard, &e.ID.Random, &e.Reporter, &e.Prefix, &e.UndoHash)
		if err != nil {
			return err
		}
		e.Country, e.Region, e.District = outage.Country(country), outage.Region(region), outage.District(district)
		e.Cell, e.Kind = outage.Cell(cell), outage.Kind(kind)
		e.Counted, e.First, e.Keyed, e.Weight = counted == 1, first == 1, keyed == 1, float64(weight)/1000
		e.Nodes = outage.NodeSet(nodes)
		e.ID.Received = outage.MinuteOf(received)
		if e.Since.Unix() == 0 {
			e.Since = time.Time{}
		}
		each(e)
		return nil
	})
	if err != nil {
		return unavailable("reading the latest reports from the archive", err)
	}
	return nil
}

// Imported calls each with the ids of the imported lines received since a time, which is at
// most eight days ago: older ones are deleted.
func (d *DB) Imported(ctx context.Context, since time.Time, each func(outage.ReportID)) error {
	statement := `SELECT shard, received, random FROM reports WHERE keyed = 1 AND received >= toDateTime(?, 'UTC')`
	err := d.rows(d.consistent(ctx), statement, []any{since.Unix()}, func(scan func(...any) error) error {
		var id outage.ReportID
		var received time.Time
		if err := scan(&id.Shard, &received, &id.Random); err != nil {
			return err
		}
		id.Received = outage.MinuteOf(received)
		each(id)
		return nil
	})
	if err != nil {
		return unavailable("reading the lines of imports from the archive", err)
	}
	return nil
}
