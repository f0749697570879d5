package bucket

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// A master that hung shows changes that its replica never had. The replica, which is the
// master now, gives their sequence numbers to changes of other minutes.
func TestHotAfterFailover(t *testing.T) {
	b := newBench(t, redistest.Start(t).Client(t))
	b.add(b.report(1, "whatsapp", outage.Problem))
	b.counts(outage.Query{})
	replica := copyOf(t, b.redis.client)

	b.at("10:02:00").add(b.report(2, "whatsapp", outage.Problem))
	b.at("10:02:01").add(b.report(3, "whatsapp", outage.Problem))
	if got := b.total("whatsapp", outage.Problem); got != 3 {
		t.Fatalf("the old master has %d reports, want 3", got)
	}

	replica.restore(t, b.redis.client)
	b.at("10:01:59").add(b.report(4, "whatsapp", outage.Problem))
	b.at("10:01:59").add(b.report(5, "facebook", outage.Problem))
	b.at("10:02:07") // the next time that minutes are read again
	query := outage.Query{ByPlace: true, Step: 1}
	got := b.counts(query)
	b.hot = NewHot(b.redis, func() time.Time { return b.now }, slog.Default())
	if want := b.counts(query); len(want) == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("the window has %+v, Redis has %+v", got, want)
	}
}

// A refresh that finds nothing new leaves the version as it is, so that what was made from
// the window stays valid.
func TestHotVersionOfUnchangedCounts(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.add(b.report(1, "whatsapp", outage.Problem))
		b.counts(outage.Query{})
		version := b.hot.Version()
		b.at("10:00:20").counts(outage.Query{})
		b.at("10:05:00").counts(outage.Query{})
		if b.hot.Version() != version {
			t.Error("the version changed")
		}
		if len(b.hot.unsettled) > 0 || len(b.hot.readings) > 2 {
			t.Errorf("%d minutes and %d readings are kept after five minutes", len(b.hot.unsettled), len(b.hot.readings))
		}
	})
}

// keys is the content of a Redis.
type keys map[string]string

func copyOf(t *testing.T, client redis.UniversalClient) keys {
	t.Helper()
	ctx, copied := context.Background(), keys{}
	names, err := client.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if copied[name], err = client.Dump(ctx, name).Result(); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

func (k keys) restore(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	ctx := context.Background()
	if err := client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	for name, content := range k {
		if err := client.Restore(ctx, name, 0, content).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// A first read of many minutes is not repeated.
func TestHotReadsTheDayOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		for minute := range 10 {
			b.at(fmt.Sprintf("10:%02d:00", minute)).add(b.report(uint64(minute), "whatsapp", outage.Problem))
		}
		b.counts(outage.Query{})
		if n := len(b.hot.unsettled); n != settleMinutes {
			t.Errorf("%d minutes are unsettled after the first read, want %d", n, settleMinutes)
		}
	})
}

// Each shard has its turn once in settleEvery, however often the window is refreshed, and no
// refresh compares many more than its share.
func TestHotComparesInTurn(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	hot := NewHot(nil, nil, nil)
	began := time.Date(2026, 2, 28, 10, 0, 0, 0, time.UTC)
	var turns [Shards]int
	for now := began; now.Before(began.Add(20 * settleEvery)); now = now.Add(time.Duration(random.Int64N(int64(time.Second)))) {
		share := 1 + int(now.Sub(hot.settled)*Shards/settleEvery)
		for shard, due := range hot.due(now) {
			if due {
				turns[shard]++
				share--
			}
		}
		if share < 0 && !hot.settled.IsZero() {
			t.Errorf("%d shards too many at %s", -share, now)
		}
		hot.settled = now
	}
	for shard, n := range turns {
		if n < 20 || n > 21 {
			t.Errorf("shard %d was compared %d times in 20 rounds", shard, n)
		}
	}
}
