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

// TestKillRedis kills a Redis with appendfsync always during many Adds. Acknowledged
// reports are stored afterwards; others may be, and adding them again stores each once.
func TestKillRedis(t *testing.T) {
	const crowd = 2000
	server := redistest.Start(t)
	b := newBench(t, asServed(t, server))
	b.store.Batch = 16 // many small batches, so that the kill falls between some
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
	kill() // if all were added before
	server.Run(t)
	b.stop()
	b = newBench(t, asServed(t, server)) // an old client waits a second before it dials again
	n := 0
	stored := b.stored()
	for i, report := range reports {
		if !acknowledged[i] {
			continue
		}
		n++
		if stored[report.ID] != 1 {
			t.Errorf("report %d was acknowledged, and the log has it %d times", i, stored[report.ID])
		}
	}
	t.Logf("%d of %d were acknowledged, %d stored", n, crowd, len(stored))
	if n < crowd/3 || n == crowd {
		t.Errorf("%d of %d were acknowledged, so the kill did not fall in between", n, crowd)
	}
	if got := b.total("whatsapp", outage.Problem); got != int64(len(stored)) {
		t.Errorf("the counters hold %d reports and the log %d", got, len(stored))
	}
	for i := range reports { // every sender retries
		senders.Go(func() {
			if counted, err := b.store.Add(context.Background(), reports[i]); err != nil || !counted {
				t.Errorf("report %d again: counted %v, %v", i, counted, err)
			}
		})
	}
	senders.Wait()
	if got := b.total("whatsapp", outage.Problem); got != crowd {
		t.Errorf("%d are counted after the retries, want %d", got, crowd)
	}
	if got := len(b.stored()); got != crowd {
		t.Errorf("the log has %d reports after the retries, want %d", got, crowd)
	}
}

// stored is how often the log has each report.
func (b *bench) stored() map[outage.ReportID]int {
	b.t.Helper()
	stored := map[outage.ReportID]int{}
	for _, entry := range b.entries() {
		stored[entry.ID]++
	}
	return stored
}

// BenchmarkAdd measures how many reports a second are stored by many callers that wait for
// their acknowledgements.
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
