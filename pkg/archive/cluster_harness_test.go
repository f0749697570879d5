package archive

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// clusterConfig gives the engine of the tests a cluster whose two shards are the engine
// itself, and a Keeper in its memory. The engine has no port, so that a replica finds no
// other one: replicated tables can be made in it, but take no rows.
const clusterConfig = `<clickhouse>
	<tcp_port>9000</tcp_port>
	<zookeeper><implementation>testkeeper</implementation></zookeeper>
	<macros><shard>1</shard><replica>a</replica></macros>
	<remote_servers><outages>
		<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
		<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>
	</outages></remote_servers>
</clickhouse>`

// shardedDB is an archive on two shards, which are databases of one engine: batches go to
// one of them, and Distributed tables read both. Tables are those of a single server, and a
// view lets each shard of the cluster see a database of its own.
func shardedDB(t testing.TB) *DB {
	t.Helper()
	way := transport(t)
	name := fmt.Sprintf("test_%d", time.Now().UnixNano())
	c := &cluster{placement: placement{cluster: "outages", database: name, plain: true}, complete: true}
	c.connect = func(_ []string, database string, more settings) (*DB, error) {
		return connect(clickhouse.Options{
			Addr: []string{"embedded"}, Auth: clickhouse.Auth{Database: database}, Settings: more,
			TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return way, nil },
		}, defaultTimeout)
	}
	admin, err := c.admin()
	must(t, err)
	databases := []string{name, name + "_both"}
	both := placement{cluster: "outages", database: name, shard: name + "_both", plain: true}
	must(t, admin.exec(context.Background(), "CREATE DATABASE "+both.shard))
	for _, shard := range []string{name + "_1", name + "_2"} {
		databases = append(databases, shard)
		makeShard(t, admin, placement{database: name, shard: shard, plain: true})
		part, err := c.open(nil, shard, with(quorum, sequential))
		must(t, err)
		c.shards = append(c.shards, part)
	}
	all, err := layout()
	must(t, err)
	for _, one := range all {
		if one.sharded() {
			must(t, admin.exec(context.Background(), fmt.Sprintf(`CREATE VIEW %[1]s_both.%[2]s AS SELECT * FROM %[1]s_1.%[2]s WHERE shardNum() = 1
				UNION ALL SELECT * FROM %[1]s_2.%[2]s WHERE shardNum() = 2`, name, one.name)))
			must(t, admin.exec(context.Background(), both.distributed(one.name, both.shard)))
		}
	}
	db, err := c.open(nil, name, quorum)
	must(t, err)
	t.Cleanup(func() {
		must(t, db.Close())
		for _, database := range databases {
			must(t, admin.exec(context.Background(), "DROP DATABASE "+database))
		}
		must(t, admin.Close())
	})
	return db
}

// makeShard makes the tables of one shard.
func makeShard(t testing.TB, admin *DB, at placement) {
	t.Helper()
	statements, err := at.statements()
	must(t, err)
	for _, statement := range statements {
		if !strings.Contains(statement, "ENGINE = Distributed") {
			must(t, admin.exec(context.Background(), statement))
		}
	}
}
