package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/redistest"
)

var (
	failoverRate     = flag.Int("failover-rate", 60, "reports a second during failovers")
	failoverReplicas = flag.Int("failover-replicas", 1, "replicas of each master during failovers")
)

// blindAtMost is the longest time that reports of a shard may stay without an
// acknowledgement when its master is lost.
const blindAtMost = 5 * time.Second

// clusterSettings are those that docs/security.md recommends.
var clusterSettings = []string{
	"--cluster-node-timeout", "1500", "--cluster-require-full-coverage", "no",
	"--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "10",
}

// failover is the loss of one master.
type failover struct {
	master                 string
	shards                 map[int]bool // those of its counters
	lost, takenOver, whole time.Time
}

// Masters of a Redis Cluster are lost under load, each after the one before is
// back as a replica. Every report that was acknowledged is counted and archived
// once, and reads are answered throughout.
func TestClusterFailover(t *testing.T) {
	loseMasters(t, kills(t, 2), func(s *redistest.Server, _ testing.TB) { s.Kill() }, (*redistest.Server).Run)
}

// A master that hangs, as one whose host or network is gone, closes no
// connection. When it goes on, it carries out what it was sent meanwhile, as a
// master until it hears of the new one.
func TestClusterFailoverOfHungMasters(t *testing.T) {
	loseMasters(t, kills(t, 2),
		func(s *redistest.Server, t testing.TB) { s.Signal(t, syscall.SIGSTOP) },
		func(s *redistest.Server, t testing.TB) { s.Signal(t, syscall.SIGCONT) })
}

func loseMasters(t *testing.T, losses int, lose, bringBack func(*redistest.Server, testing.TB)) {
	c := newClusterUnderLoad(t)
	cluster, load := c.cluster, c.load
	var failovers []failover
	for i := range losses {
		failovers = append(failovers, loseMaster(t, cluster, load, i, lose, bringBack))
	}
	end := time.Now()
	c.end(t)
	for i, one := range failovers {
		until := end
		if i+1 < len(failovers) {
			until = failovers[i+1].lost
		}
		report(t, one, load, until)
	}
	c.check(t)
}

// clusterUnderLoad is a server over a Redis Cluster, to which reports come and from which
// people read.
type clusterUnderLoad struct {
	cluster    *redistest.Cluster
	server     *process
	base, data string
	load       *openLoad
	reads      *reads
}

func newClusterUnderLoad(t *testing.T) *clusterUnderLoad {
	t.Helper()
	cluster := redistest.StartCluster(t, 3, *failoverReplicas, clusterSettings...)
	data, address := t.TempDir(), redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", data, "--log-level", "warn",
		"--redis", cluster.Servers[0].URL()+","+cluster.Servers[1].URL(), "--redis-wait", "1,500ms")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", isReady(address))
	load := newOpenLoad(base, *failoverRate)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%d acknowledged, tries that were not: %v", load.ledger.acknowledged.Load(), load.failures())
		}
	})
	return &clusterUnderLoad{cluster, server, base, data, load, newReads(base)}
}

// end stops the load and the reads, and waits until every report is acknowledged.
func (c *clusterUnderLoad) end(t *testing.T) {
	c.load.end()
	c.reads.end(t)
}

// check stops the server, and looks whether every report that was acknowledged is counted
// and archived once.
func (c *clusterUnderLoad) check(t *testing.T) {
	t.Helper()
	c.load.checkReceipts(t)
	checkCounters(t, c.cluster, c.base, c.load)
	c.server.stop(t)
	archive := newVault(t, c.data+"/archive")
	archive.startAndWait(t)
	checkVault(t, archive, c.load.ledger)
	t.Logf("%d reports acknowledged; tries that were not: %v; %d reads answered, the slowest after %s: %s",
		len(c.load.ledger.signs), c.load.failures(), c.reads.answered, c.reads.slowest.Round(time.Millisecond), c.reads.slow)
}

// allShards are all of them.
func allShards() map[int]bool {
	all := map[int]bool{}
	for shard := range bucket.Shards {
		all[shard] = true
	}
	return all
}

