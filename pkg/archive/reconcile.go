package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// rawFor is how long raw reports certainly exist: the TTL of their table, less a day. Older
// roll-ups are not compared with raw reports, which may be deleted.
const rawFor = 399 * 24 * time.Hour

// insertAgain inserts entries into every table exactly once, where an earlier insert
// under the token may have succeeded in part or in whole.
//
// The token alone is not enough: ClickHouse stores a token for a table just before
// the rows become visible there, so a process that dies in between leaves a token
// without rows, and a second insert is then dropped as a repetition. So the tables
// are compared afterwards, and missing or doubled rows are corrected.
func (d *DB) insertAgain(ctx context.Context, token string, entries []outage.Entry) error {
	d.writing.Lock() // no insert may be half-way while tables are compared
	defer d.writing.Unlock()
	shard, err := d.shardOf(ctx, token)
	if err != nil {
		return err
	}
	running, err := shard.number(ctx, "SELECT toInt64(count()) FROM "+shard.everywhere("system.processes")+" WHERE Settings['insert_deduplication_token'] = ? SETTINGS skip_unavailable_shards = 1", token)
	if err != nil {
		return fmt.Errorf("reading the running inserts: %w", err)
	}
	if running > 0 {
		return errors.New("an earlier insert of this batch has not ended yet")
	}
	if err := shard.send(ctx, token, entries); err != nil {
		return err
	}
	return shard.compare(ctx, token, entries)
}

// compare corrects the tables of a shard, or of the one server, where they differ from the
// entries of a batch.
func (d *DB) compare(ctx context.Context, token string, entries []outage.Entry) error {
	now := time.Now()
	for _, raw := range []rawTable{reports, recentReports} {
		if err := d.complete(ctx, raw, fmt.Sprintf("%s again %d", token, now.UnixNano()), raw.comparable(entries, now)); err != nil {
			return fmt.Errorf("completing %s: %w", raw.name, err)
		}
	}
	for _, sums := range rollUps {
		if err := d.reconcile(ctx, sums, sums.raw.comparable(entries, now)); err != nil {
			return fmt.Errorf("comparing %s with %s: %w", sums.table, sums.raw.name, err)
		}
	}
	return nil
}

// rawTable is a table with a row for each entry. It is read in periods of equal length, and
// compared only for periods that it certainly has all rows of.
type rawTable struct {
	name  string
	at    string // the column of the time
	time  func(outage.Entry) outage.Minute
	step  int // length of a period in minutes
	whole time.Duration
	shard func(outage.Entry) byte // as it is stored there
	send  func(d *DB, ctx context.Context, token string, entries []outage.Entry) error
}

var reports = rawTable{
	name: "reports", at: "at", time: func(e outage.Entry) outage.Minute { return e.Minute() }, step: outage.Quarter,
	whole: rawFor, shard: storedShard, send: (*DB).sendReports,
}

var recentReports = rawTable{
	name: "recent_reports", at: "received", time: func(e outage.Entry) outage.Minute { return e.ID.Received }, step: 60,
	whole: reconciledFor, shard: func(e outage.Entry) byte { return e.ID.Shard }, send: (*DB).sendRecent,
}

// comparable are the entries in periods that the table has all rows of.
func (r rawTable) comparable(entries []outage.Entry, now time.Time) []outage.Entry {
	oldest := outage.MinuteOf(now.Add(-r.whole))
	return slices.DeleteFunc(slices.Clone(entries), func(e outage.Entry) bool { return r.time(e).Floor(r.step) < oldest })
}

// row identifies one entry: a report in its place, or its retraction from there.
type row struct {
	id               outage.ReportID
	sign             int8
	country          outage.Country
	region, district string
	cell             uint64
}

func (r rawTable) row(e outage.Entry) row {
	e.ID.Shard = r.shard(e)
	return row{e.ID, e.Sign, e.Country, string(e.Region), string(e.District), uint64(e.Cell)}
}

