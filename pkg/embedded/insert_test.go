package embedded_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

func TestEveryTypeOfColumn(t *testing.T) {
	type row struct {
		U   uint64    `ch:"u"`
		I8  int8      `ch:"i8"`
		I16 int16     `ch:"i16"`
		I64 int64     `ch:"i64"`
		Low string    `ch:"low"`
		S   string    `ch:"s"`
		At  time.Time `ch:"at"`
		Day time.Time `ch:"day"`
		N   *uint32   `ch:"n"`
		F   string    `ch:"f"`
	}
	number := uint32(7)
	at := time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	want := []row{
		{0, math.MinInt8, math.MinInt16, math.MinInt64, "whatsapp", "", at, day, nil, "0123456789abcdef"},
		{math.MaxUint64, math.MaxInt8, math.MaxInt16, math.MaxInt64, "whatsapp", "one\ntwo\n\nthree\r\n\r\n", at, day, &number, "\x00\x01\n\n\xff\xfe9abcdef\n\n\x00"},
		{1, 0, 0, 0, "", "\x00\xff\n\n__exception__\r\n", at, day, nil, strings.Repeat("\n", 16)},
		{2, 0, 0, 0, "বাংলা", "কলকাতা 'it''s' \\ \t", at, day, &number, strings.Repeat("\x00", 16)},
	}
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx := context.Background()
		must(t, conn.Exec(ctx, `CREATE TABLE kinds (u UInt64, i8 Int8, i16 Int16, i64 Int64, low LowCardinality(String), s String,
			at DateTime('UTC'), day Date, n Nullable(UInt32), f FixedString(16)) ENGINE = MergeTree ORDER BY (i64, u)`))
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO kinds")
		must(t, err)
		for i := range want {
			must(t, batch.AppendStruct(&want[i]))
		}
		must(t, batch.Send())
		var got []row
		must(t, conn.Select(ctx, &got, "SELECT * FROM kinds ORDER BY u < 3, u"))
		order := []row{want[1], want[0], want[2], want[3]}
		if len(got) != len(order) {
			t.Fatalf("%d rows", len(got))
		}
		for i := range order {
			g, w := got[i], order[i]
			if (g.N == nil) != (w.N == nil) || g.N != nil && *g.N != *w.N {
				t.Errorf("row %d: n is %v", i, g.N)
			}
			g.N, w.N = nil, nil
			if !g.At.Equal(w.At) || !g.Day.Equal(w.Day) {
				t.Errorf("row %d: at %s, day %s", i, g.At, g.Day)
			}
			g.At, g.Day = w.At, w.Day
			if g != w {
				t.Errorf("row %d: got %q, want %q", i, fmt.Sprint(g), fmt.Sprint(w))
			}
		}
	})
}

func TestInsertAsText(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx := context.Background()
		must(t, conn.Exec(ctx, "CREATE TABLE words (n UInt8, s String) ENGINE = MergeTree ORDER BY n"))
		must(t, conn.Exec(ctx, "INSERT INTO words VALUES (1, 'one'), (2, 'two\n\nlines')"))
		must(t, conn.Exec(ctx, "INSERT INTO words (s, n) SELECT 'three', 3"))
		if got := one[string](t, conn, "SELECT arrayStringConcat(groupArray(s), ',') FROM (SELECT s FROM words ORDER BY n)"); got != "one,two\n\nlines,three" {
			t.Errorf("got %q", got)
		}
	})
}

func TestLargeInsert(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		must(t, conn.Exec(context.Background(), "CREATE TABLE many (n UInt64, s String) ENGINE = MergeTree ORDER BY n"))
		must(t, send(context.Background(), conn, "many", 0, 100_000))
		if count := one[uint64](t, conn, "SELECT count() FROM many WHERE s = concat('report\n\n', toString(n))"); count != 100_000 {
			t.Errorf("%d rows", count)
		}
		// One block, so one part: it is there as a whole or not at all.
		if parts := one[uint64](t, conn, "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'many' AND active"); parts != 1 {
			t.Errorf("%d parts", parts)
		}
	})
}

// send inserts rows [from, from+count) of (n UInt64, s String).
func send(ctx context.Context, conn driver.Conn, table string, from, count uint64) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
	if err != nil {
		return err
	}
	for n := from; n < from+count; n++ {
		if err := batch.Append(n, fmt.Sprint("report\n\n", n)); err != nil {
			return err
		}
	}
	return batch.Send()
}

// once is how a batch is sent that must be counted once: under a token of its
// own, which the views that it feeds must honour too.
func once(token string) context.Context {
	return clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{
		"insert_deduplicate":                                 1,
		"insert_deduplication_token":                         token,
		"deduplicate_blocks_in_dependent_materialized_views": 1,
	}))
}

