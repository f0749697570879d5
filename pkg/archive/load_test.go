package archive

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Entries that never were in the log are in every table once, however often
// they are loaded under their token.
func TestLoadOnce(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		db, ctx := prepared(t, db), context.Background()
		now := outage.MinuteOf(time.Now())
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		entries := randomEntries(t, rand.New(rand.NewPCG(seed, 0)), 3000, outage.Span{From: now - 28*24*60, To: now})
		for range 3 {
			must(t, db.Load(ctx, "four weeks", entries))
		}
		counted := int64(0)
		for _, e := range entries {
			if e.Counted {
				counted += int64(e.Sign)
			}
		}
		if n := number(t, db, "SELECT toInt64(count()) FROM reports"); n != int64(len(entries)) {
			t.Errorf("%d rows of %d reports", n, len(entries))
		}
		for _, table := range []string{"minute_counts", "quarter_counts"} {
			if n := number(t, db, "SELECT sum(n) FROM "+table); n != counted {
				t.Errorf("%s counts %d, not %d", table, n, counted)
			}
		}
	})
}
