package archive

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	random "math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cluster is a ClickHouse cluster: where its servers are, and which shard each has a replica
// of. A batch is inserted into one shard, as on a single server, through any of its replicas:
// replicas share the tokens of batches, shards do not.
type cluster struct {
	placement
	addresses []string
	// connect opens a client of some of the servers, which uses those that answer.
	connect func(addresses []string, database string, settings settings) (*DB, error)

	mutex    sync.Mutex
	shards   []*DB // by their number less one; nil where no server of one has answered
	complete bool  // every address has answered
	looked   time.Time
}

// clusterName is what ClickHouse takes as a name of a cluster, less signs that would have to
// be quoted.
var clusterName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// IsClusterName reports whether a text can be the name of a cluster.
func IsClusterName(name string) bool { return clusterName.MatchString(name) }

// quorum are the settings of every insert: it succeeds only once a majority of the replicas
// has the rows, and inserts into a table come one after the other, so that a query can ask
// for a replica that has them all.
var quorum = settings{
	"insert_quorum":                "auto",
	"insert_quorum_parallel":       0,
	"insert_quorum_timeout":        20_000,
	"distributed_ddl_task_timeout": 20,
	// A server that is away makes its tables when it is back.
	"distributed_ddl_output_mode": "null_status_on_timeout",
}

// sequential are the settings of queries that may miss no row of an insert that succeeded. A
// replica that lacks some answers with an error.
var sequential = settings{"select_sequential_consistency": 1}

func with(some, more settings) settings {
	all := maps.Clone(some)
	maps.Copy(all, more)
	return all
}

// rediscoverEvery is how often addresses that did not answer are tried again.
const rediscoverEvery = time.Minute

// newToken names a batch. On a cluster it begins with the number of the shard that the batch
// is inserted into, so that each try goes to the same one, whatever was added meanwhile.
func (d *DB) newToken(ctx context.Context) (string, error) {
	if d.cluster == nil {
		return rand.Text(), nil
	}
	shards, err := d.cluster.all(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d-%s", 1+random.IntN(len(shards)), rand.Text()), nil
}

// tokenShard is the number of the shard of a token; the first for one that names none.
func tokenShard(token string) int {
	number, _, _ := strings.Cut(token, "-")
	if shard, err := strconv.Atoi(number); err == nil && shard > 0 {
		return shard
	}
	return 1
}

// shardOf is where the batch of a token is: the shard of it, or the one server.
func (d *DB) shardOf(ctx context.Context, token string) (*DB, error) {
	if d.cluster == nil {
		return d, nil
	}
	shards, err := d.cluster.all(ctx)
	if err != nil {
		return nil, err
	}
	number := tokenShard(token)
	if number > len(shards) {
		return nil, fmt.Errorf("the batch belongs to shard %d of cluster %s, which has %d", number, d.cluster.cluster, len(shards))
	}
	return shards[number-1], nil
}

// shards are all shards of the cluster, or the one server.
func (d *DB) shards(ctx context.Context) ([]*DB, error) {
	if d.cluster == nil {
		return []*DB{d}, nil
	}
	return d.cluster.all(ctx)
}

// all are the shards, each of which must have a server that has answered.
func (c *cluster) all(ctx context.Context) ([]*DB, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.complete && time.Since(c.looked) > rediscoverEvery {
		if err := c.discover(ctx); err != nil {
			return nil, err
		}
	}
	for i, shard := range c.shards {
		if shard == nil {
			c.looked = time.Time{}
			return nil, fmt.Errorf("no server of shard %d of cluster %s answers", i+1, c.cluster)
		}
	}
	return c.shards, nil
}

// server is what one server says of itself.
type server struct {
	cluster, shard int64 // shards of the cluster, and the number of its own
	macros         int64
}

// discover asks every address which shard it has. The caller holds the mutex.
func (c *cluster) discover(ctx context.Context) error {
	var addresses [][]string // by shard
	var silent []error
	for _, address := range c.addresses {
		one, err := c.ask(ctx, address)
		if err != nil {
			silent = append(silent, fmt.Errorf("%s: %w", address, err))
			continue
		}
		if err := c.fits(address, one); err != nil {
			return err
		}
		for int64(len(addresses)) < one.cluster {
			addresses = append(addresses, nil)
		}
		addresses[one.shard-1] = append(addresses[one.shard-1], address)
	}
	if len(silent) == len(c.addresses) {
		return errors.Join(silent...)
	}
	var shards []*DB
	for i, of := range addresses {
		if len(of) == 0 && len(silent) == 0 {
			return refuse("no address of shard %d of cluster %s is given; list at least one of each shard", i+1, c.cluster)
		}
		shard, err := c.openShard(of)
		if err != nil {
			return err
		}
		shards = append(shards, shard)
	}
	c.closeShards()
	c.shards, c.complete, c.looked = shards, len(silent) == 0, time.Now()
	return nil
}

// openShard opens a client of the replicas of a shard; nil where there are none.
func (c *cluster) openShard(addresses []string) (*DB, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	return c.open(addresses, c.shard, with(quorum, sequential))
}

// open opens a client of some servers of the cluster, with a database.
func (c *cluster) open(addresses []string, database string, settings settings) (*DB, error) {
	db, err := c.connect(addresses, database, settings)
	if err != nil {
		return nil, err
	}
	db.cluster = c
	return db, nil
}

func (c *cluster) ask(ctx context.Context, address string) (one server, err error) {
	db, err := c.connect([]string{address}, anyDatabase, nil)
	if err != nil {
		return one, err
	}
	defer db.Close()
	err = db.conn.QueryRow(ctx, `SELECT toInt64(max(shard_num)), toInt64(maxIf(shard_num, is_local = 1)),
			(SELECT toInt64(count()) FROM system.macros WHERE macro IN ('shard', 'replica'))
		FROM system.clusters WHERE cluster = ?`, c.cluster).Scan(&one.cluster, &one.shard, &one.macros)
	return one, err
}

// fits refuses a server that does not belong to the cluster.
func (c *cluster) fits(address string, one server) error {
	switch {
	case one.cluster == 0:
		return refuse("clickhouse at %s has no cluster %s in its configuration (remote_servers)", address, c.cluster)
	case one.shard == 0:
		return refuse("clickhouse at %s is not one of the servers of its cluster %s", address, c.cluster)
	case one.macros != 2:
		return refuse("clickhouse at %s lacks the macros shard and replica", address)
	}
	return nil
}

func (c *cluster) closeShards() {
	for _, shard := range c.shards {
		if shard != nil {
			_ = shard.conn.Close() // nothing is under way that could be lost
		}
	}
	c.shards = nil
}

// close ends the connections to the shards.
func (c *cluster) close() {
	if c == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closeShards()
}

// everywhere is a system table of all servers of the cluster that answer, or of the one
// server.
func (d *DB) everywhere(table string) string {
	if d.cluster == nil || d.cluster.plain {
		return table
	}
	return fmt.Sprintf("clusterAllReplicas('%s', %s)", d.cluster.cluster, table)
}

// databases are those of the archive, as a list in SQL.
func (d *DB) databases() string {
	if d.cluster == nil {
		return "currentDatabase()"
	}
	return fmt.Sprintf("'%s', '%s'", d.cluster.database, d.cluster.shard)
}

// consistent makes a query miss no row of an insert that succeeded: on a cluster, a replica
// that is behind answers with an error instead.
func (d *DB) consistent(ctx context.Context) context.Context {
	if d.cluster == nil {
		return ctx
	}
	return withSettings(ctx, sequential)
}
