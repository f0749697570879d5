CREATE DATABASE IF NOT EXISTS `downpour` ON CLUSTER `outages`;

CREATE DATABASE IF NOT EXISTS `downpour_shard` ON CLUSTER `outages`;

CREATE TABLE IF NOT EXISTS `downpour`.migrations ON CLUSTER `outages` (
	version UInt32,
	at DateTime('UTC') DEFAULT now()
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/outages/downpour/migrations', '{shard}-{replica}')
ORDER BY version
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour_shard`.reports ON CLUSTER `outages` (
	at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	district LowCardinality(String),
	cell UInt64 CODEC(ZSTD(1)),
	kind LowCardinality(String),
	symptom LowCardinality(String),
	network LowCardinality(String),
	since DateTime('UTC') CODEC(ZSTD(1)),
	sign Int8,
	counted UInt8,
	weight UInt16 CODEC(ZSTD(1)),
	first UInt8,
	keyed UInt8,
	nodes UInt8,
	received DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	shard UInt8 TTL received + INTERVAL 8 DAY,
	random UInt64 TTL received + INTERVAL 8 DAY
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/outages/downpour_shard/reports/{shard}', '{replica}')
PARTITION BY toYYYYMM(at)
ORDER BY (service, country, at)
TTL received + INTERVAL 400 DAY
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour_shard`.minute_counts ON CLUSTER `outages` (
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	cell UInt64 CODEC(ZSTD(1)),
	kind LowCardinality(String),
	symptom LowCardinality(String),
	n Int64 CODEC(ZSTD(1)),
	submissions Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	prefixes Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/outages/downpour_shard/minute_counts/{shard}', '{replica}', (n, submissions, judged, prefixes))
PARTITION BY toYYYYMM(start)
ORDER BY (service, country, start, kind, symptom, region, cell)
TTL start + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour`.incidents ON CLUSTER `outages` (
	id String,
	version Int64,
	body String CODEC(ZSTD(3))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/outages/downpour/incidents', '{shard}-{replica}', version)
ORDER BY id
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour`.normals ON CLUSTER `outages` (
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	mean Float32,
	dispersion Float32
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/outages/downpour/normals', '{shard}-{replica}')
PARTITION BY toYYYYMM(start)
ORDER BY (service, country, start)
TTL start + INTERVAL 400 DAY
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour_shard`.recent_reports ON CLUSTER `outages` (
	at DateTime('UTC'),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	district LowCardinality(String),
	cell UInt64,
	kind LowCardinality(String),
	symptom LowCardinality(String),
	network LowCardinality(String),
	since DateTime('UTC'),
	sign Int8,
	counted UInt8,
	weight UInt16,
	first UInt8,
	keyed UInt8,
	nodes UInt8,
	received DateTime('UTC'),
	shard UInt8,
	random UInt64,
	reporter UInt64,
	prefix UInt64,
	undo UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/outages/downpour_shard/recent_reports/{shard}', '{replica}')
PARTITION BY intDiv(toUnixTimestamp(received), 3600)
ORDER BY received
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour`.register_files ON CLUSTER `outages` (
	quarter String,
	version UInt32,
	created_at DateTime('UTC'),
	incidents UInt32,
	digest String,
	rows String CODEC(ZSTD(3)),
	stored DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/outages/downpour/register_files', '{shard}-{replica}')
ORDER BY (quarter, version, stored)
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour_shard`.network_counts ON CLUSTER `outages` (
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	network LowCardinality(String),
	n Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	prefixes Int64 CODEC(ZSTD(1)),
	vouched Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/outages/downpour_shard/network_counts/{shard}', '{replica}', (n, judged, prefixes, vouched))
PARTITION BY toYYYYMM(start)
ORDER BY (country, start, service, network, region)
TTL start + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour_shard`.shard_networks ON CLUSTER `outages` (
	hour DateTime('UTC'),
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	counter_shard UInt8,
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	network LowCardinality(String),
	n Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	prefixes Int64 CODEC(ZSTD(1)),
	vouched Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/outages/downpour_shard/shard_networks/{shard}', '{replica}', (n, judged, prefixes, vouched))
PARTITION BY intDiv(toUnixTimestamp(hour), 3600)
ORDER BY (country, start, service, network, region, counter_shard, hour)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour_shard`.quarter_counts ON CLUSTER `outages` (
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	district LowCardinality(String),
	cell UInt64 CODEC(ZSTD(1)),
	kind LowCardinality(String),
	symptom LowCardinality(String),
	n Int64 CODEC(ZSTD(1)),
	submissions Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	vouched Int64 CODEC(ZSTD(1)),
	networks_6 Int64 CODEC(ZSTD(1)),
	networks_5 Int64 CODEC(ZSTD(1)),
	networks_4 Int64 CODEC(ZSTD(1)),
	networks_3 Int64 CODEC(ZSTD(1)),
	networks_0 Int64 CODEC(ZSTD(1)),
	networks_1 Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/outages/downpour_shard/quarter_counts/{shard}', '{replica}', (n, submissions, judged, vouched, networks_6, networks_5, networks_4, networks_3, networks_0, networks_1))
PARTITION BY toYYYYMM(start)
ORDER BY (service, country, start, kind, symptom, region, district, cell)
TTL start + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour_shard`.shard_counts ON CLUSTER `outages` (
	hour DateTime('UTC'),
	start DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	country LowCardinality(String),
	region LowCardinality(String),
	district LowCardinality(String),
	cell UInt64 CODEC(ZSTD(1)),
	kind LowCardinality(String),
	symptom LowCardinality(String),
	counter_shard UInt8,
	n Int64 CODEC(ZSTD(1)),
	submissions Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	prefixes Int64 CODEC(ZSTD(1)),
	vouched Int64 CODEC(ZSTD(1)),
	networks_6 Int64 CODEC(ZSTD(1)),
	networks_5 Int64 CODEC(ZSTD(1)),
	networks_4 Int64 CODEC(ZSTD(1)),
	networks_3 Int64 CODEC(ZSTD(1)),
	networks_0 Int64 CODEC(ZSTD(1)),
	networks_1 Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/outages/downpour_shard/shard_counts/{shard}', '{replica}', (n, submissions, judged, prefixes, vouched, networks_6, networks_5, networks_4, networks_3, networks_0, networks_1))
PARTITION BY intDiv(toUnixTimestamp(hour), 3600)
ORDER BY (service, country, start, kind, symptom, region, district, cell, counter_shard, hour)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `downpour`.official ON CLUSTER `outages` (
	at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
	service LowCardinality(String),
	source LowCardinality(String),
	state LowCardinality(String),
	body String CODEC(ZSTD(3))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/outages/downpour/official', '{shard}-{replica}')
ORDER BY (at, service, source)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour`.floored_counts ON CLUSTER `outages` (
	day Date,
	computed Int64,
	level UInt8,
	service LowCardinality(String),
	country LowCardinality(String),
	placed UInt8,
	region LowCardinality(String),
	district LowCardinality(String),
	cell UInt64 CODEC(ZSTD(1)),
	reports Int64 CODEC(ZSTD(1)),
	judged Int64 CODEC(ZSTD(1)),
	total Int64 CODEC(ZSTD(1))
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/outages/downpour/floored_counts', '{shard}-{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (level, service, country, day, computed)
TTL day + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour`.floored_days ON CLUSTER `outages` (
	day Date,
	least UInt8,
	computed Int64,
	upto DateTime('UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/outages/downpour/floored_days', '{shard}-{replica}', computed)
ORDER BY (day, least)
TTL day + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 0;

CREATE TABLE IF NOT EXISTS `downpour`.quarter_changes ON CLUSTER `outages` (
	day Date,
	changed SimpleAggregateFunction(max, DateTime('UTC'))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/outages/downpour/quarter_changes', '{shard}-{replica}')
ORDER BY day
TTL day + INTERVAL 10 YEAR
SETTINGS replicated_deduplication_window = 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.reports_to_minute_counts ON CLUSTER `outages` TO `downpour_shard`.minute_counts AS
SELECT toStartOfMinute(at) AS start, service, country, region, cell, kind, symptom,
sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions,
sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes
FROM `downpour_shard`.reports GROUP BY start, service, country, region, cell, kind, symptom;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.reports_to_network_counts ON CLUSTER `outages` TO `downpour_shard`.network_counts AS
SELECT toStartOfMinute(at) AS start, service, country, region, network, sum(toInt64(sign) * counted) AS n, sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes, sum((toInt64(sign) * counted) * keyed) AS vouched
FROM `downpour_shard`.reports WHERE kind = 'problem' AND network != '' GROUP BY start, service, country, region, network;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.reports_to_shard_networks ON CLUSTER `outages` TO `downpour_shard`.shard_networks AS
SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, shard % 16 AS counter_shard, service, country, region, network, sum(toInt64(sign) * counted) AS n, sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes, sum((toInt64(sign) * counted) * keyed) AS vouched
FROM `downpour_shard`.recent_reports WHERE kind = 'problem' AND network != '' GROUP BY hour, start, counter_shard, service, country, region, network;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.reports_to_quarter_counts ON CLUSTER `outages` TO `downpour_shard`.quarter_counts AS
SELECT toStartOfFifteenMinutes(at) AS start, service, country, region, district, cell, kind, symptom,
sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions, sum(toInt64(sign) * weight) AS judged,
sum(toInt64(sign) * counted * keyed) AS vouched, sum(toInt64(sign) * bitTest(nodes, 0)) AS networks_6, sum(toInt64(sign) * bitTest(nodes, 1)) AS networks_5, sum(toInt64(sign) * bitTest(nodes, 2)) AS networks_4, sum(toInt64(sign) * bitTest(nodes, 3)) AS networks_3, sum(toInt64(sign) * bitTest(nodes, 4)) AS networks_0, sum(toInt64(sign) * bitTest(nodes, 5)) AS networks_1
FROM `downpour_shard`.reports GROUP BY start, service, country, region, district, cell, kind, symptom;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.reports_to_shard_counts ON CLUSTER `outages` TO `downpour_shard`.shard_counts AS
SELECT toStartOfHour(received) AS hour, toStartOfMinute(at) AS start, service, country, region, district, cell, kind, symptom, shard % 16 AS counter_shard,
sum(toInt64(sign) * counted) AS n, sum(toInt64(sign)) AS submissions,
sum(toInt64(sign) * weight) AS judged, sum(toInt64(sign) * first) AS prefixes,
sum(toInt64(sign) * counted * keyed) AS vouched, sum(toInt64(sign) * bitTest(nodes, 0)) AS networks_6, sum(toInt64(sign) * bitTest(nodes, 1)) AS networks_5, sum(toInt64(sign) * bitTest(nodes, 2)) AS networks_4, sum(toInt64(sign) * bitTest(nodes, 3)) AS networks_3, sum(toInt64(sign) * bitTest(nodes, 4)) AS networks_0, sum(toInt64(sign) * bitTest(nodes, 5)) AS networks_1
FROM `downpour_shard`.recent_reports GROUP BY hour, start, service, country, region, district, cell, kind, symptom, counter_shard;

CREATE MATERIALIZED VIEW IF NOT EXISTS `downpour_shard`.quarter_counts_to_changes ON CLUSTER `outages` TO `downpour`.quarter_changes AS
SELECT toDate(start) AS day, now('UTC') AS changed FROM `downpour_shard`.quarter_counts GROUP BY day;

CREATE TABLE IF NOT EXISTS `downpour`.reports ON CLUSTER `outages` AS `downpour_shard`.reports ENGINE = Distributed('outages', 'downpour_shard', 'reports');

CREATE TABLE IF NOT EXISTS `downpour`.minute_counts ON CLUSTER `outages` AS `downpour_shard`.minute_counts ENGINE = Distributed('outages', 'downpour_shard', 'minute_counts');

CREATE TABLE IF NOT EXISTS `downpour`.recent_reports ON CLUSTER `outages` AS `downpour_shard`.recent_reports ENGINE = Distributed('outages', 'downpour_shard', 'recent_reports');

CREATE TABLE IF NOT EXISTS `downpour`.network_counts ON CLUSTER `outages` AS `downpour_shard`.network_counts ENGINE = Distributed('outages', 'downpour_shard', 'network_counts');

CREATE TABLE IF NOT EXISTS `downpour`.shard_networks ON CLUSTER `outages` AS `downpour_shard`.shard_networks ENGINE = Distributed('outages', 'downpour_shard', 'shard_networks');

CREATE TABLE IF NOT EXISTS `downpour`.quarter_counts ON CLUSTER `outages` AS `downpour_shard`.quarter_counts ENGINE = Distributed('outages', 'downpour_shard', 'quarter_counts');

CREATE TABLE IF NOT EXISTS `downpour`.shard_counts ON CLUSTER `outages` AS `downpour_shard`.shard_counts ENGINE = Distributed('outages', 'downpour_shard', 'shard_counts');
