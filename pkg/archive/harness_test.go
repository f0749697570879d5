package archive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/outage"
)

// engine is the embedded ClickHouse that all tests of this process share.
var engine struct {
	once sync.Once
	*embedded.ClickHouse
	err error
}

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	code := m.Run()
	if engine.ClickHouse != nil {
		if err := engine.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.RemoveAll(engineFolder)
	os.Exit(code)
}

var engineFolder string

// library is the path of libchdb in this checkout. Without it the tests are
// skipped, but never in CI, where a missing engine is a fault.
func library(t testing.TB) string {
	t.Helper()
	path := os.Getenv(embedded.LibraryVariable)
	if path == "" {
		path, _ = filepath.Abs(embedded.InRepository("../..")) // fails only without a working directory
	}
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the engine is missing in CI: %v", err)
		}
		t.Skipf("the engine is not installed, make build installs it: %v", err)
	}
	return path
}

func transport(t testing.TB) http.RoundTripper {
	t.Helper()
	path := library(t)
	engine.once.Do(func() {
		if engineFolder, engine.err = os.MkdirTemp("", "downpour-archive-"); engine.err != nil {
			return
		}
		config := filepath.Join(engineFolder, "config.xml")
		if engine.err = os.WriteFile(config, []byte(clusterConfig), 0o600); engine.err == nil {
			engine.ClickHouse, engine.err = embedded.Open(context.Background(), embedded.Options{Library: path, Path: filepath.Join(engineFolder, "data"), ConfigFile: config})
		}
	})
	if engine.err != nil {
		t.Fatal(engine.err)
	}
	return engine.Transport()
}

// overEvery runs a test over one server, as overSingle does, and over two shards, whose
// tables exist.
func overEvery(t *testing.T, test func(t *testing.T, db *DB)) {
	overSingle(t, test)
	t.Run("two shards", func(t *testing.T) { test(t, shardedDB(t)) })
}

// overSingle runs a test over the embedded engine and, where CLICKHOUSE_URL
// names a server, over that. Each run has a database of its own, without tables.
func overSingle(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Run("embedded", func(t *testing.T) { test(t, embeddedDB(t)) })
	t.Run("server", func(t *testing.T) {
		address := os.Getenv("CLICKHOUSE_URL")
		if address == "" {
			t.Skip("CLICKHOUSE_URL names no server")
		}
		options, err := clickhouse.ParseDSN(address)
		must(t, err)
		options.Protocol = clickhouse.HTTP
		test(t, freshDatabase(t, *options))
	})
}

func embeddedDB(t testing.TB) *DB {
	t.Helper()
	way := transport(t)
	return freshDatabase(t, clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{"embedded"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return way, nil },
	})
}

