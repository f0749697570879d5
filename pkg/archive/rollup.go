package archive

// rollUp is a table of sums over rows of another table, as the last migration
// leaves it.
type rollUp struct {
	table string
	raw   rawTable
	start string // the column that is compared with the periods of the raw table
	where string // the condition on the rows of the raw table, "" for all
	keys  []sum  // the columns without sums, and what they are of a raw row
	sums  []sum
}

// sum is a column of a roll-up, and what one report adds to it.
type sum struct{ name, of string }

var (
	place = []sum{{"service", "service"}, {"country", "country"}, {"region", "region"}, {"cell", "cell"}, {"kind", "kind"}, {"symptom", "symptom"}}

	districtKey = sum{"district", "district"}

	counted     = sum{"n", "toInt64(sign) * counted"}
	submissions = sum{"submissions", "toInt64(sign)"}
	judged      = sum{"judged", "toInt64(sign) * weight"}
	prefixes    = sum{"prefixes", "toInt64(sign) * first"}
	vouched     = sum{"vouched", "(toInt64(sign) * counted) * keyed"} // imported
)

// networks are how many reports were the first or the second of a network in
// their node of the public table, by the resolution or the level of the node.
var networks = []sum{
	{"networks_6", "toInt64(sign) * bitTest(nodes, 0)"},
	{"networks_5", "toInt64(sign) * bitTest(nodes, 1)"},
	{"networks_4", "toInt64(sign) * bitTest(nodes, 2)"},
	{"networks_3", "toInt64(sign) * bitTest(nodes, 3)"},
	{"networks_0", "toInt64(sign) * bitTest(nodes, 4)"},
	{"networks_1", "toInt64(sign) * bitTest(nodes, 5)"},
}

// networksEarlier are those of the tables before districts were counted.
var networksEarlier = networks[:5]

// The columns of networks in statements that make tables and views.
var (
	networkNames   = renamed("%s", networksEarlier)
	networkColumns = renamed("%s Int64 CODEC(ZSTD(1))", networksEarlier)
	networkSums    = summed(networksEarlier)
)

var minuteCounts = rollUp{
	table: "minute_counts", raw: reports, start: "start",
	keys: append([]sum{{"start", "toStartOfMinute(at)"}}, place...), sums: []sum{counted, submissions, judged, prefixes},
}

var quarterCounts = rollUp{
	table: "quarter_counts", raw: reports, start: "start",
	keys: append([]sum{{"start", "toStartOfFifteenMinutes(at)"}, districtKey}, place...), sums: append([]sum{counted, submissions, judged, vouched}, networks...),
}

var shardCounts = rollUp{
	table: "shard_counts", raw: recentReports, start: "hour",
	keys: append([]sum{{"hour", "toStartOfHour(received)"}, {"start", "toStartOfMinute(at)"}, {"counter_shard", "shard % 16"}, districtKey}, place...),
	sums: append([]sum{counted, submissions, judged, prefixes, vouched}, networks...),
}

const quartersUnjudged = `SELECT toInt64(count() = 0) FROM system.columns
	WHERE database = currentDatabase() AND table = 'quarter_counts' AND name = 'judged'`

// judgedQuarters recreates the table of quarter hours with the sums of judged counts, from
// the table of minutes, and of imported ones and of networks, which are unknown for the past:
// each report counts as one of a network of its own. The table is recreated because the list
// of summed columns cannot be changed. The order of the renames allows to run each step
// again.
var judgedQuarters = []step{
	{statement: "DROP VIEW IF EXISTS reports_to_quarter_counts"},
	{quartersUnjudged, "DROP TABLE IF EXISTS quarter_counts_judged"},
	{quartersUnjudged, `CREATE TABLE quarter_counts_judged (
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
		vouched     Int64 CODEC(ZSTD(1)),
		` + networkColumns + `
	) ENGINE = SummingMergeTree((n, submissions, judged, vouched, ` + networkNames + `))
	PARTITION BY toYYYYMM(start)
	ORDER BY (service, country, start, kind, symptom, region, cell)
	TTL start + INTERVAL 10 YEAR
	SETTINGS non_replicated_deduplication_window = 10000`},
	{quartersUnjudged, `INSERT INTO quarter_counts_judged (start, service, country, region, cell, kind, symptom, n, submissions, judged, ` + networkNames + `)
	SELECT toStartOfFifteenMinutes(start), service, country, region, cell, kind, symptom, n, submissions, judged, n, n, n, n, n FROM minute_counts
	SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0`},
	{quartersUnjudged, "DROP TABLE IF EXISTS quarter_counts_unjudged"},
	{quartersUnjudged, "RENAME TABLE quarter_counts TO quarter_counts_unjudged, quarter_counts_judged TO quarter_counts"},
	{statement: "DROP TABLE IF EXISTS quarter_counts_unjudged"},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_quarter_counts TO quarter_counts AS
	SELECT toStartOfFifteenMinutes(at) AS start, service, country, region, cell, kind, symptom,
		sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions, sum(toInt64(sign) * weight) AS judged,
		sum(toInt64(sign) * counted * keyed) AS vouched, ` + networkSums + `
	FROM reports GROUP BY start, service, country, region, cell, kind, symptom`},
}
