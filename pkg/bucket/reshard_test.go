package bucket

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// While a cluster moves the slot of a shard, its keys are in two places, whichever went
// first. Nothing is added or undone then, in either; afterwards all is as before.
func TestSlotsThatMove(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{cluster.Servers[0].Addr}})
	t.Cleanup(func() { client.Close() })
	b := newBench(t, client)
	var added []outage.Report
	for reporter := range uint64(30) {
		added = append(added, b.report(reporter, "whatsapp", outage.Problem))
		b.add(added[reporter])
	}
	tag := base(int(added[0].ID.Shard) % Shards)
	next := b.report(100, "whatsapp", outage.Problem)
	for move := range 2 { // the second begins with the keys that the first one ended with
		from := cluster.MasterOf(t, tag)
		to := cluster.Servers[0]
		if from == to {
			to = cluster.Servers[1]
		}
		slot, tries := cluster.Slot(t, tag), 0
		cluster.MoveSlot(t, slot, from, to, func() {
			tries++
			if _, err := b.store.Add(context.Background(), next); err == nil {
				t.Errorf("move %d: a report was added at command %d", move+1, tries)
			}
			if err := b.store.Undo(context.Background(), added[0].ID, added[0].UndoHash); err == nil {
				t.Errorf("move %d: a report was undone at command %d", move+1, tries)
			}
			if err := b.redis.Probe(context.Background()); err != nil {
				t.Errorf("move %d: the masters count as unusable: %v", move+1, err)
			}
		})
		if tries < 2 {
			t.Errorf("the keys moved with %d commands, which is no test", tries)
		}
		for _, report := range added {
			if !b.add(report) {
				t.Fatalf("move %d: a report that was counted is not any more", move+1)
			}
		}
		if got := len(b.entries()); got != len(added) {
			t.Errorf("move %d: the log has %d entries, want %d", move+1, got, len(added))
		}
	}
	if !b.add(next) || b.add(b.report(100, "whatsapp", outage.Problem)) || b.total("whatsapp", outage.Problem) != int64(len(added)+1) {
		t.Error("after the moves a report does not count once")
	}
}