// freshDatabase opens a database that goes with the test.
func freshDatabase(t testing.TB, options clickhouse.Options) *DB {
	t.Helper()
	name := fmt.Sprintf("test_%d", time.Now().UnixNano())
	open := func(database string) *DB {
		options := options
		options.Auth.Database = database
		conn, err := clickhouse.Open(&options)
		must(t, err)
		return &DB{conn: conn}
	}
	above := open("default")
	must(t, above.exec(context.Background(), "CREATE DATABASE "+name))
	db := open(name)
	t.Cleanup(func() {
		must(t, db.Close())
		must(t, above.exec(context.Background(), "DROP DATABASE "+name))
		must(t, above.Close())
	})
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// prepared is the same database with its tables.
func prepared(t testing.TB, db *DB) *DB {
	t.Helper()
	if db.cluster == nil { // the tables of shards are there
		must(t, db.Prepare(context.Background()))
	}
	return db
}

func number(t testing.TB, db *DB, query string) int64 {
	t.Helper()
	n, err := db.number(context.Background(), query)
	must(t, err)
	return n
}

// seeded gives randomness that a failing test can be repeated with.
func seeded(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if text := os.Getenv("DOWNPOUR_SEED"); text != "" {
		_, err := fmt.Sscan(text, &seed)
		must(t, err)
	}
	t.Logf("DOWNPOUR_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

var geography = sync.OnceValues(func() (*cell.Geography, error) { return cell.Load(countrytest.Packs) })

// hubs are points beside which several regions meet.
var hubs = []outage.LatLng{
	{Lat: 51.55, Lng: -2.75}, // England and Wales, at the Severn
	{Lat: 53.60, Lng: -1.75}, // Leeds and Manchester
	{Lat: 55.05, Lng: -2.75}, // Scotland
	{Lat: 23.75, Lng: 86.95}, // West Bengal and Jharkhand
	{Lat: 28.60, Lng: 77.20}, // Delhi, Haryana and Uttar Pradesh
}

// somewhere is a random place near a hub, or none.
func somewhere(t testing.TB, random *rand.Rand) (outage.Cell, outage.Country, outage.Region) {
	t.Helper()
	if random.IntN(8) == 0 {
		return 0, outage.Countries()[random.IntN(2)], ""
	}
	places, err := geography()
	must(t, err)
	hub := hubs[random.IntN(len(hubs))]
	hub.Lat += random.NormFloat64() * 0.2
	hub.Lng += random.NormFloat64() * 0.2
	at, country, region, err := places.Locate(hub)
	must(t, err)
	return at, country, region
}

// randomEntries are reports of a stretch of time, some of them taken back, in
// the order of a log.
func randomEntries(t testing.TB, random *rand.Rand, n int, span outage.Span) []outage.Entry {
	t.Helper()
	services, symptoms := []string{"whatsapp", "facebook", "jio"}, []string{"", "messages", "calls"}
	var entries []outage.Entry
	for range n {
		at := span.From.Time().Add(time.Duration(random.IntN(int(span.To-span.From)*60)) * time.Second)
		e := outage.Entry{Sign: 1, Counted: random.IntN(5) > 0}
		e.Report = outage.Report{
			ID: outage.NewReportID(random.Uint64(), at), Service: services[random.IntN(3)], Symptom: symptoms[random.IntN(3)],
			Kind: outage.Problem, At: at, Reporter: random.Uint64(), Prefix: random.Uint64(), UndoHash: random.Uint64(),
		}
		e.Cell, e.Country, e.Region = somewhere(t, random)
		if e.Region != "" && random.IntN(3) > 0 {
			e.District = outage.District(fmt.Sprintf("%s-%d", e.Region, random.IntN(2)))
		}
		if random.IntN(6) == 0 { // no more is known than the region or the district
			e.Cell = 0
		}
		if random.IntN(6) == 0 {
			e.Kind = outage.Kinds()[random.IntN(3)]
		}
		if random.IntN(4) == 0 {
			e.Since, e.Network = at.Add(-time.Hour), "jio fibre"
		}
		if e.Counted && e.Kind == outage.Problem {
			e.Weight, e.First = float64(random.IntN(9))/8, random.IntN(2) == 0
			e.Nodes = outage.NodeSet(random.IntN(1 << outage.NodeLevels))
		}
		entries = append(entries, e)
		if random.IntN(12) == 0 {
			e.Sign = -1
			entries = append(entries, e)
		}
	}
	return entries
}

// countOf is what one entry adds to its minute.
func countOf(e outage.Entry) outage.Count {
	c := outage.Count{
		Service: e.Service, Country: e.Country, Region: e.Region, District: e.District, Cell: e.Cell, Start: e.Minute(),
		Kind: e.Kind, Symptom: e.Symptom, Submissions: int64(e.Sign), Judged: float64(e.Sign) * e.Weight,
	}
	if e.Counted {
		c.N = int64(e.Sign)
	}
	if e.First {
		c.Prefixes = int64(e.Sign)
	}
	c.Nodes = e.Nodes.Counts(int64(e.Sign))
	return c
}

// model is a plain source of counts: a list of entries.
type model struct {
	entries []outage.Entry
	covers  outage.Span
}

func (m model) Span() outage.Span { return m.covers }

func (m model) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	sums := outage.Sums{}
	for _, e := range m.entries {
		if query.Span.Contains(e.Minute()) && m.covers.Contains(e.Minute()) {
			if query.ByNetwork {
				addAccess(sums, e, query)
				continue
			}
			sums.Add(countOf(e), query)
		}
	}
	return sums.Counts(), nil
}

// addAccess adds what an entry adds to the access network that it names.
func addAccess(sums outage.Sums, e outage.Entry, query outage.Query) {
	if c, ok := accessOf(e); ok {
		sums.Add(c, query)
	}
}

// accessOf is the count of an entry by access network; false where it has none.
func accessOf(e outage.Entry) (outage.Count, bool) {
	c := countOf(e)
	c.District, c.Cell, c.Symptom, c.Nodes, c.Network = "", 0, "", outage.NodeCounts{}, e.Network
	c.Submissions = c.N
	return c, e.Kind == outage.Problem && e.Network != ""
}

// insertAll inserts entries in batches of random lengths, on a cluster into a random one of
// two shards.
func insertAll(t testing.TB, random *rand.Rand, db *DB, entries []outage.Entry) {
	t.Helper()
	for batch := range batches(random, entries) {
		must(t, db.insert(context.Background(), fmt.Sprintf("%d-batch %d", 1+random.IntN(2), random.Uint64()), batch))
	}
}

func batches(random *rand.Rand, entries []outage.Entry) func(func([]outage.Entry) bool) {
	return func(yield func([]outage.Entry) bool) {
		for len(entries) > 0 {
			n := min(len(entries), 1+random.IntN(400))
			if !yield(slices.Clone(entries[:n])) {
				return
			}
			entries = entries[n:]
		}
	}
}

// checkTables holds every table against the entries that were acknowledged.
func checkTables(t testing.TB, db *DB, entries []outage.Entry) {
	t.Helper()
	checkReports(t, db, entries)
	checkRecent(t, db, recent(entries, time.Now()))
}

// checkRecent holds the short-lived tables against entries.
func checkRecent(t testing.TB, db *DB, entries []outage.Entry) {
	t.Helper()
	var n, judged int64
	for _, e := range entries {
		c := countOf(e)
		n, judged = n+c.N, judged+int64(c.Judged*1000)
	}
	checkNumbers(t, db, []numberCheck{
		{"SELECT toInt64(uniqExact(shard, received, random, sign)) FROM recent_reports", int64(len(entries))},
		{"SELECT toInt64(count()) FROM recent_reports", int64(len(entries))},
		{"SELECT sum(n) FROM shard_counts", n},
		{"SELECT sum(judged) FROM shard_counts", judged},
		{accessDifference("shard_networks", "recent_reports"), 0},
	})
}

type numberCheck struct {
	query string
	want  int64
}

func checkNumbers(t testing.TB, db *DB, checks []numberCheck) {
	t.Helper()
	for _, check := range checks {
		if got := number(t, db, check.query); got != check.want {
			t.Errorf("%s: %d, want %d", check.query, got, check.want)
		}
	}
}

// checkReports holds the reports and their sums against entries.
func checkReports(t testing.TB, db *DB, entries []outage.Entry) {
	t.Helper()
	var n, submissions, judged, prefixes int64
	for _, e := range entries {
		c := countOf(e)
		n, submissions, judged, prefixes = n+c.N, submissions+c.Submissions, judged+int64(c.Judged*1000), prefixes+c.Prefixes
	}
	checkNumbers(t, db, []numberCheck{
		{"SELECT toInt64(count()) FROM reports", int64(len(entries))},
		{"SELECT toInt64(uniqExact(received, random, sign)) FROM reports", int64(len(entries))},
		{"SELECT sum(toInt64(sign) * counted) FROM reports", n},
		{"SELECT sum(n) FROM minute_counts", n},
		{"SELECT sum(submissions) FROM minute_counts", submissions},
		{"SELECT sum(judged) FROM minute_counts", judged},
		{"SELECT sum(prefixes) FROM minute_counts", prefixes},
		{"SELECT sum(n) FROM quarter_counts", n},
		{"SELECT sum(submissions) FROM quarter_counts", submissions},
		{"SELECT sum(judged) FROM quarter_counts", judged},
		{difference("minute_counts", "toStartOfMinute"), 0},
		{difference("quarter_counts", "toStartOfFifteenMinutes"), 0},
		{accessDifference("network_counts", "reports"), 0},
	})
}

// accessDifference counts the keys under which a table of networks and its raw one
// differ.
func accessDifference(table, raw string) string {
	return fmt.Sprintf(`SELECT toInt64(count()) FROM (
		SELECT start, service, country, region, network, sum(n) AS n, sum(judged) AS judged FROM (
			SELECT toStartOfMinute(at) AS start, service, country, region, network, toInt64(sign) * counted AS n, toInt64(sign) * weight AS judged FROM %s WHERE kind = 'problem' AND network != ''
			UNION ALL SELECT start, service, country, region, network, -n, -judged FROM %s
		) GROUP BY ALL HAVING n != 0 OR judged != 0)`, raw, table)
}

// difference counts the keys under which a roll-up and the raw table differ.
func difference(table, start string) string {
	return fmt.Sprintf(`SELECT toInt64(count()) FROM (
		SELECT start, service, country, region, cell, kind, symptom, sum(n) AS n, sum(submissions) AS submissions FROM (
			SELECT %s(at) AS start, service, country, region, cell, kind, symptom, toInt64(sign) * counted AS n, toInt64(sign) AS submissions FROM reports
			UNION ALL SELECT start, service, country, region, cell, kind, symptom, -n, -submissions FROM %s
		) GROUP BY ALL HAVING n != 0 OR submissions != 0)`, start, table)
}
