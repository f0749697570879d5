package archive

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Options are the connection options of ClickHouse.
type Options struct {
	// URL is http(s)://[user[:password]@]host[:port][/database]; of a cluster several,
	// with commas between them, which differ in nothing but host and port.
	URL string
	// Cluster is the name of the cluster that the servers belong to, "" for one server.
	Cluster string
	// Transport replaces the network for the embedded engine.
	Transport http.RoundTripper
	// Timeout bounds one query.
	Timeout time.Duration
}

// DB is ClickHouse as the archive uses it. It is safe for concurrent use.
type DB struct {
	conn    driver.Conn
	timeout time.Duration // of one query
	// writing is held shared by inserts, and exclusively while tables are compared.
	writing sync.RWMutex
	cluster *cluster // nil for one server
	// createDatabase makes the database of one server; nil where every server has it.
	createDatabase func(ctx context.Context) error
}

const defaultTimeout = 30 * time.Second

// OpenDB makes a client. It does not connect yet.
func OpenDB(options Options) (*DB, error) {
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	if options.Transport != nil {
		return connect(clickhouse.Options{
			Addr: []string{"embedded"}, Auth: clickhouse.Auth{Database: anyDatabase},
			TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return options.Transport, nil },
		}, options.Timeout)
	}
	servers, err := addresses(options.URL)
	if err != nil {
		return nil, err
	}
	if options.Cluster != "" {
		return openCluster(options, servers)
	}
	if len(servers.Addr) > 1 {
		return nil, errors.New("several addresses are those of a cluster, whose name must be given")
	}
	return connect(servers, options.Timeout)
}

// connect makes a client of the servers that are listed.
func connect(servers clickhouse.Options, timeout time.Duration) (*DB, error) {
	servers.Protocol, servers.ReadTimeout, servers.DialTimeout = clickhouse.HTTP, timeout, 5*time.Second
	servers.MaxOpenConns, servers.MaxIdleConns = 8, 8
	conn, err := clickhouse.Open(&servers)
	if err != nil {
		return nil, fmt.Errorf("opening clickhouse: %w", err)
	}
	db := &DB{conn: conn, timeout: timeout}
	if servers.Auth.Database != anyDatabase {
		db.createDatabase = func(ctx context.Context) error { return createDatabase(ctx, servers) }
	}
	return db, nil
}

// createDatabase makes the database that the options name, unless it exists.
func createDatabase(ctx context.Context, servers clickhouse.Options) error {
	name := servers.Auth.Database
	servers.Auth.Database = anyDatabase
	conn, err := clickhouse.Open(&servers)
	if err != nil {
		return err
	}
	return errors.Join(conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quotedName(name)), conn.Close())
}

// openCluster makes a client of the whole archive of a cluster.
func openCluster(options Options, servers clickhouse.Options) (*DB, error) {
	if !IsClusterName(options.Cluster) {
		return nil, errors.New("the name of a cluster has letters, digits, _ and -")
	}
	c := &cluster{
		placement: placement{cluster: options.Cluster, database: servers.Auth.Database, shard: servers.Auth.Database + shardSuffix},
		addresses: servers.Addr,
		connect: func(addresses []string, database string, more settings) (*DB, error) {
			some := servers
			some.Addr, some.Auth.Database, some.Settings = addresses, database, more
			some.ConnOpenStrategy = clickhouse.ConnOpenRoundRobin
			return connect(some, options.Timeout)
		},
	}
	return c.open(c.addresses, c.database, quorum)
}

// settings are those of queries.
type settings = clickhouse.Settings

type settingsKey struct{}

// withSettings adds settings to those that the queries of a context have.
func withSettings(ctx context.Context, some settings) context.Context {
	if before, ok := ctx.Value(settingsKey{}).(settings); ok {
		some = with(before, some)
	}
	ctx = context.WithValue(ctx, settingsKey{}, some)
	return clickhouse.Context(ctx, clickhouse.WithSettings(some))
}

// addresses are the options of the servers of a text, which agree in all but their hosts.
func addresses(text string) (all clickhouse.Options, err error) {
	for i, one := range strings.Split(text, ",") {
		settings := clickhouse.Options{Auth: clickhouse.Auth{Database: anyDatabase}}
		if err := address(one, &settings); err != nil {
			return all, err
		}
		if i > 0 && (settings.Auth != all.Auth || (settings.TLS == nil) != (all.TLS == nil)) {
			return all, fmt.Errorf("address %d differs from the first in more than its host", i+1)
		}
		if i > 0 {
			settings.Addr = append(all.Addr, settings.Addr...)
		}
		all = settings
	}
	if all.TLS != nil && len(all.Addr) > 1 {
		all.TLS.ServerName = "" // each server by its own name
	}
	return all, nil
}