// archiveTables make a log and two roll-ups of it, the way an archive has them.
var archiveTables = []string{
	`CREATE TABLE log (n UInt64, s String) ENGINE = MergeTree ORDER BY n
		SETTINGS non_replicated_deduplication_window = 10000`,
	`CREATE TABLE rollup (k UInt64, reports SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY k
		SETTINGS non_replicated_deduplication_window = 10000`,
	`CREATE TABLE totals (k UInt8, reports SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY k
		SETTINGS non_replicated_deduplication_window = 10000`,
	`CREATE MATERIALIZED VIEW log_to_rollup TO rollup AS SELECT n % 10 AS k, count() AS reports FROM log GROUP BY k`,
	`CREATE MATERIALIZED VIEW log_to_totals TO totals AS SELECT 0 AS k, count() AS reports FROM log GROUP BY k`,
}

func checkArchive(t testing.TB, conn driver.Conn, want uint64) {
	t.Helper()
	for _, query := range []string{"SELECT count() FROM log", "SELECT sum(reports) FROM rollup", "SELECT sum(reports) FROM totals"} {
		if got := one[uint64](t, conn, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

func TestOneTokenIsInsertedOnce(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		for _, statement := range archiveTables {
			must(t, conn.Exec(context.Background(), statement))
		}
		for range 3 {
			must(t, send(once("batch-1"), conn, "log", 0, 100_000))
		}
		checkArchive(t, conn, 100_000)
		must(t, send(once("batch-2"), conn, "log", 100_000, 50_000))
		must(t, send(once("batch-1"), conn, "log", 0, 100_000))
		must(t, send(once("batch-2"), conn, "log", 100_000, 50_000))
		checkArchive(t, conn, 150_000)
		// Equal rows under another token are another batch.
		must(t, send(once("batch-3"), conn, "log", 0, 100_000))
		checkArchive(t, conn, 250_000)
		// The token decides, not the rows.
		must(t, send(once("batch-3"), conn, "log", 7, 1000))
		checkArchive(t, conn, 250_000)
		// Merging does not bring anything back.
		for _, table := range []string{"log", "rollup", "totals"} {
			must(t, conn.Exec(context.Background(), "OPTIMIZE TABLE "+table+" FINAL"))
		}
		must(t, send(once("batch-1"), conn, "log", 0, 100_000))
		checkArchive(t, conn, 250_000)
	})
}

func TestTokenAcrossPartitions(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx := context.Background()
		must(t, conn.Exec(ctx, `CREATE TABLE log (n UInt64, s String) ENGINE = MergeTree PARTITION BY n % 7 ORDER BY n
			SETTINGS non_replicated_deduplication_window = 10000`))
		for range 3 {
			must(t, send(once("batch"), conn, "log", 0, 10_000))
		}
		if got := one[uint64](t, conn, "SELECT count() FROM log"); got != 10_000 {
			t.Errorf("%d rows", got)
		}
	})
}

// A view that fails takes the insert with it, and the retry with the same
// token must complete what is missing and double nothing.
func TestRetryAfterAFailingView(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		ctx := context.Background()
		for _, statement := range archiveTables {
			must(t, conn.Exec(ctx, statement))
		}
		must(t, conn.Exec(ctx, `CREATE TABLE broken (k UInt64) ENGINE = MergeTree ORDER BY k SETTINGS non_replicated_deduplication_window = 10000`))
		must(t, conn.Exec(ctx, `CREATE MATERIALIZED VIEW log_to_broken TO broken AS SELECT throwIf(n = 500, 'broken') + n AS k FROM log`))
		if err := send(once("batch"), conn, "log", 0, 1000); err == nil {
			t.Fatal("the view did not fail")
		}
		must(t, conn.Exec(ctx, "DROP TABLE log_to_broken"))
		for range 2 {
			must(t, send(once("batch"), conn, "log", 0, 1000))
		}
		checkArchive(t, conn, 1000)
	})
}

// Two senders of one batch, such as one that was taken for dead and the one
// that took over, insert it once between them.
func TestOneTokenFromManySenders(t *testing.T) {
	overEvery(t, func(t *testing.T, conn driver.Conn) {
		for _, statement := range archiveTables {
			must(t, conn.Exec(context.Background(), statement))
		}
		for batch := range 5 {
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					if err := send(once(fmt.Sprint("batch-", batch)), conn, "log", 0, 1000); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			checkArchive(t, conn, uint64(batch+1)*1000)
		}
	})
}
