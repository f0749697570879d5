package archive

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/suppression"
)

// The public table of days that are over is computed once, so that a map of months does not
// apply the floor to each of its quarter hours again. The floor of a quarter hour does not
// depend on others, so the sums of its results over days are those over the quarter hours.
//
// A day is computed again when reports of it arrive later, as imports do: quarter_changes has
// when the latest ones of each day were inserted, by the clock of ClickHouse.

// flooredCounts makes the tables of floored days. Reports of before count as inserted at the
// epoch.
var flooredCounts = plain(
	`CREATE TABLE IF NOT EXISTS floored_counts (
		day      Date,
		computed Int64,
		level    UInt8,
		service  LowCardinality(String),
		country  LowCardinality(String),
		placed   UInt8,
		region   LowCardinality(String),
		district LowCardinality(String),
		cell     UInt64 CODEC(ZSTD(1)),
		reports  Int64 CODEC(ZSTD(1)),
		judged   Int64 CODEC(ZSTD(1)),
		total    Int64 CODEC(ZSTD(1))
	) ENGINE = MergeTree
	PARTITION BY toYYYYMM(day)
	ORDER BY (level, service, country, day, computed)
	TTL day + INTERVAL 10 YEAR`,
	`CREATE TABLE IF NOT EXISTS floored_days (
		day      Date,
		least    UInt8,
		computed Int64,
		upto     DateTime('UTC')
	) ENGINE = ReplacingMergeTree(computed)
	ORDER BY (day, least)
	TTL day + INTERVAL 10 YEAR`,
	`CREATE TABLE IF NOT EXISTS quarter_changes (
		day     Date,
		changed SimpleAggregateFunction(max, DateTime('UTC'))
	) ENGINE = AggregatingMergeTree
	ORDER BY day
	TTL day + INTERVAL 10 YEAR`,
	`CREATE MATERIALIZED VIEW IF NOT EXISTS quarter_counts_to_changes TO quarter_changes AS
	SELECT toDate(start) AS day, now('UTC') AS changed FROM quarter_counts GROUP BY day`,
	`INSERT INTO quarter_changes SELECT toDate(start) AS day, toDateTime(0, 'UTC') AS changed FROM quarter_counts GROUP BY day`,
)

const (
	dayMinutes = 24 * 60
	// quietFor is how long nothing of a day may have been inserted before it is computed,
	// which is longer than any insert takes: what is inserted afterwards counts as later.
	quietFor = 10 * time.Minute
	// overFor is how long a day has been over before it is computed.
	overFor = time.Hour
	// flooredAtOnce is how many rows of a day are computed at once, as long as they are spread
	// over the day, which bounds the rows that are stored at once.
	flooredAtOnce = 1_000_000
	// shortestFloored is the shortest part of a day that is computed by itself.
	shortestFloored = 60
	// flooringTime is how long FloorDays works before it leaves days for the next time.
	flooringTime = 5 * time.Second
)

// tableLevelsKept are the levels of the public table that are computed for each day.
var tableLevelsKept = []int{outage.LevelRegion, outage.LevelDistrict, outage.CellCoarse, outage.CellCoarse + 1, outage.CellFine - 1, outage.CellFine}

// flooredDay is a day whose public table is stored, and when it was computed.
type flooredDay struct {
	outage.Span
	computed int64
}

func (f flooredDay) date() string { return f.From.Time().UTC().Format(time.DateOnly) }

// dayOf is a day as ClickHouse has it.
func (f flooredDay) dayOf() string { return fmt.Sprintf("toDate('%s')", f.date()) }

// changesOf are the days of which something was inserted, with when that was last, and with
// when each was last computed, 0 for never.
const changesOf = `SELECT day, max(changed) AS inserted, max(computed) AS newest, argMax(upto, computed) AS until FROM (
		SELECT day, 1 AS known, changed, toInt64(0) AS computed, toDateTime(0, 'UTC') AS upto FROM quarter_changes UNION ALL
		SELECT day, 0 AS known, toDateTime(0, 'UTC') AS changed, computed, upto FROM floored_days WHERE least = ?
	) GROUP BY day HAVING max(known) = 1`

// flooredDays are the days of a span whose public table with a floor is stored and holds,
// in order.
func (d *DB) flooredDays(ctx context.Context, span outage.Span, floor int) (days []flooredDay, err error) {
	if span.To-span.From < dayMinutes {
		return nil, nil
	}
	query := fmt.Sprintf(`SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))), toInt64(newest) FROM (%s)
		WHERE newest > 0 AND inserted <= until AND toDateTime(day, 'UTC') >= toDateTime(%d, 'UTC') AND toDateTime(day, 'UTC') + INTERVAL 1 DAY <= toDateTime(%d, 'UTC') ORDER BY day`,
		changesOf, second(span.From), second(span.To))
	err = d.rows(d.consistent(ctx), query, []any{floor}, func(scan func(...any) error) error {
		var began int64
		var one flooredDay
		err := scan(&began, &one.computed)
		one.From = outage.Minute(began / 60)
		one.To = one.From + dayMinutes
		days = append(days, one)
		return err
	})
	return days, err
}

