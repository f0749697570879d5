package archive

import (
	"context"
	"fmt"

	"github.com/open-downpour/downpour/pkg/outage"
)

// namedNetwork is the condition of reports that are counted by the access network
// that they named.
const namedNetwork = "kind = 'problem' AND network != ''"

var (
	accessKeys = []sum{{"service", "service"}, {"country", "country"}, {"region", "region"}, {"network", "network"}}
	accessSums = []sum{counted, judged, prefixes, vouched}
)

// networkCounts has the reports of each minute by access network and region.
var networkCounts = rollUp{
	table: "network_counts", raw: reports, start: "start", where: namedNetwork,
	keys: append([]sum{{"start", "toStartOfMinute(at)"}}, accessKeys...), sums: accessSums,
}

// shardNetworks are the counters by access network of the hot window, by shard.
var shardNetworks = rollUp{
	table: "shard_networks", raw: recentReports, start: "hour", where: namedNetwork,
	keys: append([]sum{{"hour", "toStartOfHour(received)"}, {"start", "toStartOfMinute(at)"}, {"counter_shard", "shard % 16"}}, accessKeys...),
	sums: accessSums,
}

// rollUps are all tables of sums.
var rollUps = []rollUp{minuteCounts, quarterCounts, networkCounts, shardCounts, shardNetworks}

const accessUncounted = "SELECT toInt64(count() = 0) FROM system.tables WHERE database = currentDatabase() AND name = 'network_counts'"

const shardsUncounted = "SELECT toInt64(count() = 0) FROM system.tables WHERE database = currentDatabase() AND name = 'shard_networks'"

const accessColumns = `
		service LowCardinality(String),
		country LowCardinality(String),
		region  LowCardinality(String),
		network LowCardinality(String),`

const accessSumColumns = `
		n        Int64 CODEC(ZSTD(1)),
		judged   Int64 CODEC(ZSTD(1)),
		prefixes Int64 CODEC(ZSTD(1)),
		vouched  Int64 CODEC(ZSTD(1))
	) ENGINE = SummingMergeTree((n, judged, prefixes, vouched))`

// accessNetworks makes the tables of reports by access network, filled from the reports
// that are there.
var accessNetworks = []step{
	{accessUncounted, "DROP TABLE IF EXISTS network_counts_new"},
	{accessUncounted, `CREATE TABLE network_counts_new (
		start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),` + accessColumns + accessSumColumns + `
	PARTITION BY toYYYYMM(start)
	ORDER BY (country, start, service, network, region)
	TTL start + INTERVAL 10 YEAR
	SETTINGS non_replicated_deduplication_window = 10000`},
	{accessUncounted, `INSERT INTO network_counts_new (start, service, country, region, network, n, judged, prefixes, vouched)
	SELECT toStartOfMinute(at) AS start, service, country, region, network, ` + summed(accessSums) + `
	FROM reports WHERE ` + namedNetwork + ` GROUP BY start, service, country, region, network
	SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0`},
	{accessUncounted, "RENAME TABLE network_counts_new TO network_counts"},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_network_counts TO network_counts AS
	SELECT toStartOfMinute(at) AS start, service, country, region, network, ` + summed(accessSums) + `
	FROM reports WHERE ` + namedNetwork + ` GROUP BY start, service, country, region, network`},
	{shardsUncounted, "DROP TABLE IF EXISTS shard_networks_new"},
	{shardsUncounted, `CREATE TABLE shard_networks_new (
		hour  DateTime('UTC'),
		start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
		counter_shard UInt8,` + accessColumns + accessSumColumns + `
	PARTITION BY intDiv(toUnixTimestamp(hour), 3600)
	ORDER BY (country, start, service, network, region, counter_shard, hour)
	SETTINGS non_replicated_deduplication_window = 10000`},
	{shardsUncounted, `INSERT INTO shard_networks_new (hour, start, counter_shard, service, country, region, network, n, judged, prefixes, vouched)
	SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, shard % 16 AS counter_shard, service, country, region, network, ` + summed(accessSums) + `
	FROM recent_reports WHERE ` + namedNetwork + ` GROUP BY hour, start, counter_shard, service, country, region, network
	SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0`},
	{shardsUncounted, "RENAME TABLE shard_networks_new TO shard_networks"},
	{statement: `CREATE MATERIALIZED VIEW IF NOT EXISTS reports_to_shard_networks TO shard_networks AS
	SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, shard % 16 AS counter_shard, service, country, region, network, ` + summed(accessSums) + `
	FROM recent_reports WHERE ` + namedNetwork + ` GROUP BY hour, start, counter_shard, service, country, region, network`},
}

// accessCounts answers a query by access network.
func (d *DB) accessCounts(ctx context.Context, query outage.Query) ([]outage.Count, error) {
	start := fmt.Sprintf("toInt64(%d)", query.Span.From)
	if query.Step > 0 {
		start = fmt.Sprintf("intDiv(toInt64(toUnixTimestamp(start)), %d) * %d", query.Step*60, query.Step)
	}
	region := "''"
	if query.ByPlace {
		region = "toString(region)"
	}
	w := filter(query)
	statement := fmt.Sprintf(`SELECT toUInt8(0), toString(service), toString(country), %s, %s AS step, toString(network), sum(n), sum(judged), sum(prefixes), sum(vouched)
		FROM network_counts WHERE %s GROUP BY ALL`, region, start, w)
	sums := outage.Sums{}
	err := d.accessRows(ctx, statement, w.arguments, func(_ byte, c outage.Count) {
		sums.Add(c, outage.Query{Step: 1, ByPlace: true, ByNetwork: true})
	})
	if err != nil {
		return nil, unavailable("reading counts by network", err)
	}
	return sums.Counts(), nil
}

// shardAccess gives the counters by access network of each minute since from, as
// ShardCounts gives the others.
func (d *DB) shardAccess(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error {
	const statement = `SELECT counter_shard, toString(service), toString(country), toString(region),
			intDiv(toInt64(toUnixTimestamp(start)), 60) AS minute, toString(network), sum(n), sum(judged), sum(prefixes), sum(vouched)
		FROM shard_networks WHERE start >= toDateTime(?, 'UTC') GROUP BY ALL`
	return d.accessRows(d.consistent(ctx), statement, []any{second(from)}, each)
}

// accessRows reads rows of shard, service, country, region, minute, network and sums.
func (d *DB) accessRows(ctx context.Context, statement string, arguments []any, each func(shard byte, count outage.Count)) error {
	return d.rows(ctx, statement, arguments, func(scan func(...any) error) error {
		c := outage.Count{Kind: outage.Problem}
		var shard uint8
		var country, region string
		var minute, judged int64
		if err := scan(&shard, &c.Service, &country, &region, &minute, &c.Network, &c.N, &judged, &c.Prefixes, &c.Keyed); err != nil {
			return err
		}
		c.Country, c.Region, c.Start = outage.Country(country), outage.Region(region), outage.Minute(minute)
		c.Submissions, c.Judged = c.N, float64(judged)/1000
		each(shard, c)
		return nil
	})
}
