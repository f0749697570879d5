package bucket

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// BenchmarkAddBatch imports a month, 5,000 lines at a time.
func BenchmarkAddBatch(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { benchmarkAddBatch(b, redistest.Embedded(b)) })
	b.Run("redis-server", func(b *testing.B) { benchmarkAddBatch(b, redistest.Start(b).Client(b)) })
}

func benchmarkAddBatch(b *testing.B, client redis.UniversalClient) {
	const lines = 5000
	ctx := context.Background()
	store := NewStore(Config{Redis: NewRedis(client, nil), Logger: slog.New(slog.DiscardHandler)})
	if err := store.Restore(ctx, nil); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	now := time.Now().UTC()
	at := now.Add(-31 * 24 * time.Hour)
	for b.Loop() {
		reports := make([]outage.Report, lines)
		for i := range reports {
			at = at.Add(2 * time.Second)
			reporter := random.Uint64N(100_000)
			reports[i] = outage.Report{
				ID:      outage.ReportID{Shard: byte(reporter), Received: outage.MinuteOf(now), Random: random.Uint64()},
				Service: "whatsapp", Kind: outage.Problem, Country: countrytest.IN, Region: "IN-WB", Cell: kolkata,
				At: at, Reporter: reporter << 32, Keyed: true,
			}
		}
		if _, err := store.AddBatch(ctx, "", reports); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
}