// flooredTable is the public table of stored days.
func (d *DB) flooredTable(ctx context.Context, query outage.Query, level int, days []flooredDay) (outage.Table, error) {
	w := &where{}
	w.and("level = ?", level)
	if query.Service != "" {
		w.and("service = ?", query.Service)
	}
	if query.Country != "" {
		w.and("country = ?", string(query.Country))
	}
	computed := make([]string, len(days))
	for i, day := range days {
		computed[i] = fmt.Sprintf("('%s', %d)", day.date(), day.computed)
	}
	w.and("(day, computed) IN (" + strings.Join(computed, ", ") + ")")
	statement := fmt.Sprintf(`SELECT placed, toString(region), toString(district), cell, sum(reports), sum(judged), sum(total)
		FROM floored_counts WHERE %s GROUP BY placed, region, district, cell`, w)
	var table outage.Table
	err := d.rows(d.consistent(ctx), statement, w.arguments, func(scan func(...any) error) error {
		var row outage.TableRow
		var region, district string
		var cell uint64
		var judged, total int64
		var placed uint8
		if err := scan(&placed, &region, &district, &cell, &row.Reports, &judged, &total); err != nil {
			return err
		}
		table.Total += total
		if placed == 0 {
			table.Unplaced += total
		} else if row.Reports > 0 {
			row.Region, row.District, row.Cell = outage.Region(region), outage.District(district), outage.Cell(cell)
			row.Judged = float64(judged) / suppression.Milli
			table.Rows = append(table.Rows, row)
		}
		return nil
	})
	return table, err
}

// without is what is left of a span without days in order.
func without(span outage.Span, days []flooredDay) (spans []outage.Span) {
	from := span.From
	for _, day := range days {
		if from < day.From {
			spans = append(spans, outage.Span{From: from, To: day.From})
		}
		from = day.To
	}
	if from < span.To {
		spans = append(spans, outage.Span{From: from, To: span.To})
	}
	return spans
}

// plus adds two tables, in the order of one: most reports first.
func plus(a, b outage.Table) outage.Table {
	type place struct {
		region   outage.Region
		district outage.District
		cell     outage.Cell
	}
	at := map[place]int{}
	sum := outage.Table{Total: a.Total + b.Total, Unplaced: a.Unplaced + b.Unplaced, NotYetPlaced: a.NotYetPlaced + b.NotYetPlaced}
	for _, row := range slices.Concat(a.Rows, b.Rows) {
		key := place{row.Region, row.District, row.Cell}
		if i, ok := at[key]; ok {
			sum.Rows[i].Reports += row.Reports
			sum.Rows[i].Judged += row.Judged
			continue
		}
		at[key] = len(sum.Rows)
		sum.Rows = append(sum.Rows, row)
	}
	slices.SortFunc(sum.Rows, func(a, b outage.TableRow) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Region, b.Region), cmp.Compare(a.District, b.District), cmp.Compare(a.Cell, b.Cell))
	})
	return sum
}

// floorEvery is how often RunFloor looks for days.
const floorEvery = time.Minute

// RunFloor computes the public table of days that are over, as this server archives, until
// ctx ends. It runs beside Run, so that no report waits for it, and logs what fails.
func (a *Archiver) RunFloor(ctx context.Context) error {
	ticks := time.NewTicker(floorEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
		if err := a.floorDays(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.Logger.Warn("computing the public table of days that are over failed; reading them takes longer", "error", err)
		}
	}
}

// floorDays computes days that are due, unless another server archives or ClickHouse fails.
func (a *Archiver) floorDays(ctx context.Context, now time.Time) error {
	if !a.isPrepared() || a.Failing() != nil {
		return nil
	}
	if leads, err := a.Batches.Lead(ctx, a.server, leadFor); err != nil || !leads {
		return err
	}
	computed, err := a.DB.FloorDays(ctx, now, a.Floor)
	if computed > 0 {
		a.Logger.Debug("the public table of days that are over is computed", "days", computed)
	}
	return err
}

// FloorDays computes the public table of days that are over and lack it, or have changed
// since, the latest first, and returns how many it computed. It stops after a few seconds;
// the caller ensures that only one server does so at a time.
func (d *DB) FloorDays(ctx context.Context, now time.Time, floor int) (computed int, err error) {
	began := time.Now()
	for time.Since(began) < flooringTime {
		more, err := d.floorDay(ctx, now, floor)
		if err != nil || !more {
			return computed, err
		}
		computed++
	}
	return computed, nil
}

