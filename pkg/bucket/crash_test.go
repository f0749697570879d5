package bucket

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestKillRedis kills a Redis that appends always in the middle of a crowd.
// What was acknowledged is there afterwards; what was not may or may not be,
// and adding it again makes it so, once.
func TestKillRedis(t *testing.T) {
	const crowd = 2000
	server := redistest.Start(t)
	b := newBench(t, asServed(t, server))
	b.store.Batch = 16 // many small batches, so that the end falls between some
	b.store.Patience = 3 * time.Second
	reports := make([]outage.Report, crowd)
	for i := range reports {
		reports[i] = b.report(uint64(i+1), "whatsapp", outage.Problem)
		reports[i].Prefix = uint64(i)
		reports[i].ID = outage.NewReportID(uint64(i), b.now)
	}
	acknowledged := make([]bool, crowd)
	var done atomic.Int64
	kill := sync.OnceFunc(server.Kill)
	var senders sync.WaitGroup
	for i := range reports {
		senders.Go(func() {
			counted, err := b.store.Add(context.Background(), reports[i])
			if err == nil && !counted {
				t.Errorf("report %d did not count", i)
			}
			acknowledged[i] = err == nil
			if err == nil && done.Add(1) == crowd/3 {
				kill()
			}
		})
	}
	senders.Wait()
	kill() // if it was faster than the crowd
	server.Run(t)
	b.stop()
	b = newBench(t, asServed(t, server)) // a client that was there waits a second before it dials again
	kept := 0
	stored := b.stored()
	for i, report := range reports {
		if !acknowledged[i] {
			continue
		}
		kept++
		if stored[report.ID] != 1 {
			t.Errorf("report %d was acknowledged, and the log holds it %d times", i, stored[report.ID])
		}
	}
	t.Logf("%d of %d were acknowledged, %d stored", kept, crowd, len(stored))
	if kept < crowd/3 || kept == crowd {
		t.Errorf("%d of %d were acknowledged, so the kill did not fall in between", kept, crowd)
	}
	if got := b.total("whatsapp", outage.Problem); got != int64(len(stored)) {
		t.Errorf("the counters hold %d reports and the log %d", got, len(stored))
	}
	for i := range reports { // everybody tries again
		senders.Go(func() {
			if counted, err := b.store.Add(context.Background(), reports[i]); err != nil || !counted {
				t.Errorf("report %d again: counted %v, %v", i, counted, err)
			}
		})
	}
	senders.Wait()
	if got := b.total("whatsapp", outage.Problem); got != crowd {
		t.Errorf("%d are counted in the end, want %d", got, crowd)
	}
	if got := len(b.stored()); got != crowd {
		t.Errorf("the log holds %d reports in the end, want %d", got, crowd)
	}
}

// stored is how often the log holds each report.
func (b *bench) stored() map[outage.ReportID]int {
	b.t.Helper()
	stored := map[outage.ReportID]int{}
	for _, entry := range b.entries() {
		stored[entry.ID]++
	}
	return stored
}

// BenchmarkAdd measures how many reports a second are stored when a crowd
// waits for each one's acknowledgement.
func BenchmarkAdd(b *testing.B) {
	engines := map[string]func(testing.TB) redis.UniversalClient{
		"embedded":     redistest.Embedded,
		"redis-server": func(t testing.TB) redis.UniversalClient { return redistest.Start(t).Client(t) },
	}
	for name, engine := range engines {
		b.Run(name, func(b *testing.B) {
			bench := newBench(b, engine(b))
			b.SetParallelism(500)
			var n atomic.Uint64
			b.ResetTimer()
			b.RunParallel(func(senders *testing.PB) {
				for senders.Next() {
					i := n.Add(1)
					report := bench.report(i, "whatsapp", outage.Problem)
					report.Prefix = i * 0x9e3779b97f4a7c15
					report.ID = outage.NewReportID(i, bench.now)
					if _, err := bench.store.Add(context.Background(), report); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
		})
	}
}
