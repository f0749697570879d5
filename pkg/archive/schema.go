package archive

// step is a statement of a migration. Where when is a query, the step is run only if its
// result is not 0.
type step struct{ when, statement string }

func plain(statements ...string) (all []step) {
	for _, statement := range statements {
		all = append(all, step{statement: statement})
	}
	return all
}

// migrations are run in order, each once. A released migration is never changed; new ones
// are appended. Each statement can be run again, so that a migration continues after a crash.
//
// All tables that a batch is inserted into store the tokens of the last
// deduplication_window batches.
var migrations = [][]step{
	plain(
		// The raw reports, one row for each entry of the log. Data that could link two
		// reports of one sender (hashes under keys that are destroyed each day) or undo
		// one is deleted after a day; the random part of the id, which identifies an
		// importer's line, after eight.
		`CREATE TABLE IF NOT EXISTS reports (
			at       DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
			service  LowCardinality(String),
			country  LowCardinality(String),
			region   LowCardinality(String),
			cell     UInt64 CODEC(ZSTD(1)),
			kind     LowCardinality(String),
			symptom  LowCardinality(String),
			network  LowCardinality(String),
			since    DateTime('UTC') CODEC(ZSTD(1)),
			sign     Int8,
			counted  UInt8,
			weight   UInt16 CODEC(ZSTD(1)),
			first    UInt8,
			keyed    UInt8,
			received DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
			shard    UInt8,
			random   UInt64 TTL received + INTERVAL 8 DAY,
			reporter UInt64 TTL received + INTERVAL 1 DAY,
			prefix   UInt64 TTL received + INTERVAL 1 DAY,
			undo     UInt64 TTL received + INTERVAL 1 DAY
		) ENGINE = MergeTree
		PARTITION BY toYYYYMM(at)
		ORDER BY (service, country, at)
		TTL received + INTERVAL 400 DAY
		SETTINGS non_replicated_deduplication_window = 10000`,

		// Counts of each minute, by cell: for series and for the detector.
		`CREATE TABLE IF NOT EXISTS minute_counts (
			start       DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
			service     LowCardinality(String),
			country     LowCardinality(String),
			region      LowCardinality(String),
			cell        UInt64 CODEC(ZSTD(1)),
			kind        LowCardinality(String),
			symptom     LowCardinality(String),
			n           Int64 CODEC(ZSTD(1)),
			submissions Int64 CODEC(ZSTD(1)),
			judged      Int64 CODEC(ZSTD(1)),
			prefixes    Int64 CODEC(ZSTD(1))
		) ENGINE = SummingMergeTree((n, submissions, judged, prefixes))
		PARTITION BY toYYYYMM(start)
		ORDER BY (service, country, start, kind, symptom, region, cell)
		TTL start + INTERVAL 10 YEAR
		SETTINGS non_replicated_deduplication_window = 10000`,
		`CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_minute_counts TO minute_counts AS
		SELECT toStartOfMinute(at) AS start, service, country, region, cell, kind, symptom,
			sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions,
			sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes
		FROM reports GROUP BY start, service, country, region, cell, kind, symptom`,

		// Counts of each aligned quarter hour, by cell: the leaves of the public table.
		`CREATE TABLE IF NOT EXISTS quarter_counts (
			start       DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
			service     LowCardinality(String),
			country     LowCardinality(String),
			region      LowCardinality(String),
			cell        UInt64 CODEC(ZSTD(1)),
			kind        LowCardinality(String),
			symptom     LowCardinality(String),
			n           Int64 CODEC(ZSTD(1)),
			submissions Int64 CODEC(ZSTD(1))
		) ENGINE = SummingMergeTree((n, submissions))
		PARTITION BY toYYYYMM(start)
		ORDER BY (service, country, start, kind, symptom, region, cell)
		TTL start + INTERVAL 10 YEAR
		SETTINGS non_replicated_deduplication_window = 10000`,
		`CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_quarter_counts TO quarter_counts AS
		SELECT toStartOfFifteenMinutes(at) AS start, service, country, region, cell, kind, symptom,
			sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions
		FROM reports GROUP BY start, service, country, region, cell, kind, symptom`,
	),
	plain(
		// Incidents, the latest version of each.
		`CREATE TABLE IF NOT EXISTS incidents (
			id      String,
			version Int64,
			body    String CODEC(ZSTD(3))
		) ENGINE = ReplacingMergeTree(version) ORDER BY id`,

		// Expected counts, in slots of five minutes.
		`CREATE TABLE IF NOT EXISTS normals (
			start      DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
			service    LowCardinality(String),
			country    LowCardinality(String),
			mean       Float32,
			dispersion Float32
		) ENGINE = ReplacingMergeTree
		PARTITION BY toYYYYMM(start)
		ORDER BY (service, country, start)
		TTL start + INTERVAL 400 DAY`,
	),
	shortLivedIdentity,
	judgedQuarters,
	registerFiles,
	accessNetworks,
	districtCounts,
	officialChanges,
	flooredCounts,
}

// The oldest release of ClickHouse that the statements above were run against.
const (
	oldestYear  = 24
	oldestMonth = 8
)
