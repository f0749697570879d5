package archive

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Table answers a query for the public table, summed up over the span at the
// resolution of cells, or at outage.LevelDistrict or LevelRegion. The floor is applied
// by ClickHouse, level by level as public.floored does it: to whole days once, by
// FloorDays, to the rest of the span now. Its error says CodeUnavailable.
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
	w := filter(query)
	w.and("kind = ?", string(outage.Problem))
	w.and(within(spans))
	statement := tableStatement(w.String(), level, floor)
	return d.readTable(ctx, statement, append(w.arguments, w.arguments...))
}

// within is the condition that a row is of one of the spans.
func within(spans []outage.Span) string {
	var any []string
	for _, span := range spans {
		any = append(any, fmt.Sprintf("start >= toDateTime(%d, 'UTC') AND start < toDateTime(%d, 'UTC')", second(span.From), second(span.To)))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

// readTable reads the rows of a statement: whether they have a place, region, district,
// cell, reports that are shown, those of them that are judged, all reports.
func (d *DB) readTable(ctx context.Context, statement string, arguments []any) (table outage.Table, err error) {
	err = d.rows(ctx, statement, arguments, func(scan func(...any) error) error {
		var region, district string
		var cell uint64
		var shown, judged, total int64
		var placed uint8
		if err := scan(&placed, &region, &district, &cell, &shown, &judged, &total); err != nil {
			return err
		}
		table.Total += total
		if placed == 0 {
			table.Unplaced += total
			return nil
		}
		if shown > 0 {
			table.Rows = append(table.Rows, outage.TableRow{
				Region: outage.Region(region), District: outage.District(district), Cell: outage.Cell(cell),
				Reports: shown, Judged: float64(judged) / 1000,
			})
		}
		return nil
	})
	return table, err
}

// tableLevel is a level of the nodes of the public table.
type tableLevel struct {
	networks string // the column of the number of networks of its nodes
	active   string // the condition of the rows that are nodes of it
	cell     string // the column cell of a node of it, by that of a node below
	district string // the same of the column district
	takes    string // the condition of the rows below whose rest it takes
}

const everyRow = "true"

// tableLevels are those of the public table that a question about a level climbs, the
// finest first.
func tableLevels(level int) []tableLevel {
	finest := tableLevel{networkNameOf(outage.CellFine), "cell != 0", "cell", "district", everyRow}
	district := tableLevel{networkNameOf(outage.LevelDistrict), "district != 0", "toUInt64(0)", "district", everyRow}
	if level == outage.LevelDistrict {
		district.takes = "cell = 0" // what the finest cells do not show moves to larger cells
		return []tableLevel{finest, district}
	}
	climbed := []tableLevel{finest}
	for resolution := outage.CellFine - 1; resolution >= max(level, outage.CellCoarse); resolution-- {
		climbed = append(climbed, tableLevel{
			networkNameOf(resolution), "cell != 0", parentOf("cell", resolution), "if(cell = 0, district, toUInt64(0))", everyRow,
		})
	}
	if level == outage.LevelRegion {
		climbed = append(climbed, district, tableLevel{networkNameOf(outage.LevelRegion), "part != 0", "toUInt64(0)", "toUInt64(0)", everyRow})
	}
	return climbed
}

func networkNameOf(level int) string { return fmt.Sprintf("networks_%d", level) }

// tableStatement climbs from the leaves of the public table to the level that is asked
// for. A row is a node, or a leaf of a level above, which waits. On each level, own is
// what no level below could show, and shown is what they do show; judged goes with
// each. A column networks_N, the reports that importers brought included, says how many
// networks a node of resolution or level N has, up to two in each shard. Live is what
// came as it was made and was not shown on a level below while the quarter hour was
// open. All keys are numbers, which ClickHouse groups by several times faster than by
// texts: a region's code, which has at most eight bytes, is read as one, a district's is
// hashed, and of service and country nothing but the difference matters. The condition
// stands in it twice.
func tableStatement(condition string, level, floor int) string {
	return "SELECT placed, reinterpretAsString(part) AS region, name, at, reports, judged, counted FROM " +
		tablePlaces("", condition, level, floor) + " ORDER BY reports DESC, region, name, at"
}

// tablePlaces are the places of a level, summed over the quarter hours and joined with the
// names of districts; by are further columns of the nodes to divide by, each with a comma
// behind it. The condition stands in it twice.
func tablePlaces(by, condition string, level, floor int) string {
	nodes, placed := tableNodes(condition, level, floor)
	return fmt.Sprintf(`(
			SELECT %[5]stoUInt8(%[1]s) AS placed, part, district AS of, toUInt64(cell) AS at,
				sum(shown + now) AS reports, sum(shown_judged + now_judged) AS judged, sum(total) AS counted
			FROM (%[2]s) GROUP BY %[5]splaced, part, of, at
		) AS summed LEFT JOIN (
			SELECT %[3]s AS of, any(toString(district)) AS name FROM quarter_counts WHERE %[4]s GROUP BY of
		) AS names ON summed.of = names.of`, placed, nodes, districtHash, condition, by)
}

// districtHash is a district as the nodes of the table have it.
const districtHash = "if(toString(district) = '', toUInt64(0), cityHash64(toString(district)))"

// tableNodes are the nodes of a level, and the condition of those that have a place of it.
func tableNodes(condition string, level, floor int) (nodes, placed string) {
	climbed := tableLevels(level)
	columns := func(from int) (names []sum) {
		for _, at := range climbed[from:] {
			names = append(names, sum{name: at.networks})
		}
		return names
	}
	statement := fmt.Sprintf(`SELECT start, cityHash64(service, country) AS topic, reinterpretAsUInt64(toFixedString(toString(region), 8)) AS part,
			%s AS within, cell, sum(n) AS own, sum(n) - sum(vouched) AS live, toInt64(0) AS shown, sum(judged) AS own_judged, toInt64(0) AS shown_judged, sum(n) AS total, %s
		FROM quarter_counts WHERE %s GROUP BY start, topic, part, within, cell`, districtHash, sumsVouched(columns(0)), condition)
	statement = fmt.Sprintf("SELECT * EXCEPT within, within AS district FROM (%s)", statement)
	least := floor // with which a row appears while its quarter hour is open
	for i := range climbed[1:] {
		at, next := climbed[i], climbed[i+1]
		statement = fmt.Sprintf(`SELECT start, topic, part, %[1]s AS district_above, %[2]s AS cell_above, sum(if(%[9]s, greatest(own - now, 0), 0)) AS own_above,
			sum(if(%[9]s AND (NOT (%[3]s) OR live < %[5]d OR %[6]s < %[7]d), greatest(live, 0), 0)) AS live_above, sum(shown + now) AS shown_above,
			sum(if(%[9]s, own_judged - now_judged, 0)) AS judged_above, sum(shown_judged + now_judged) AS shown_judged_above, sum(total) AS total_above, %[8]s
			FROM (%[4]s) GROUP BY start, topic, part, district_above, cell_above`, next.district, next.cell, at.active, shownNow(statement, at, floor, least), floor,
			at.networks, outage.LeastNetworks, renamed("sum(%[1]s) AS %[1]s_above", columns(i+1)), next.takes)
		least = 2 * floor // what moved up appears once the floor can be held back
		statement = fmt.Sprintf(`SELECT start, topic, part, district_above AS district, cell_above AS cell, own_above AS own, live_above AS live, shown_above AS shown,
			judged_above AS own_judged, shown_judged_above AS shown_judged, total_above AS total, %s FROM (%s)`,
			renamed("%[1]s_above AS %[1]s", columns(i+1)), statement)
	}
	top := climbed[len(climbed)-1]
	return shownNow(statement, top, floor, least), top.active
}

// shownNow adds to each node of a level what it shows of its own count, as
// public.shownClosed has it, and what of that is judged. It appeared, while
// its quarter hour was open, with the least number. One with too few networks, and what
// waits for a level above, shows nothing.
func shownNow(rows string, at tableLevel, floor, least int) string {
	return fmt.Sprintf(`SELECT *, multiIf(live < %[3]d OR %[4]s < %[5]d, 0, live < 2 * %[1]d, %[1]d, intDiv(live, %[1]d) * %[1]d - %[1]d) AS before,
		toInt64(multiIf(NOT (%[6]s) OR own < %[1]d OR %[4]s < %[5]d, 0, own <= before OR own - before >= %[1]d, own, before)) AS now,
		if(own > 0, intDiv(own_judged * now, own), toInt64(0)) AS now_judged FROM (%[2]s)`, floor, rows, least, at.networks, outage.LeastNetworks, at.active)
}

// parentOf is outage.Cell.Parent as ClickHouse computes it, for cells of the
// next finer resolution and for 0. Its own h3ToParent refuses 0 even where a
// condition keeps 0 from it.
func parentOf(column string, resolution int) string {
	const fields = 0xf << 52
	parent := uint64(outage.Cell(fields).Parent(resolution))
	return fmt.Sprintf("if(%[1]s = 0, toUInt64(0), bitOr(bitAnd(%[1]s, bitNot(toUInt64(%[2]d))), toUInt64(%[3]d)))", column, uint64(fields), parent)
}