// floorDay computes one day; more is false where none is due.
func (d *DB) floorDay(ctx context.Context, now time.Time, floor int) (more bool, err error) {
	due := fmt.Sprintf(`SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) FROM (%s)
		WHERE (newest = 0 OR inserted > until) AND inserted <= now('UTC') - %d AND toDateTime(day, 'UTC') + INTERVAL 1 DAY <= toDateTime(%d, 'UTC')
		ORDER BY day DESC LIMIT 1`, changesOf, int(quietFor.Seconds()), now.Add(-overFor).Unix())
	day := flooredDay{computed: time.Now().UnixNano()}
	found := false
	err = d.rows(ctx, due, []any{floor}, func(scan func(...any) error) error {
		var began int64
		found = true
		err := scan(&began)
		day.From = outage.Minute(began / 60)
		day.To = day.From + dayMinutes
		return err
	})
	if err != nil || !found {
		return false, err
	}
	upto, err := d.number(ctx, fmt.Sprintf("SELECT toInt64(toUnixTimestamp(now('UTC'))) - %d", int(quietFor.Seconds())))
	if err != nil {
		return false, err
	}
	if err := d.forgetDay(ctx, day); err != nil {
		return false, err
	}
	rows, err := d.number(ctx, "SELECT toInt64(count()) FROM quarter_counts WHERE "+within([]outage.Span{day.Span}))
	if err != nil {
		return false, err
	}
	for _, part := range flooredParts(day.Span, rows) {
		if err := d.floorPart(bounded(ctx, d.timeout), day, part, floor); err != nil {
			return false, fmt.Errorf("computing the public table of %s: %w", day.date(), err)
		}
	}
	return true, d.exec(ctx, fmt.Sprintf("INSERT INTO floored_days (day, least, computed, upto) VALUES (%s, %d, %d, %d)", day.dayOf(), floor, day.computed, upto))
}

// flooredParts divides a day into the parts that are computed one by one.
func flooredParts(day outage.Span, rows int64) (parts []outage.Span) {
	number := min(1+rows/flooredAtOnce, dayMinutes/shortestFloored)
	length := (dayMinutes / outage.Minute(number)).Ceil(outage.Quarter)
	for from := day.From; from < day.To; from += length {
		parts = append(parts, outage.Span{From: from, To: min(from+length, day.To)})
	}
	return parts
}

// forgetDay deletes what was computed of a day before, and what a crash left of it.
func (d *DB) forgetDay(ctx context.Context, day flooredDay) error {
	n, err := d.number(ctx, "SELECT toInt64(count()) FROM floored_counts WHERE day = "+day.dayOf())
	if err != nil || n == 0 {
		return err
	}
	return d.exec(ctx, "ALTER TABLE floored_counts DELETE WHERE day = "+day.dayOf()+fmt.Sprintf(" AND computed < %d", day.computed))
}

// floorPart stores the public table of a part of a day, by service and country, at all levels.
func (d *DB) floorPart(ctx context.Context, day flooredDay, part outage.Span, floor int) error {
	var rows [][]any
	var of topic
	table := suppression.NewTable(suppression.Least(floor))
	err := d.quarterHours(ctx, outage.Query{Span: part}, []outage.Span{part}, leavesAtOnce, func(next topic, leaves []suppression.Leaf) {
		if next != of {
			rows = append(rows, flooredRows(day, of, table)...)
			of, table = next, suppression.NewTable(suppression.Least(floor))
		}
		table.Add(leaves, false)
	})
	rows = append(rows, flooredRows(day, of, table)...)
	if err != nil || len(rows) == 0 {
		return err
	}
	return d.append(ctx, "INSERT INTO floored_counts (day, computed, level, service, country, placed, region, district, cell, reports, judged, total)", rows)
}

// flooredRows are the rows of a table at all levels. All reports, which only Table.Total and
// Unplaced need, are in rows without a place: one of those that have a place of the level, and
// one of those that have none.
func flooredRows(day flooredDay, of topic, table *suppression.Table) (rows [][]any) {
	for _, level := range tableLevelsKept {
		add := func(placed uint8, row outage.TableRow, total int64) {
			judged := int64(math.Round(row.Judged * suppression.Milli))
			rows = append(rows, []any{
				day.From.Time(), day.computed, uint8(level), of.service, of.country, placed,
				string(row.Region), string(row.District), uint64(row.Cell), row.Reports, judged, total,
			})
		}
		at := table.At(level)
		for _, row := range at.Rows {
			add(1, row, 0)
		}
		if placed := at.Total - at.Unplaced; placed != 0 {
			add(1, outage.TableRow{}, placed)
		}
		if at.Unplaced != 0 {
			add(0, outage.TableRow{}, at.Unplaced)
		}
	}
	return rows
}
