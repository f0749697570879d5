package bucket

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// A window that summed up its settled minutes agrees with one that reads all of Redis,
// whatever is added to those minutes or taken from them.
func TestSummedMinutes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		random := rand.New(rand.NewPCG(seed, 0))
		b := newBench(t, client)
		var added []outage.Report
		summed := 0
		for step := range 60 {
			b.now = b.now.Add(time.Duration(random.IntN(20)) * time.Second)
			for range random.IntN(5) {
				report := b.report(random.Uint64N(500), []string{"whatsapp", "jio"}[random.IntN(2)], outage.Kinds()[random.IntN(3)])
				report.ID.Shard, report.Prefix = byte(random.IntN(Shards)), random.Uint64N(9)
				report.At = b.now.Add(-time.Duration(random.IntN(120)) * time.Second)
				b.add(report)
				added = append(added, report)
			}
			if undone := random.IntN(2 * (1 + len(added))); undone < len(added) {
				report := added[undone]
				_ = b.store.Undo(context.Background(), report.ID, report.UndoHash) // may be too late
			}
			query := outage.Query{ByPlace: step%2 == 0, BySymptom: true, Step: 1}
			got, hot := rounded(b.counts(query)), b.hot
			b.hot = NewHot(b.redis, func() time.Time { return b.now }, slog.Default())
			if want := rounded(b.counts(query)); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("step %d: the window has %+v, Redis has %+v", step, got, want)
			}
			b.hot = hot
			for _, minute := range hot.minutes {
				if minute.settled {
					summed++
				}
			}
		}
		if summed == 0 {
			t.Error("no minute was summed up")
		}
	})
}

// rounded are counts whose sums of thousandths do not depend on their order.
func rounded(counts []outage.Count) []outage.Count {
	for i := range counts {
		counts[i].Judged = math.Round(counts[i].Judged*1000) / 1000
	}
	return counts
}
