package bucket

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

func TestLogIsMeasured(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := context.Background()
		b := newBench(t, client)
		b.now = time.Now() // records have the time of Redis
		if age := b.store.oldestAge(); age != 0 {
			t.Errorf("an empty log is %v s old", age)
		}
		b.add(b.report(1, "whatsapp", outage.Problem))
		_, to, _, err := b.redis.Oldest(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		// A record of an hour ago, in an empty shard.
		hourAgo := fmt.Sprintf("%d-0", time.Now().Add(-time.Hour).UnixMilli())
		empty := 0
		for to[empty] != "" {
			empty++
		}
		if err := client.XAdd(ctx, &redis.XAddArgs{Stream: base(empty) + "log", ID: hourAgo, Values: []any{"r", ""}}).Err(); err != nil {
			t.Fatal(err)
		}
		to[empty] = hourAgo
		if err := b.store.Restore(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if n, age := b.store.logLength.Load(), b.store.oldestAge(); n != 2 || age < 3600 || age > 3700 {
			t.Errorf("the log has %d records and is %v s old, want 2 and an hour", n, age)
		}
		if err := b.redis.Trim(ctx, to); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Restore(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if n, age := b.store.logLength.Load(), b.store.oldestAge(); n != 0 || age != 0 {
			t.Errorf("after the archive the log has %d records and is %v s old", n, age)
		}
	})
}