// loseMaster loses the master of some shards, brings it back and waits until
// reports of its shards are acknowledged. Where it had one replica, which is the
// master now, reports wait for it as a replica, so that it comes back at once.
func loseMaster(t *testing.T, cluster *redistest.Cluster, load *openLoad, i int, lose, bringBack func(*redistest.Server, testing.TB)) failover {
	t.Helper()
	const many = 20 // acknowledgements, so that one in flight is not taken for service
	begun := time.Now()
	eventually(t, "reports are acknowledged", func() bool {
		for failure := range load.failures() {
			if !strings.HasPrefix(failure, "503") && failure != "no answer" {
				t.Fatalf("a report is refused: %s", failure)
			}
		}
		return load.since(begun, allShards()) >= many
	})
	owned := map[*redistest.Server]map[int]bool{}
	for shard := range bucket.Shards {
		master := cluster.MasterOf(t, fmt.Sprintf("dp:{%02d}:", shard))
		if master == nil {
			t.Fatalf("shard %d has no master", shard)
		}
		if owned[master] == nil {
			owned[master] = map[int]bool{}
		}
		owned[master][shard] = true
	}
	masters := slices.SortedFunc(maps.Keys(owned), func(a, b *redistest.Server) int { return slices.Min(keys(owned[a])) - slices.Min(keys(owned[b])) })
	victim := masters[i%len(masters)]
	one := failover{master: victim.Addr, shards: owned[victim], lost: time.Now()}
	lose(victim, t)
	eventually(t, "another server has the slots", func() bool { return cluster.TakenOver(victim) })
	one.takenOver = time.Now()
	acknowledged := func() bool { return load.since(one.takenOver, one.shards) >= many }
	if *failoverReplicas > 1 {
		eventually(t, "reports of the shards are acknowledged without the lost server", acknowledged)
	}
	bringBack(victim, t)
	cluster.AwaitWhole(t)
	one.whole = time.Now()
	eventually(t, "reports of the shards are acknowledged", func() bool { return load.since(one.whole, one.shards) >= many })
	return one
}

func keys(of map[int]bool) []int { return slices.Collect(maps.Keys(of)) }

// report prints how long reports were not acknowledged after one failover.
func report(t *testing.T, one failover, load *openLoad, until time.Time) {
	t.Helper()
	blind, overall := load.longestGap(one.lost, until, one.shards), load.longestGap(one.lost, until, allShards())
	verdict := "within"
	if blind > blindAtMost {
		verdict = "beyond"
	}
	t.Logf("lost %s, master of %d of %d shards: taken over after %.1f s, all replicas in step after %.1f s; no report acknowledged of its shards for %.1f s (%s %s), of any shard for %.1f s",
		one.master, len(one.shards), bucket.Shards, one.takenOver.Sub(one.lost).Seconds(), one.whole.Sub(one.lost).Seconds(), blind.Seconds(), verdict, blindAtMost, overall.Seconds())
}

// checkCounters holds what the API and Redis count against the ledger.
func checkCounters(t *testing.T, cluster *redistest.Cluster, base string, load *openLoad) {
	t.Helper()
	want := load.ledger.standing()
	eventually(t, "the hot window has every report", func() bool { n, ok := total(base); return ok && n == want })
	var addresses []string
	for _, server := range cluster.Servers {
		addresses = append(addresses, server.Addr)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses})
	defer client.Close()
	eventually(t, "the archive has caught up", func() bool { return waiting(t, client) == 0 })
	stored := storedIDs(t, client)
	missing := 0
	for sign := range load.ledger.signs {
		var id string
		if _, err := fmt.Sscan(sign, &id); err != nil || !stored[id] {
			missing++
		}
	}
	if missing > 0 || len(stored) != len(load.ledger.signs) {
		t.Errorf("of %d acknowledged reports %d are not in the ledger of Redis, which has %d", len(load.ledger.signs), missing, len(stored))
	}
}

// storedIDs are the ids of all reports in the ledgers of Redis.
func storedIDs(t *testing.T, client *redis.ClusterClient) map[string]bool {
	t.Helper()
	stored := map[string]bool{}
	var mutex sync.Mutex
	err := client.ForEachMaster(context.Background(), func(ctx context.Context, master *redis.Client) error {
		ledgers, err := master.Keys(ctx, "dp:{??}:u:*").Result()
		if err != nil {
			return err
		}
		for _, ledger := range ledgers {
			ids, err := master.HKeys(ctx, ledger).Result()
			if err != nil {
				return err
			}
			mutex.Lock()
			for _, id := range ids {
				stored[id] = true
			}
			mutex.Unlock()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// reads asks for the numbers that people see, again and again.
type reads struct {
	over     chan struct{}
	tasks    sync.WaitGroup
	answered int
	slowest  time.Duration
	slow     string // which of them was the slowest
	failed   []string
}

func newReads(base string) *reads {
	r := &reads{over: make(chan struct{})}
	r.tasks.Go(func() {
		ticks := time.NewTicker(100 * time.Millisecond)
		defer ticks.Stop()
		for {
			for _, path := range []string{"/api/v1/summary", "/api/v1/heatmap?window=6h", "/api/v1/services"} {
				r.once(base + path)
			}
			select {
			case <-ticks.C:
			case <-r.over:
				return
			}
		}
	})
	return r
}

func (r *reads) once(address string) {
	begun := time.Now()
	status, body := fetch(address)
	if took := time.Since(begun); took > r.slowest {
		r.slowest, r.slow = took, address
	}
	if r.answered++; status != http.StatusOK {
		r.failed = append(r.failed, fmt.Sprint(address, ": ", status, " ", body))
	}
}

// end stops the reads and fails the test where one was not answered.
func (r *reads) end(t *testing.T) {
	t.Helper()
	close(r.over)
	r.tasks.Wait()
	if len(r.failed) > 0 {
		t.Errorf("%d of %d reads failed, the first: %s", len(r.failed), r.answered, r.failed[0])
	}
}
