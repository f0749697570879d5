package bucket

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// record is one entry of a shard's stream: the rows of one batch, and the number of the change
// of counters that they made; 0 where they made none.
type record struct {
	id, rows string
	sequence int64
}

// Oldest reads the oldest records of all shards that have been there for Linger, at most the
// given number a shard, and returns their rows by shard and, within a shard, in the order in
// which they were stored. to is the last record read of each shard that had any; more reports
// that a shard may have others.
func (r *Redis) Oldest(ctx context.Context, most int) (entries []outage.Entry, to map[int]string, more bool, err error) {
	end, err := r.lingering(ctx)
	var records [Shards][]record
	if err == nil {
		records, err = r.records(ctx, nil, end, int64(most))
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("reading the report log: %w", err)
	}
	to = map[int]string{}
	for shard := range Shards {
		if n := len(records[shard]); n > 0 {
			to[shard] = records[shard][n-1].id
			more = more || n == most
		}
	}
	entries, err = decodeRecords(records)
	return entries, to, more, err
}

// Read returns the rows of all records up to the given ones, in the order of Oldest.
func (r *Redis) Read(ctx context.Context, to map[int]string) ([]outage.Entry, error) {
	records, err := r.records(ctx, to, "", 0)
	if err != nil {
		return nil, fmt.Errorf("reading the report log: %w", err)
	}
	for shard, id := range to {
		if n := len(records[shard]); n == 0 || records[shard][n-1].id != id {
			return nil, fmt.Errorf("reading the report log: record %s of shard %d is missing", id, shard)
		}
	}
	return decodeRecords(records)
}

func decodeRecords(records [Shards][]record) ([]outage.Entry, error) {
	var entries []outage.Entry
	for shard := range Shards {
		for _, one := range records[shard] {
			decoded, err := DecodeEntries(one.rows)
			if err != nil {
				return nil, fmt.Errorf("record %s of shard %d: %w", one.id, shard, err)
			}
			entries = append(entries, decoded...)
		}
	}
	return entries, nil
}

// Archived returns once all present records of the log were archived and trimmed, or with
// the error of ctx.
func (r *Redis) Archived(ctx context.Context) error {
	newest, err := r.ends(ctx)
	if err != nil {
		return fmt.Errorf("reading the report log: %w", err)
	}
	for {
		waiting, err := r.holds(ctx, newest)
		if err != nil {
			return fmt.Errorf("reading the report log: %w", err)
		}
		if !waiting {
			return nil
		}
		const again = 200 * time.Millisecond
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// after is the id that follows a record's: ids are milliseconds, a dash and a
// sequence number.
func after(id string) string {
	millis, sequence, _ := strings.Cut(id, "-")
	n, _ := strconv.ParseUint(sequence, 10, 64) // Redis made the id
	return millis + "-" + strconv.FormatUint(n+1, 10)
}
