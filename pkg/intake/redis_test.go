package intake

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// rewritten is a rewrite that succeeds.
func rewritten(context.Context) error { return nil }

// An expired key stays on the list until Redis has rewritten its files, and only expired
// keys are deleted.
func TestSweepRetries(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		ctx, failure := t.Context(), errors.New("a rewrite failed")
		rewrites := 0
		keys := NewRedis(client, func(context.Context) error { rewrites++; return failure })
		now := time.Now()
		for name, until := range map[string]time.Time{"over": now.Add(time.Minute), "young": now.Add(2 * time.Hour), "never": {}} {
			if _, err := keys.Key(ctx, name, until); err != nil {
				t.Fatal(err)
			}
		}
		sweep := func(at time.Time) error { return keys.Sweep(ctx, at) }
		if err := sweep(now); err != nil || rewrites != 0 {
			t.Fatalf("before the end of a key: %v, %d rewrites", err, rewrites)
		}
		later := now.Add(time.Hour)
		if err := sweep(later); !errors.Is(err, failure) || rewrites != 1 {
			t.Fatalf("a rewrite that fails: %v, %d rewrites", err, rewrites)
		}
		if err := sweep(later); err != nil || rewrites != 1 {
			t.Fatalf("soon after the failure: %v, %d rewrites", err, rewrites)
		}
		failure = nil
		client.Del(ctx, sweepKey) // as its expiry would
		for range 2 {
			if err := sweep(later); err != nil || rewrites != 2 {
				t.Fatalf("later: %v, %d rewrites", err, rewrites)
			}
		}
		for name, there := range map[string]bool{"over": false, "young": true, "never": true} {
			if key, err := keys.Find(ctx, name); err != nil || (key != nil) != there {
				t.Errorf("%s: %v, %v", name, key, err)
			}
		}
	})
}
