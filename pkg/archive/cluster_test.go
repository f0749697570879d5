package archive

import (
	"context"
	"errors"
	flags "flag"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flags.Bool("update", false, "write the golden files")

var onOutages = placement{cluster: "outages", database: "downpour", shard: "downpour" + shardSuffix}

// The statements for a cluster are those of the golden file, which a reviewer reads.
func TestStatementsForACluster(t *testing.T) {
	const golden = "testdata/cluster.sql"
	statements, err := onOutages.statements()
	must(t, err)
	got := strings.Join(statements, ";\n\n") + ";\n"
	if *update {
		must(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got != string(want) {
		t.Errorf("the statements differ from %s; go test ./pkg/archive -run TestStatementsForACluster -update writes them, and clusterMigrations must have what changes clusters that exist", golden)
	}
}

// A migration that is added changes clusters that exist by statements of its own.
func TestLaterMigrationsHaveStatementsForClusters(t *testing.T) {
	for number := clusterVersion + 1; number <= len(migrations); number++ {
		if clusterMigrations[number] == nil {
			t.Errorf("migration %d has no statements for clusters", number)
		}
	}
}

// ClickHouse understands the statements for a cluster, and makes all their tables, with a
// Keeper in memory. What it does not do here is run statements on other servers.
func TestClickHouseMakesTheTablesOfACluster(t *testing.T) {
	db := embeddedDB(t)
	statements, err := onOutages.statements()
	must(t, err)
	for _, statement := range statements {
		var text string
		must(t, db.conn.QueryRow(context.Background(), "SELECT formatQuery(?)", statement).Scan(&text))
		if !strings.Contains(text, "ON CLUSTER outages") {
			t.Errorf("runs on one server only: %s", text)
		}
		must(t, db.exec(context.Background(), strings.Replace(statement, " ON CLUSTER `outages`", "", 1)))
	}
	t.Cleanup(func() {
		for _, database := range []string{onOutages.database, onOutages.shard} {
			must(t, db.exec(context.Background(), "DROP DATABASE "+database+" SYNC"))
		}
	})
	whole, err := (&DB{conn: db.conn, cluster: &cluster{placement: placement{database: onOutages.database, shard: onOutages.shard, plain: true}}}).whole(context.Background())
	if err != nil || !whole {
		t.Errorf("the tables count as missing: %v", err)
	}
	checkNumbers(t, db, []numberCheck{
		{"SELECT toInt64(count()) FROM system.tables WHERE database LIKE 'downpour%' AND engine LIKE '%MergeTree' AND engine NOT LIKE 'Replicated%'", 0},
		{"SELECT toInt64(count() - uniqExact(zookeeper_path)) FROM system.replicas WHERE database LIKE 'downpour%'", 0},
		{"SELECT toInt64(count()) FROM system.tables WHERE database = 'downpour' AND engine = 'Distributed'", 7},
		{"SELECT toInt64(count()) FROM system.replicas WHERE database = 'downpour_shard' AND NOT endsWith(zookeeper_path, '/1')", 0},
	})
	single, err := shardedDB(t).cluster.connect(nil, onOutages.database, nil)
	must(t, err)
	defer single.Close()
	if err := single.Prepare(context.Background()); !refused(err) || !strings.Contains(err.Error(), "has the tables of a cluster") {
		t.Errorf("a server that does not know of the cluster: %v", err)
	}
}

func TestTokensNameTheirShard(t *testing.T) {
	db, seen := shardedDB(t), map[int]bool{}
	for range 64 {
		token, err := db.newToken(context.Background())
		must(t, err)
		seen[tokenShard(token)] = true
		shard, err := db.shardOf(context.Background(), token)
		must(t, err)
		if shard != db.cluster.shards[tokenShard(token)-1] {
			t.Errorf("the batch of token %s goes to another shard", token)
		}
	}
	if len(seen) != 2 || !seen[1] || !seen[2] {
		t.Errorf("batches go to shards %v", seen)
	}
	for token, want := range map[string]int{"3-ABC": 3, "ABC": 1, "four weeks": 1, "0-x": 1, "-2-x": 1} {
		if got := tokenShard(token); got != want {
			t.Errorf("token %s belongs to shard %d, want %d", token, got, want)
		}
	}
	if _, err := db.shardOf(context.Background(), "3-ABC"); err == nil {
		t.Error("a shard that is not there takes a batch")
	}
}

// A cluster that cannot be used as it is named is refused in one line.
func TestClustersThatAreRefused(t *testing.T) {
	way := shardedDB(t).cluster.connect
	for name, want := range map[string]string{
		"nowhere": "clickhouse at host:8123 has no cluster nowhere in its configuration (remote_servers)",
		"outages": "no address of shard 1 of cluster outages is given; list at least one of each shard",
	} {
		c := &cluster{placement: placement{cluster: name, database: "downpour", shard: "downpour_shard"}, addresses: []string{"host:8123"}, connect: way}
		if _, err := c.all(context.Background()); !refused(err) || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct{ url, cluster, want string }{
		{"http://a:8123,http://b:8123", "", "several addresses are those of a cluster, whose name must be given"},
		{"http://a:8123,http://b:8123/other", "outages", "address 2 differs from the first in more than its host"},
		{"http://a:8123,b:8123", "outages", "must be 'embedded' or http(s)://[user[:password]@]host[:port][/database]"},
		{"http://a:8123", "'; DROP", "the name of a cluster has letters, digits, _ and -"},
	} {
		if _, err := OpenDB(Options{URL: c.url, Cluster: c.cluster}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.url, err, c.want)
		}
	}
}

// A shard whose only server does not answer holds its batches back; the others wait with it.
func TestShardsThatDoNotAnswer(t *testing.T) {
	way := shardedDB(t).cluster.connect
	c := &cluster{placement: placement{cluster: "outages", database: "default", shard: "default", plain: true}, addresses: []string{"a:1", "b:2"}}
	c.connect = func(addresses []string, database string, more settings) (*DB, error) {
		if addresses[0] == "a:1" {
			return nil, errors.New("connection refused")
		}
		return way(addresses, database, more)
	}
	_, err := c.all(context.Background())
	if err == nil || refused(err) || err.Error() != "no server of shard 1 of cluster outages answers" {
		t.Errorf("%v", err)
	}
	if c.complete {
		t.Error("the servers that did not answer are not asked again")
	}
	c.close()
}

// A query that may miss no row has the limits of other queries as well.
func TestConsistentQueriesAreBounded(t *testing.T) {
	db := shardedDB(t)
	ctx := db.consistent(bounded(context.Background(), 7*time.Second))
	checks := map[string]string{"max_execution_time": "7", "max_threads": "1", "select_sequential_consistency": "1", "insert_quorum": "auto"}
	for name, want := range checks {
		var got string
		must(t, db.conn.QueryRow(ctx, "SELECT toString(getSetting(?))", name).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
