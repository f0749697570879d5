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
	place, symptom := "'', toUInt64(0)", "''"
	if query.ByPlace {
		place = "toString(region), cell"
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
		var country, region, kind string
		var cell uint64
		var step, judged int64
		into := []any{&c.Service, &country, &region, &cell, &step, &kind, &c.Symptom, &c.N, &c.Submissions, &judged, &c.Prefixes, &c.Keyed}
		if err := scan(append(into, levels(&c.Nodes)...)...); err != nil {
			return err
		}
		c.Country, c.Region, c.Cell = outage.Country(country), outage.Region(region), outage.Cell(cell)
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

// Table answers a query for the public table, summed up over the span at a
// resolution, or by region where it is 0. ClickHouse applies the minimum count, level by
// level as public.floored does. Its error is of CodeUnavailable.
func (d *DB) Table(ctx context.Context, query outage.Query, resolution, floor int) (outage.Table, error) {
	w := filter(query)
	w.and("kind = ?", string(outage.Problem))
	var table outage.Table
	statement := tableStatement(w.String(), resolution, floor)
	err := d.rows(ctx, statement, w.arguments, func(scan func(...any) error) error {
		var region string
		var cell uint64
		var shown, judged, total int64
		var placed uint8
		if err := scan(&placed, &region, &cell, &shown, &judged, &total); err != nil {
			return err
		}
		table.Total += total
		if placed == 0 {
			table.Unplaced += total
			return nil
		}
		if shown > 0 {
			row := outage.TableRow{Region: outage.Region(region), Cell: outage.Cell(cell), Reports: shown, Judged: float64(judged) / 1000}
			table.Rows = append(table.Rows, row)
		}
		return nil
	})
	if err != nil {
		return table, unavailable("reading the public table", err)
	}
	return table, nil
}

// tableStatement aggregates from the cells of resolution 6 to the given one. On each level,
// own is the reports that no level below shows, shown those that they do; both have their
// judged counts. A column networks_N, imported reports included, is the number of networks
// of a node of resolution N, up to two in each shard. live is the live reports that no level
// below showed while the quarter hour was open. All keys are numbers, which ClickHouse groups
// several times faster than texts: the code of a region, of at most eight bytes, is read as
// one, and service and country are hashed.
func tableStatement(condition string, resolution, floor int) string {
	statement := fmt.Sprintf(`SELECT start, cityHash64(service, country) AS topic, reinterpretAsUInt64(toFixedString(toString(region), 8)) AS part,
			cell, sum(n) AS own, sum(n) - sum(vouched) AS live, toInt64(0) AS shown, sum(judged) AS own_judged, toInt64(0) AS shown_judged, sum(n) AS total, %s
		FROM quarter_counts WHERE %s GROUP BY start, topic, part, cell`, sumsVouched(networks), condition)
	least := floor // count from which a row is shown while its quarter hour is open
	level := 0     // of the nodes of the statement, as in networks
	climb := func(parent string) {
		above := networks[level+1:]
		statement = fmt.Sprintf(`SELECT start, topic, part, %[1]s AS above, sum(greatest(own - now, 0)) AS own_above,
			sum(if(live < %[3]d OR %[4]s < %[5]d, greatest(live, 0), 0)) AS live_above, sum(shown + now) AS shown_above,
			sum(own_judged - now_judged) AS judged_above, sum(shown_judged + now_judged) AS shown_judged_above, sum(total) AS total_above, %[6]s
			FROM (%[2]s) GROUP BY start, topic, part, above`, parent, shownNow(statement, networks[level].name, floor, least), floor,
			networks[level].name, outage.LeastNetworks, renamed("sum(%[1]s) AS %[1]s_above", above))
		least = 2 * floor // remainders of lower levels are shown once a minimum count stays suppressed
		statement = fmt.Sprintf(`SELECT start, topic, part, above AS cell, own_above AS own, live_above AS live, shown_above AS shown,
			judged_above AS own_judged, shown_judged_above AS shown_judged, total_above AS total, %s FROM (%s)`,
			renamed("%[1]s_above AS %[1]s", above), statement)
		level++
	}
	lowest := resolution
	if resolution == 0 {
		lowest = outage.CellCoarse
	}
	for resolution := outage.CellFine - 1; resolution >= lowest; resolution-- {
		climb(parentOf("cell", resolution))
	}
	if resolution == 0 {
		climb("if(cell = 0, toUInt64(0), toUInt64(1))")
	}
	return fmt.Sprintf(`SELECT toUInt8(cell != 0) AS placed, reinterpretAsString(part) AS region, toUInt64(cell) AS at,
			sum(shown + now) AS reports, sum(shown_judged + now_judged) AS judged, sum(total) AS counted
		FROM (%s) GROUP BY placed, part, at`, shownNow(statement, networks[level].name, floor, least))
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

// sumsVouched are the sums of networks, where each report that an importer brought
// counts as one of a network of its own.
func sumsVouched(columns []sum) string {
	return renamed("sum(%[1]s) + sum(vouched) AS %[1]s", columns)
}

// shownNow adds to each row the part of its own count that is shown, as public.shownClosed
// does, and the judged part of it. While its quarter hour was open, a row was shown from the
// least number on. A row with too few networks, by the named column, is not shown.
func shownNow(rows, networks string, floor, least int) string {
	return fmt.Sprintf(`SELECT *, multiIf(live < %[3]d OR %[4]s < %[5]d, 0, live < 2 * %[1]d, %[1]d, intDiv(live, %[1]d) * %[1]d - %[1]d) AS before,
		toInt64(multiIf(own < %[1]d OR %[4]s < %[5]d, 0, own <= before OR own - before >= %[1]d, own, before)) AS now,
		if(own > 0, intDiv(own_judged * now, own), toInt64(0)) AS now_judged FROM (%[2]s)`, floor, rows, least, networks, outage.LeastNetworks)
}

// parentOf is outage.Cell.Parent as ClickHouse computes it, for cells of the
// next finer resolution and for 0. Its function h3ToParent fails for 0 even where a
// condition excludes it.
func parentOf(column string, resolution int) string {
	const fields = 0xf << 52
	parent := uint64(outage.Cell(fields).Parent(resolution))
	return fmt.Sprintf("if(%[1]s = 0, toUInt64(0), bitOr(bitAnd(%[1]s, bitNot(toUInt64(%[2]d))), toUInt64(%[3]d)))", column, uint64(fields), parent)
}

// ShardCounts calls each with the counts of each minute since from, which is at most 26
// hours ago, as in the counters of the hot window, and the low bits of their shard.
func (d *DB) ShardCounts(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error {
	statement := `SELECT counter_shard, toString(service), toString(country), toString(region), cell,
			intDiv(toInt64(toUnixTimestamp(start)), 60) AS minute, toString(kind), toString(symptom),
			sum(n), sum(submissions), sum(judged), sum(prefixes), sum(vouched), ` + sumsOf(networks) + `
		FROM shard_counts WHERE start >= toDateTime(?, 'UTC') GROUP BY ALL`
	err := d.rows(ctx, statement, []any{second(from)}, func(scan func(...any) error) error {
		var c outage.Count
		var shard uint8
		var country, region, kind string
		var cell uint64
		var minute, judged int64
		into := []any{&shard, &c.Service, &country, &region, &cell, &minute, &kind, &c.Symptom, &c.N, &c.Submissions, &judged, &c.Prefixes, &c.Keyed}
		if err := scan(append(into, levels(&c.Nodes)...)...); err != nil {
			return err
		}
		c.Country, c.Region, c.Cell = outage.Country(country), outage.Region(region), outage.Cell(cell)
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
	statement := `SELECT at, toString(service), toString(country), toString(region), cell, toString(kind), toString(symptom),
			toString(network), since, sign, counted, weight, first, keyed, nodes, received, shard, random, reporter, prefix, undo
		FROM recent_reports WHERE received >= toDateTime(?, 'UTC') ORDER BY received, at, sign DESC`
	err := d.rows(ctx, statement, []any{since.Unix()}, func(scan func(...any) error) error {
		var e outage.Entry
		var country, region, kind string
		var cell uint64
		var counted, first, keyed, nodes uint8
		var weight uint16
		var received time.Time
		err := scan(&e.At, &e.Service, &country, &region, &cell, &kind, &e.Symptom, &e.Network, &e.Since, &e.Sign,
			&counted, &weight, &first, &keyed, &nodes, &received, &e.ID.Shard, &e.ID.Random, &e.Reporter, &e.Prefix, &e.UndoHash)
		if err != nil {
			return err
		}
		e.Country, e.Region, e.Cell, e.Kind = outage.Country(country), outage.Region(region), outage.Cell(cell), outage.Kind(kind)
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
	err := d.rows(ctx, statement, []any{since.Unix()}, func(scan func(...any) error) error {
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
