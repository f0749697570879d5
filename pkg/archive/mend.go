package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"downpour/pkg/outage"
)

// rawFor is how long raw reports certainly stay: the TTL of their table, less a
// day. Older roll-ups are not held against raw reports that may be gone.
const rawFor = 399 * 24 * time.Hour

// insertAgain brings entries into every table once, where an insert under the
// token may have been made before, in part or in whole.
//
// The token nearly does it. But ClickHouse notes a token for a table just
// before the rows become visible there, so a process that dies in between
// leaves a token without rows, and a second insert is then taken for a
// repetition. So what the tables hold is compared afterwards, and what is
// missing, or there twice, is put right.
func (d *DB) insertAgain(ctx context.Context, token string, entries []outage.Entry) error {
	d.writing.Lock() // no insert may be half-way while tables are compared
	defer d.writing.Unlock()
	running, err := d.number(ctx, "SELECT toInt64(count()) FROM system.processes WHERE Settings['insert_deduplication_token'] = ?", token)
	if err != nil {
		return fmt.Errorf("asking whether a batch is being inserted: %w", err)
	}
	if running > 0 {
		return errors.New("an earlier insert of this batch has not ended yet")
	}
	if err := d.send(ctx, token, entries); err != nil {
		return err
	}
	missing, err := d.missing(ctx, entries)
	if err != nil {
		return fmt.Errorf("looking for a batch: %w", err)
	}
	if len(missing) > 0 {
		if err := d.send(ctx, fmt.Sprintf("%s again %d", token, time.Now().UnixNano()), missing); err != nil {
			return err
		}
	}
	for _, sums := range rollUps {
		if err := d.mend(ctx, sums, quartersOf(entries)); err != nil {
			return fmt.Errorf("comparing %s with the reports: %w", sums.table, err)
		}
	}
	return nil
}

// row names one entry: a report or its retraction.
type row struct {
	id   outage.ReportID
	sign int8
}

// missing are the entries that the raw table does not hold.
func (d *DB) missing(ctx context.Context, entries []outage.Entry) ([]outage.Entry, error) {
	there := map[row]bool{}
	statement := "SELECT shard, intDiv(toInt64(toUnixTimestamp(received)), 60), random, sign FROM reports WHERE " + within("at", quartersOf(entries))
	err := d.rows(ctx, statement, nil, func(scan func(...any) error) error {
		var one row
		var received int64
		if err := scan(&one.id.Shard, &received, &one.id.Random, &one.sign); err != nil {
			return err
		}
		one.id.Received = outage.Minute(received)
		there[one] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e outage.Entry) bool { return there[row{e.ID, e.Sign}] }), nil
}

// quartersOf lists the quarter hours of entries, in order.
func quartersOf(entries []outage.Entry) []outage.Minute {
	seen := map[outage.Minute]bool{}
	var quarters []outage.Minute
	for _, e := range entries {
		if quarter := e.Minute().Floor(outage.Quarter); !seen[quarter] {
			seen[quarter] = true
			quarters = append(quarters, quarter)
		}
	}
	slices.Sort(quarters)
	return quarters
}

// within is the condition that a time lies in one of some quarter hours, which
// are in order.
func within(column string, quarters []outage.Minute) string {
	numbers := make([]string, len(quarters))
	for i, quarter := range quarters {
		numbers[i] = fmt.Sprint(int64(quarter) / outage.Quarter)
	}
	first, last := second(quarters[0]), second(quarters[len(quarters)-1]+outage.Quarter)
	return fmt.Sprintf("%[1]s >= toDateTime(%[2]d, 'UTC') AND %[1]s < toDateTime(%[3]d, 'UTC') AND intDiv(toInt64(toUnixTimestamp(%[1]s)), %[4]d) IN (%[5]s)",
		column, first, last, outage.Quarter*60, strings.Join(numbers, ", "))
}

// mend adds to a roll-up what it lacks of the raw reports of some quarter
// hours, and takes off what it has too much. Doing so twice is doing so once.
func (d *DB) mend(ctx context.Context, of rollUp, quarters []outage.Minute) error {
	oldest := outage.MinuteOf(time.Now().Add(-rawFor))
	quarters = slices.DeleteFunc(quarters, func(quarter outage.Minute) bool { return quarter < oldest })
	if len(quarters) == 0 {
		return nil
	}
	const keys = "start, service, country, region, cell, kind, symptom"
	var names, here, less, sums, wrong []string
	for _, sum := range of.sums {
		names = append(names, sum.name)
		here = append(here, sum.of+" AS "+sum.name)
		less = append(less, "-"+sum.name+" AS "+sum.name)
		sums = append(sums, fmt.Sprintf("sum(%[1]s) AS %[1]s", sum.name))
		wrong = append(wrong, sum.name+" != 0")
	}
	statement := fmt.Sprintf(`INSERT INTO %[1]s (%[2]s, %[3]s) SELECT %[2]s, %[4]s FROM (
			SELECT %[5]s(at) AS start, service, country, region, cell, kind, symptom, %[6]s FROM reports WHERE %[7]s
			UNION ALL SELECT %[2]s, %[8]s FROM %[1]s WHERE %[9]s
		) GROUP BY %[2]s HAVING %[10]s SETTINGS insert_deduplicate = 0`,
		of.table, keys, strings.Join(names, ", "), strings.Join(sums, ", "), of.start, strings.Join(here, ", "), within("at", quarters),
		strings.Join(less, ", "), within("start", quarters), strings.Join(wrong, " OR "))
	return d.exec(ctx, statement)
}