func address(text string, settings *clickhouse.Options) error {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.RawQuery != "" {
		return errors.New("must be 'embedded' or http(s)://[user[:password]@]host[:port][/database]")
	}
	port := cmp.Or(parsed.Port(), "8123")
	if parsed.Scheme == "https" {
		settings.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: parsed.Hostname()}
		port = cmp.Or(parsed.Port(), "8443")
	}
	settings.Addr = []string{net.JoinHostPort(parsed.Hostname(), port)}
	settings.Auth.Username = parsed.User.Username()
	settings.Auth.Password, _ = parsed.User.Password()
	settings.Auth.Database = cmp.Or(strings.Trim(parsed.Path, "/"), settings.Auth.Database)
	return nil
}

// Exceptions of a server that has lost the archive, as an empty disk does.
const (
	unknownTable    = 60
	unknownDatabase = 81
)

// exceptionIn reports whether an error is an exception of ClickHouse with one of some codes.
func exceptionIn(err error, codes ...int32) bool {
	var exception *clickhouse.Exception
	return errors.As(err, &exception) && slices.Contains(codes, exception.Code)
}

// lost reports whether an error says that tables of the archive do not exist.
func lost(err error) bool { return exceptionIn(err, unknownTable, unknownDatabase) }

// refusals are the permanent exceptions: the user is unknown or has no right, or the server
// does not support the statement. Others, such as a lack of memory or disk space, are
// transient.
// https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
var refusals = []int32{
	46, // unknown function
	50, // unknown type
	62, // syntax
	unknownDatabase,
	115,                     // unknown setting
	164,                     // read only
	192, 193, 194, 497, 516, // user, password, rights
}

// refused says that ClickHouse answered, and that the answer was no: asking
// again will not help.
func refused(err error) bool {
	var known refusal
	return exceptionIn(err, refusals...) || errors.As(err, &known)
}

// Close ends the connections.
func (d *DB) Close() error {
	d.cluster.close()
	return d.conn.Close()
}

// Ping returns an error where ClickHouse does not answer.
func (d *DB) Ping(ctx context.Context) error { return countError(operationPing, d.conn.Ping(ctx)) }

// release is the version that the server gives, as year and month.
func (d *DB) release(ctx context.Context) (text string, year, month int, err error) {
	if err := d.conn.QueryRow(ctx, "SELECT version()").Scan(&text); err != nil {
		return "", 0, 0, err
	}
	_, err = fmt.Sscanf(text, "%d.%d", &year, &month)
	return text, year, month, err
}

func (d *DB) exec(ctx context.Context, statement string, arguments ...any) error {
	return countError(operationStatement, d.conn.Exec(ctx, statement, arguments...))
}

// number reads a single number.
func (d *DB) number(ctx context.Context, query string, arguments ...any) (n int64, err error) {
	err = d.conn.QueryRow(ctx, query, arguments...).Scan(&n)
	return n, countError(operationQuery, err)
}

