package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Lifetimes of the tables with data of senders. Rows are dropped with the partition of the
// hour in which their report was received.
const (
	// reconciledFor is how long recent_reports certainly has all reports of an hour.
	reconciledFor = 2 * time.Hour
	// recentFor is the age at which an hour of recent_reports is dropped, by its
	// start. The restore of the half-hour rule reads the last hour.
	recentFor = reconciledFor + 30*time.Minute
	// shardsFor is the same of shard_counts. The restore of the counters reads
	// what was received, and happened, in the last 26 hours.
	shardsFor = 28 * time.Hour
)

const identityLeft = "SELECT toInt64(count()) FROM system.columns WHERE database = currentDatabase() AND table = 'reports' AND name = 'prefix'"

// shortLivedIdentity moves the data of senders (hashes, and the shard, which is a part of
// the hash of the sender's network) out of the reports into tables that are dropped by the
// hour. An imported line retains its shard for eight days, as its id does: it is not derived
// from a network.
var shortLivedIdentity = []step{
	{statement: "ALTER TABLE reports ADD COLUMN IF NOT EXISTS nodes UInt8 AFTER keyed"},
	{statement: `CREATE TABLE IF NOT EXISTS recent_reports (
		at       DateTime('UTC'),
		service  LowCardinality(String),
		country  LowCardinality(String),
		region   LowCardinality(String),
		cell     UInt64,
		kind     LowCardinality(String),
		symptom  LowCardinality(String),
		network  LowCardinality(String),
		since    DateTime('UTC'),
		sign     Int8,
		counted  UInt8,
		weight   UInt16,
		first    UInt8,
		keyed    UInt8,
		nodes    UInt8,
		received DateTime('UTC'),
		shard    UInt8,
		random   UInt64,
		reporter UInt64,
		prefix   UInt64,
		undo     UInt64
	) ENGINE = MergeTree
	PARTITION BY intDiv(toUnixTimestamp(received), 3600)
	ORDER BY received
	SETTINGS non_replicated_deduplication_window = 10000`},
	// The counters of the hot window, by shard.
	{statement: `CREATE TABLE IF NOT EXISTS shard_counts (
		hour          DateTime('UTC'),
		start         DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
		service       LowCardinality(String),
		country       LowCardinality(String),
		region        LowCardinality(String),
		cell          UInt64 CODEC(ZSTD(1)),
		kind          LowCardinality(String),
		symptom       LowCardinality(String),
		counter_shard UInt8,
		n             Int64 CODEC(ZSTD(1)),
		submissions   Int64 CODEC(ZSTD(1)),
		judged        Int64 CODEC(ZSTD(1)),
		prefixes      Int64 CODEC(ZSTD(1)),
		vouched       Int64 CODEC(ZSTD(1)),
		` + networkColumns + `
	) ENGINE = SummingMergeTree((n, submissions, judged, prefixes, vouched, ` + networkNames + `))
	PARTITION BY intDiv(toUnixTimestamp(hour), 3600)
	ORDER BY (service, country, start, kind, symptom, region, cell, counter_shard, hour)
	SETTINGS non_replicated_deduplication_window = 10000`},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_shard_counts TO shard_counts AS
	SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, service, country, region, cell, kind, symptom, shard % 16 AS counter_shard,
		sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions,
		sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes,
		sum(toInt64(sign) * counted * keyed) AS vouched, ` + networkSums + `
	FROM recent_reports GROUP BY hour, start, service, country, region, cell, kind, symptom, counter_shard`},
	{identityLeft, "TRUNCATE TABLE recent_reports"},
	{identityLeft, "TRUNCATE TABLE shard_counts"},
	{identityLeft, `INSERT INTO recent_reports (` + recentColumnsThen + `)
	SELECT ` + recentColumnsThen + ` FROM reports WHERE received >= now() - INTERVAL 28 HOUR SETTINGS insert_deduplicate = 0`},
	{identityLeft, "ALTER TABLE reports UPDATE shard = 0 WHERE keyed = 0 AND shard != 0 SETTINGS mutations_sync = 1"},
	{identityLeft, "ALTER TABLE reports MODIFY COLUMN shard UInt8 TTL received + INTERVAL 8 DAY SETTINGS mutations_sync = 1"},
	{identityLeft, "ALTER TABLE reports DROP COLUMN IF EXISTS reporter SETTINGS mutations_sync = 1"},
	{identityLeft, "ALTER TABLE reports DROP COLUMN IF EXISTS undo SETTINGS mutations_sync = 1"},
	// Last, because the steps before it are run while the column exists.
	{identityLeft, "ALTER TABLE reports DROP COLUMN IF EXISTS prefix SETTINGS mutations_sync = 1"},
}

// recentColumnsThen are those of the tables at this migration.
const recentColumnsThen = "at, service, country, region, cell, kind, symptom, network, since, sign, counted, weight, first, keyed, nodes, received, shard, random, reporter, prefix, undo"

// expiring are the tables that are dropped by the hour.
var expiring = []struct {
	table string
	after time.Duration // age of the start of an hour
}{{"recent_reports", recentFor}, {"shard_counts", shardsFor}, {"shard_networks", shardsFor}}

// Expire deletes the data of senders that is no longer needed. The files are deleted when
// it returns.
func (d *DB) Expire(ctx context.Context, now time.Time) error {
	shards, err := d.shards(ctx)
	if err != nil {
		return err
	}
	for _, shard := range shards {
		for _, of := range expiring {
			if err := shard.expire(ctx, of.table, now.Add(-of.after)); err != nil {
				return err
			}
		}
	}
	return nil
}

// expire drops the hours of a table that began before an instant. Replicas of a shard follow
// by themselves.
func (d *DB) expire(ctx context.Context, table string, before time.Time) error {
	const query = "SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND table = ? AND active AND toInt64OrZero(partition) * 3600 < ?"
	var hours []string
	err := d.rows(ctx, query, []any{table, before.Unix()}, func(scan func(...any) error) error {
		var hour string
		err := scan(&hour)
		hours = append(hours, hour)
		return err
	})
	if err != nil {
		return fmt.Errorf("listing the hours of %s: %w", table, err)
	}
	for _, hour := range hours {
		if err := d.exec(ctx, fmt.Sprintf("ALTER TABLE %s DROP PARTITION ID '%s'", table, hour)); err != nil {
			return fmt.Errorf("dropping an hour of %s: %w", table, err)
		}
	}
	return nil
}

// recent are the entries for the short-lived tables.
func recent(entries []outage.Entry, now time.Time) (recent []outage.Entry) {
	for _, e := range entries {
		if now.Sub(e.ID.Received.Time()) < shardsFor {
			recent = append(recent, e)
		}
	}
	return recent
}

// storedShard is the shard of an entry in the reports.
func storedShard(e outage.Entry) byte {
	if e.Keyed {
		return e.ID.Shard
	}
	return 0
}
