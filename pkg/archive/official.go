package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// officialChanges is the table of what vendors said of their services, a row for each change.
var officialChanges = plain(
	`CREATE TABLE IF NOT EXISTS official (
		at      DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
		service LowCardinality(String),
		source  LowCardinality(String),
		state   LowCardinality(String),
		body    String CODEC(ZSTD(3))
	) ENGINE = ReplacingMergeTree
	ORDER BY (at, service, source)
	TTL toDateTime(at) + INTERVAL 400 DAY`,
)

// SaveOfficial stores a change of an official status. It is idempotent by service, source
// and time.
func (d *DB) SaveOfficial(ctx context.Context, change outage.Official) error {
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("storing the official status of %s: %w", change.Service, err)
	}
	row := []any{change.At, change.Service, string(change.Source), string(change.State), string(body)}
	if err := d.append(ctx, "INSERT INTO official (at, service, source, state, body)", [][]any{row}); err != nil {
		return fmt.Errorf("storing the official status of %s: %w", change.Service, err)
	}
	return nil
}

// LoadOfficial calls each with the changes at or after an instant, the oldest first. A
// change may come twice.
func (d *DB) LoadOfficial(ctx context.Context, from time.Time, each func(outage.Official)) error {
	err := d.rows(ctx, "SELECT body FROM official WHERE at >= fromUnixTimestamp64Milli(?) ORDER BY at", []any{from.UnixMilli()},
		func(scan func(...any) error) error {
			var body string
			if err := scan(&body); err != nil {
				return err
			}
			var change outage.Official
			if err := json.Unmarshal([]byte(body), &change); err != nil {
				return fmt.Errorf("reading an official status: %w", err)
			}
			each(change)
			return nil
		})
	if err != nil {
		return unavailable("reading official statuses", err)
	}
	return nil
}