// complete inserts the entries that a table does not contain, under a token.
func (d *DB) complete(ctx context.Context, raw rawTable, token string, entries []outage.Entry) error {
	missing, err := d.missing(ctx, raw, entries)
	if err != nil || len(missing) == 0 {
		return err
	}
	return raw.send(d, ctx, token, missing)
}

// missing are the entries that a table does not contain.
func (d *DB) missing(ctx context.Context, raw rawTable, entries []outage.Entry) ([]outage.Entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	there := map[row]bool{}
	statement := fmt.Sprintf("SELECT shard, intDiv(toInt64(toUnixTimestamp(received)), 60), random, sign, toString(country), toString(region), toString(district), cell FROM %s WHERE %s",
		raw.name, raw.within(raw.at, entries))
	err := d.rows(ctx, statement, nil, func(scan func(...any) error) error {
		var one row
		var received int64
		var country string
		if err := scan(&one.id.Shard, &received, &one.id.Random, &one.sign, &country, &one.region, &one.district, &one.cell); err != nil {
			return err
		}
		one.id.Received, one.country = outage.Minute(received), outage.Country(country)
		there[one] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e outage.Entry) bool { return there[raw.row(e)] }), nil
}

// periods lists the periods of entries, in order.
func (r rawTable) periods(entries []outage.Entry) []outage.Minute {
	seen := map[outage.Minute]bool{}
	for _, e := range entries {
		seen[r.time(e).Floor(r.step)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// within is the condition that a column lies in the periods of entries, of which there is
// at least one.
func (r rawTable) within(column string, entries []outage.Entry) string {
	periods := r.periods(entries)
	numbers := make([]string, len(periods))
	for i, start := range periods {
		numbers[i] = fmt.Sprint(int64(start) / int64(r.step))
	}
	first, last := second(periods[0]), second(periods[len(periods)-1]+outage.Minute(r.step))
	return fmt.Sprintf("%[1]s >= toDateTime(%[2]d, 'UTC') AND %[1]s < toDateTime(%[3]d, 'UTC') AND intDiv(toInt64(toUnixTimestamp(%[1]s)), %[4]d) IN (%[5]s)",
		column, first, last, r.step*60, strings.Join(numbers, ", "))
}

// reconcile makes a roll-up equal to the raw rows of the periods of entries: it
// inserts the differences. It is idempotent.
func (d *DB) reconcile(ctx context.Context, of rollUp, entries []outage.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var keys, keysHere, names, here, less, sums, wrong []string
	for _, key := range of.keys {
		keys = append(keys, key.name)
		keysHere = append(keysHere, key.of+" AS "+key.name)
	}
	for _, sum := range of.sums {
		names = append(names, sum.name)
		here = append(here, sum.of+" AS "+sum.name)
		less = append(less, "-"+sum.name+" AS "+sum.name)
		sums = append(sums, fmt.Sprintf("sum(%[1]s) AS %[1]s", sum.name))
		wrong = append(wrong, sum.name+" != 0")
	}
	within := of.raw.within(of.raw.at, entries)
	if of.where != "" {
		within += " AND " + of.where
	}
	statement := fmt.Sprintf(`INSERT INTO %[1]s (%[2]s, %[3]s) SELECT %[2]s, %[4]s FROM (
			SELECT %[5]s, %[6]s FROM %[7]s WHERE %[8]s
			UNION ALL SELECT %[2]s, %[9]s FROM %[1]s WHERE %[10]s
		) GROUP BY %[2]s HAVING %[11]s SETTINGS insert_deduplicate = 0`,
		of.table, list(keys), list(names), list(sums), list(keysHere), list(here), of.raw.name, within,
		list(less), of.raw.within(of.start, entries), strings.Join(wrong, " OR "))
	return d.exec(ctx, statement)
}

func list(columns []string) string { return strings.Join(columns, ", ") }