// rows reads an answer row by row.
func (d *DB) rows(ctx context.Context, query string, arguments []any, each func(scan func(...any) error) error) (err error) {
	defer func() { _ = countError(operationQuery, err) }()
	rows, err := d.conn.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insertSettings pin whatever could cut the same rows into other blocks at a
// second try: the token is honoured block by block.
func insertSettings(token string) clickhouse.Settings {
	return clickhouse.Settings{
		"insert_deduplicate":                                 1,
		"insert_deduplication_token":                         token,
		"deduplicate_blocks_in_dependent_materialized_views": 1,
		"async_insert":                                       0,
		"max_insert_block_size":                              1 << 20,
		"min_insert_block_size_rows":                         1 << 20,
		"max_insert_threads":                                 1,
		"max_threads":                                        1,
		// An import may reach back over more months than an insert is used to.
		"max_partitions_per_insert_block": 0,
	}
}

// bounded limits the time, the memory and the processors of the queries of a
// context.
func bounded(ctx context.Context, timeout time.Duration) context.Context {
	return withSettings(ctx, settings{
		"max_execution_time": int(timeout.Seconds()),
		"max_memory_usage":   512 << 20,
		"max_threads":        1,
	})
}

// Load adds entries that never were in the log, under a token of their own: a
// past that is brought in whole. All sums follow as they do from the log. A
// second Load of the same entries under the same token adds nothing; up to a
// hundred thousand entries at a time are fast.
func (d *DB) Load(ctx context.Context, token string, entries []outage.Entry) error {
	if err := d.insert(ctx, token, entries); err != nil {
		return unavailable(fmt.Sprintf("loading %d reports", len(entries)), err)
	}
	return nil
}

// Merge sets whether ClickHouse may merge new parts in the background, as it does from its
// start. Without merges queries become slower with each insert.
func (d *DB) Merge(ctx context.Context, may bool) error {
	act := "STOP"
	if may {
		act = "START"
	}
	for _, table := range []string{"reports", "minute_counts", "quarter_counts", "network_counts", "recent_reports", "shard_counts", "shard_networks"} {
		if err := d.exec(ctx, "SYSTEM "+act+" MERGES "+table); err != nil {
			return fmt.Errorf("setting when clickhouse merges %s: %w", table, err)
		}
	}
	return nil
}

// insert inserts the entries as one block under a token. A second insert under the same
// token adds nothing.
func (d *DB) insert(ctx context.Context, token string, entries []outage.Entry) error {
	d.writing.RLock()
	defer d.writing.RUnlock()
	shard, err := d.shardOf(ctx, token)
	if err != nil {
		return err
	}
	return shard.send(ctx, token, entries)
}

// send inserts the entries into the reports and, if they are recent, into the short-lived
// table, concurrently.
func (d *DB) send(ctx context.Context, token string, entries []outage.Entry) error {
	short := make(chan error, 1)
	go func() { short <- d.sendRecent(ctx, token, recent(entries, time.Now())) }()
	return errors.Join(d.sendReports(ctx, token, entries), <-short)
}

const (
	reportColumns = "at, service, country, region, district, cell, kind, symptom, network, since, sign, counted, weight, first, keyed, nodes, received, shard, random"
	recentColumns = reportColumns + ", reporter, prefix, undo"
)

func (d *DB) sendReports(ctx context.Context, token string, entries []outage.Entry) error {
	return d.sendTo(ctx, token, "INSERT INTO reports ("+reportColumns+")", byPlace(entries), func(e outage.Entry) []any {
		return columnsOf(e, storedShard(e))
	})
}

func (d *DB) sendRecent(ctx context.Context, token string, entries []outage.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return d.sendTo(ctx, token, "INSERT INTO recent_reports ("+recentColumns+")", slices.Values(entries), func(e outage.Entry) []any {
		return append(columnsOf(e, e.ID.Shard), e.Reporter, e.Prefix, e.UndoHash)
	})
}

func (d *DB) sendTo(ctx context.Context, token, statement string, entries iter.Seq[outage.Entry], row func(outage.Entry) []any) (err error) {
	defer func() { _ = countError(operationInsert, err) }()
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(insertSettings(token)))
	batch, err := d.conn.PrepareBatch(ctx, statement)
	if err != nil {
		return err
	}
	defer batch.Close()
	for e := range entries {
		if err := batch.Append(row(e)...); err != nil {
			return err
		}
	}
	return batch.Send()
}

// byPlace are entries in the order of their places, and of the log within a place. ClickHouse
// sorts them by service, country and second, and leaves those that are equal there in their
// order: what is alike stands together on disk, and takes less.
func byPlace(entries []outage.Entry) iter.Seq[outage.Entry] {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &entries[i], &entries[j]
		if a.Cell != b.Cell {
			return cmp.Compare(a.Cell, b.Cell)
		}
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(i, j))
	})
	return func(yield func(outage.Entry) bool) {
		for _, i := range order {
			if !yield(entries[i]) {
				return
			}
		}
	}
}

// columnsOf are the reportColumns of an entry.
func columnsOf(e outage.Entry, shard byte) []any {
	since := e.Since
	if since.IsZero() {
		since = time.Unix(0, 0).UTC()
	}
	return []any{
		e.At, e.Service, string(e.Country), string(e.Region), string(e.District), uint64(e.Cell), string(e.Kind), e.Symptom,
		e.Network, since, e.Sign, flag(e.Counted), uint16(e.Weight*1000 + 0.5), flag(e.First), flag(e.Keyed), uint8(e.Nodes),
		e.ID.Received.Time(), shard, e.ID.Random,
	}
}

// append inserts rows into a table that replaces equal rows.
func (d *DB) append(ctx context.Context, statement string, rows [][]any) (err error) {
	defer func() { _ = countError(operationInsert, err) }()
	batch, err := d.conn.PrepareBatch(ctx, statement)
	if err != nil {
		return err
	}
	defer batch.Close()
	for _, row := range rows {
		if err := batch.Append(row...); err != nil {
			return err
		}
	}
	return batch.Send()
}

func flag(is bool) uint8 {
	if is {
		return 1
	}
	return 0
}
