package bucket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// BenchmarkAddMany adds reports of strangers, as many in one round trip as a busy server
// does: of one service in one city, of many services in many places, and of an import.
func BenchmarkAddMany(b *testing.B) {
	engines := map[string]func() redis.UniversalClient{
		"embedded":     func() redis.UniversalClient { return redistest.Embedded(b) },
		"redis-server": func() redis.UniversalClient { return redistest.Start(b).Client(b) },
	}
	for engine, client := range engines {
		b.Run(engine+"/one", func(b *testing.B) { benchmarkAdd(b, client(), live, 1) })
		b.Run(engine+"/many", func(b *testing.B) { benchmarkAdd(b, client(), live, 100) })
		b.Run(engine+"/import", func(b *testing.B) { benchmarkAdd(b, client(), hot, 100) })
	}
}

const reportsAtOnce = 256

func benchmarkAdd(b *testing.B, client redis.UniversalClient, timeline timeline, many int) {
	ctx := context.Background()
	counters := NewRedis(client, func(outage.Cell) (outage.Region, outage.District) { return "IN-WB", "IN-WB-315" })
	if err := NewStore(Config{Redis: counters}).Restore(ctx, nil); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	before := redisSeconds(client)
	for b.Loop() {
		now := time.Now().UTC()
		shards := map[int][]*pending{}
		for range reportsAtOnce {
			report := strangerReport(random, many, now)
			report.Keyed = timeline != live
			shards[shardOf(report)] = append(shards[shardOf(report)], &pending{report: report, timeline: timeline, request: "once"})
		}
		for _, stored := range counters.add(ctx, shards, now, 1) {
			if stored.err != nil {
				b.Fatal(stored.err)
			}
		}
	}
	reports := float64(b.N * reportsAtOnce)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/reports, "us/report")
	b.ReportMetric(usedMemory(client)/reports, "bytes/report")
	if took := redisSeconds(client) - before; took > 0 {
		b.ReportMetric(took*1e6/reports, "redis-us/report")
	}
}

// strangerReport is a report of one of many services at one of many places.
func strangerReport(random *rand.Rand, many int, now time.Time) outage.Report {
	prefix := random.Uint64N(1 << 14)
	block := prefix >> 8
	cell := kolkata &^ (0o77 << 27) // its two last digits
	cell |= outage.Cell(random.IntN(7))<<30 | outage.Cell(random.IntN(min(many, 7)))<<27
	return outage.Report{
		ID:      outage.ReportID{Shard: byte(block), Received: outage.MinuteOf(now), Random: random.Uint64()},
		Service: fmt.Sprint("service-", random.IntN(many)), Kind: outage.Problem, Country: countrytest.IN, Region: "IN-WB", District: "IN-WB-315", Cell: cell,
		Symptom: []string{"app", "login", ""}[random.IntN(3)], At: now,
		Reporter: random.Uint64(), Prefix: prefix << 20, UndoHash: random.Uint64(),
		Origin: outage.Origin{Epoch: now.Unix()/(14*86400) - 1, Next: prefix << 30, Block: block << 24, Person: random.Uint64()},
	}
}

// usedMemory is what a Redis has of memory, in bytes; 0 for the embedded one.
func usedMemory(client redis.UniversalClient) float64 {
	text, _ := client.Info(context.Background(), "memory").Result()
	_, rest, _ := strings.Cut(text, "used_memory:")
	used, _, _ := strings.Cut(rest, "\r")
	bytes, _ := strconv.ParseFloat(used, 64)
	return bytes
}

// redisSeconds is the processor time that a Redis has taken; 0 for the embedded one.
func redisSeconds(client redis.UniversalClient) (sum float64) {
	text, _ := client.Info(context.Background(), "cpu").Result()
	for _, found := range regexp.MustCompile(`used_cpu_(?:sys|user):([0-9.]+)`).FindAllStringSubmatch(text, -1) {
		seconds, _ := strconv.ParseFloat(found[1], 64)
		sum += seconds
	}
	return sum
}
