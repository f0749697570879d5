package main

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/redistest"
)

var reshardShards = flag.Int("reshard-shards", 4, "shards of counters whose slots are moved")

// Slots of a Redis Cluster move between masters under load, those of all counters
// once. Every report that was acknowledged is counted and archived once, and reads
// are answered throughout.
func TestClusterReshard(t *testing.T) {
	c := newClusterUnderLoad(t)
	var tags []string
	for shard := range *reshardShards {
		tags = append(tags, fmt.Sprintf("dp:{%02d}:", shard))
	}
	// The second move of a slot begins with its oldest keys, the first one with its newest.
	for range kills(t, 2) {
		for i, tag := range tags {
			moveTag(t, c.cluster, c.load, tag, i)
		}
	}
	c.end(t)
	c.check(t)
}

// moveTag moves the slot of a hash tag to the next master while reports come in, and waits
// until reports of its shard are acknowledged there.
func moveTag(t *testing.T, cluster *redistest.Cluster, load *openLoad, tag string, shard int) {
	t.Helper()
	const many = 5 // acknowledgements, so that one in flight is not taken for service
	of := map[int]bool{shard: true}
	if shard >= bucket.Shards {
		of = allShards()
	}
	begun := time.Now()
	acknowledged := func(from time.Time) func() bool { return func() bool { return load.since(from, of) >= many } }
	eventually(t, "reports are acknowledged", acknowledged(begun))
	from := cluster.MasterOf(t, tag)
	var masters []*redistest.Server
	for _, server := range cluster.Servers {
		if server.IsMaster() {
			masters = append(masters, server)
		}
	}
	to := masters[(slices.Index(masters, from)+1)%len(masters)]
	slot := cluster.Slot(t, tag)
	keys, opened := from.Keys(t, slot), time.Now()
	cluster.MoveSlot(t, slot, from, to, func() { <-time.After(20 * time.Millisecond) }) // as long as large keys take
	closed := time.Now()
	eventually(t, "reports are acknowledged after the slot was moved", acknowledged(closed))
	t.Logf("%s: %d keys moved in %.2f s; no report of its shard acknowledged for %.2f s", tag, keys, closed.Sub(opened).Seconds(),
		load.longestGap(opened, time.Now(), of).Seconds())
}
