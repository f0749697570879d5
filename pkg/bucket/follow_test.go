package bucket

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// change does something at random that changes counters: reports and repeats of several
// networks, imports of any age, reports that are taken back or placed, and an archive that is
// faster than the window.
func (b *bench) change(random *rand.Rand, added *[]outage.Report) {
	b.t.Helper()
	ctx := context.Background()
	switch random.IntN(12) {
	case 0: // may be too late
		if n := len(*added); n > 0 {
			one := (*added)[random.IntN(n)]
			_ = b.store.Undo(ctx, one.ID, one.UndoHash)
		}
	case 1:
		if n := len(*added); n > 0 {
			one := (*added)[random.IntN(n)]
			_ = b.store.Move(ctx, one.ID, one.UndoHash, outage.Place{Country: countrytest.IN, Region: "IN-WB", Cell: kolkata})
		}
	case 2:
		var lines []outage.Report
		for range random.IntN(8) {
			line := b.random(random)
			line.Keyed, line.Prefix, line.At = true, 0, b.now.Add(-time.Duration(random.IntN(50*60))*time.Minute)
			lines = append(lines, line)
		}
		if _, err := b.store.AddBatch(ctx, "request", lines); err != nil {
			b.t.Fatal(err)
		}
	case 3:
		_, to, _, err := b.redis.Oldest(ctx, 1+random.IntN(5))
		if err == nil {
			err = b.redis.Trim(ctx, to)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	default:
		one := b.random(random)
		b.add(one)
		*added = append(*added, one)
	}
}

// random is a report of few reporters, so that some are repeats.
func (b *bench) random(random *rand.Rand) outage.Report {
	one := b.report(random.Uint64N(60), []string{"whatsapp", "jio"}[random.IntN(2)], outage.Kinds()[random.IntN(3)])
	one.ID.Shard, one.Prefix, one.Origin.Block = byte(random.IntN(Shards)), random.Uint64N(20), random.Uint64N(3)
	one.At = b.now.Add(-time.Duration(random.IntN(120)) * time.Second)
	one.Symptom = []string{"", "messages", "calls"}[random.IntN(3)]
	one.Network = []string{"", "airtel", "jio"}[random.IntN(3)]
	if random.IntN(3) == 0 {
		one.Cell = 0
		one.Region = []outage.Region{"", "IN-WB", "IN-JH"}[random.IntN(3)]
	}
	return one
}

// minutesRead is how many minutes windows of this process have read for a reason.
func minutesRead(t *testing.T, reason string) float64 {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, one := range family.GetMetric() {
			if family.GetName() == "downpour_bucket_window_reads_total" && one.GetLabel()[0].GetValue() == reason {
				return one.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no metric of the reason %q", reason)
	return 0
}

// A window that follows the log agrees with one that reads all counters, however reports are
// divided by queries, and never has to correct itself.
func TestWindowFollowsLog(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		random := rand.New(rand.NewPCG(seed, 0))
		b := newBench(t, client)
		b.counts(outage.Query{})
		before, read := minutesRead(t, readDiffers), minutesRead(t, readUnknown)
		var added []outage.Report
		for step := range 300 {
			b.now = b.now.Add(time.Duration(random.IntN(6)) * time.Second)
			for range random.IntN(6) {
				b.change(random, &added)
			}
			queries := []outage.Query{{Step: 1}, {ByPlace: true, Step: 1}, {BySymptom: true, ByPlace: true, Step: 1}, {ByNetwork: true, Step: 1}, {Service: "jio", Step: 5}}
			query := queries[random.IntN(len(queries))]
			got, hot := rounded(b.counts(query)), b.hot
			if step%5 == 0 {
				b.hot = NewHot(b.redis, func() time.Time { return b.now }, slog.Default())
				want := rounded(b.counts(query))
				more := slices.DeleteFunc(slices.Clone(got), func(one outage.Count) bool { return slices.Contains(want, one) })
				less := slices.DeleteFunc(want, func(one outage.Count) bool { return slices.Contains(got, one) })
				if len(more)+len(less) > 0 {
					t.Fatalf("step %d, %+v: only the window has %+v, only Redis has %+v", step, query, more, less)
				}
			}
			b.hot = hot
		}
		if n := minutesRead(t, readDiffers) - before; n > 0 {
			t.Errorf("%v minutes were other than the log said", n)
		}
		t.Logf("%v minutes were read", minutesRead(t, readUnknown)-read)
	})
}

// While reports come in faster than the window is refreshed, it counts each once.
func TestWindowBesideWriters(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.counts(outage.Query{})
		const reports = 2000
		done := make(chan error, 1)
		go func() {
			for i := range reports {
				one := b.report(uint64(i), "whatsapp", outage.Problem)
				one.ID.Shard = byte(i)
				if _, err := b.store.Add(context.Background(), one); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for writing := true; writing; {
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				writing = false
			default:
			}
			b.hot.settled = time.Time{} // compare all each time
			if n := b.total("whatsapp", outage.Problem); n > reports || !writing && n != reports {
				t.Fatalf("%d of %d reports", n, reports)
			}
		}
	})
}
