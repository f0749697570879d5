package archive

// districtCounts adds the district to the reports and to the sums by place. Of earlier
// reports it is not known. The lists of columns that a table sums up cannot be changed,
// so the tables are made again; the renames are in the order in which a step that is
// run again finds what it needs.
var districtCounts = []step{
	{statement: "ALTER TABLE reports ADD COLUMN IF NOT EXISTS district LowCardinality(String) AFTER region"},
	{statement: "ALTER TABLE recent_reports ADD COLUMN IF NOT EXISTS district LowCardinality(String) AFTER region"},

	{statement: "DROP VIEW IF EXISTS reports_to_quarter_counts"},
	{quartersUndivided, "DROP TABLE IF EXISTS quarter_counts_new"},
	{quartersUndivided, `CREATE TABLE quarter_counts_new (
		start       DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
		service     LowCardinality(String),
		country     LowCardinality(String),
		region      LowCardinality(String),
		district    LowCardinality(String),
		cell        UInt64 CODEC(ZSTD(1)),
		kind        LowCardinality(String),
		symptom     LowCardinality(String),
		n           Int64 CODEC(ZSTD(1)),
		submissions Int64 CODEC(ZSTD(1)),
		judged      Int64 CODEC(ZSTD(1)),
		vouched     Int64 CODEC(ZSTD(1)),
		` + allNetworkColumns + `
	) ENGINE = SummingMergeTree((n, submissions, judged, vouched, ` + allNetworkNames + `))
	PARTITION BY toYYYYMM(start)
	ORDER BY (service, country, start, kind, symptom, region, district, cell)
	TTL start + INTERVAL 10 YEAR
	SETTINGS non_replicated_deduplication_window = 10000`},
	{quartersUndivided, `INSERT INTO quarter_counts_new (start, service, country, region, cell, kind, symptom, n, submissions, judged, vouched, ` + networkNames + `)
	SELECT start, service, country, region, cell, kind, symptom, n, submissions, judged, vouched, ` + networkNames + ` FROM quarter_counts
	SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0`},
	{quartersUndivided, "DROP TABLE IF EXISTS quarter_counts_undivided"},
	{quartersUndivided, "RENAME TABLE quarter_counts TO quarter_counts_undivided, quarter_counts_new TO quarter_counts"},
	{statement: "DROP TABLE IF EXISTS quarter_counts_undivided"},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_quarter_counts TO quarter_counts AS
	SELECT toStartOfFifteenMinutes(at) AS start, service, country, region, district, cell, kind, symptom,
		sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions, sum(toInt64(sign) * weight) AS judged,
		sum(toInt64(sign) * counted * keyed) AS vouched, ` + allNetworkSums + `
	FROM reports GROUP BY start, service, country, region, district, cell, kind, symptom`},

	{statement: "DROP VIEW IF EXISTS reports_to_shard_counts"},
	{shardsUndivided, "DROP TABLE IF EXISTS shard_counts_new"},
	{shardsUndivided, `CREATE TABLE shard_counts_new (
		hour          DateTime('UTC'),
		start         DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
		service       LowCardinality(String),
		country       LowCardinality(String),
		region        LowCardinality(String),
		district      LowCardinality(String),
		cell          UInt64 CODEC(ZSTD(1)),
		kind          LowCardinality(String),
		symptom       LowCardinality(String),
		counter_shard UInt8,
		n             Int64 CODEC(ZSTD(1)),
		submissions   Int64 CODEC(ZSTD(1)),
		judged        Int64 CODEC(ZSTD(1)),
		prefixes      Int64 CODEC(ZSTD(1)),
		vouched       Int64 CODEC(ZSTD(1)),
		` + allNetworkColumns + `
	) ENGINE = SummingMergeTree((n, submissions, judged, prefixes, vouched, ` + allNetworkNames + `))
	PARTITION BY intDiv(toUnixTimestamp(hour), 3600)
	ORDER BY (service, country, start, kind, symptom, region, district, cell, counter_shard, hour)
	SETTINGS non_replicated_deduplication_window = 10000`},
	{shardsUndivided, `INSERT INTO shard_counts_new (hour, start, service, country, region, cell, kind, symptom, counter_shard, n, submissions, judged, prefixes, vouched, ` + networkNames + `)
	SELECT hour, start, service, country, region, cell, kind, symptom, counter_shard, n, submissions, judged, prefixes, vouched, ` + networkNames + ` FROM shard_counts
	SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0`},
	{shardsUndivided, "DROP TABLE IF EXISTS shard_counts_undivided"},
	{shardsUndivided, "RENAME TABLE shard_counts TO shard_counts_undivided, shard_counts_new TO shard_counts"},
	{statement: "DROP TABLE IF EXISTS shard_counts_undivided"},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_shard_counts TO shard_counts AS
	SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, service, country, region, district, cell, kind, symptom, shard % 16 AS counter_shard,
		sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions,
		sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes,
		sum(toInt64(sign) * counted * keyed) AS vouched, ` + allNetworkSums + `
	FROM recent_reports GROUP BY hour, start, service, country, region, district, cell, kind, symptom, counter_shard`},
}

const (
	quartersUndivided = `SELECT toInt64(count() = 0) FROM system.columns
	WHERE database = currentDatabase() AND table = 'quarter_counts' AND name = 'district'`
	shardsUndivided = `SELECT toInt64(count() = 0) FROM system.columns
	WHERE database = currentDatabase() AND table = 'shard_counts' AND name = 'district'`
)

// The columns of networks, that of districts included.
var (
	allNetworkNames   = renamed("%s", networks)
	allNetworkColumns = renamed("%s Int64 CODEC(ZSTD(1))", networks)
	allNetworkSums    = summed(networks)
)
