package archive

import (
	"context"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// settle makes what was inserted so far older than quietFor.
func settle(t testing.TB, db *DB) {
	t.Helper()
	must(t, db.exec(context.Background(), "TRUNCATE TABLE quarter_changes"))
	must(t, db.exec(context.Background(), "INSERT INTO quarter_changes SELECT toDate(start) AS day, now('UTC') - 900 AS changed FROM quarter_counts GROUP BY day"))
}

// The table of any span is the same with days that are computed as without, at every level,
// also after reports of them arrived later.
func TestFlooredDays(t *testing.T) {
	overSingle(t, func(t *testing.T, db *DB) {
		db, ctx, random := prepared(t, db), context.Background(), seeded(t)
		today := outage.MinuteOf(time.Now()).Floor(dayMinutes)
		all := outage.Span{From: today - 3*dayMinutes, To: today}
		now := today.Time().Add(2 * time.Hour)
		same := func(when string) {
			t.Helper()
			for _, level := range tableLevelsKept {
				for range 2 {
					query := outage.Query{Span: outage.Span{
						From: all.From + outage.Quarter*outage.Minute(random.IntN(100)), To: all.To - outage.Quarter*outage.Minute(random.IntN(90)),
					}}
					if random.IntN(2) == 0 {
						query.Service = "whatsapp"
					}
					if random.IntN(2) == 0 {
						query.Country = countrytest.IN
					}
					want, err := db.tableOf(ctx, query, []outage.Span{query.Span}, level, public.Floor)
					must(t, err)
					got, err := db.Table(ctx, query, level, public.Floor)
					must(t, err)
					if !reflect.DeepEqual(plus(got, outage.Table{}), plus(want, outage.Table{})) {
						t.Fatalf("%s, at level %d, %+v:\n%+v\nwant %+v", when, level, query, got, want)
					}
				}
			}
		}
		days := func() int {
			floored, err := db.flooredDays(ctx, all, public.Floor)
			must(t, err)
			return len(floored)
		}
		must(t, db.insert(ctx, "first", randomEntries(t, random, 3000, all)))
		if computed, err := db.FloorDays(ctx, now, public.Floor); err != nil || computed != 0 {
			t.Fatalf("%d days are computed that have just changed, %v", computed, err)
		}
		settle(t, db)
		for range 3 { // each computes at least one
			_, err := db.FloorDays(ctx, now, public.Floor)
			must(t, err)
		}
		if n := days(); n != 3 {
			t.Fatalf("%d days are computed, want 3", n)
		}
		same("computed")
		second := outage.Span{From: all.From + dayMinutes, To: all.From + 2*dayMinutes}
		must(t, db.insert(ctx, "late", randomEntries(t, random, 500, second)))
		if n := days(); n != 2 {
			t.Errorf("%d days hold after one of three has changed", n)
		}
		same("changed since")
		settle(t, db)
		must(t, db.exec(ctx, "ALTER TABLE floored_days UPDATE upto = upto - 60 WHERE 1 SETTINGS mutations_sync = 1")) // as a minute ago
		must(t, db.exec(ctx, "INSERT INTO quarter_changes VALUES (toDate('"+second.From.Time().Format(time.DateOnly)+"'), now('UTC') - 601)"))
		_, err := db.FloorDays(ctx, now, public.Floor)
		must(t, err)
		if n := days(); n != 3 {
			t.Errorf("%d days hold after the changed one is computed again", n)
		}
		same("computed again")
		if _, err := db.FloorDays(ctx, now, public.Floor+1); err != nil || days() != 3 {
			t.Errorf("another floor leaves %d days, %v", days(), err)
		}
	})
}

func TestWithout(t *testing.T) {
	day := func(from outage.Minute) flooredDay {
		return flooredDay{Span: outage.Span{From: from, To: from + 10}}
	}
	for _, c := range []struct {
		days []flooredDay
		want []outage.Span
	}{
		{nil, []outage.Span{{From: 5, To: 45}}},
		{[]flooredDay{day(10), day(20)}, []outage.Span{{From: 5, To: 10}, {From: 30, To: 45}}},
		{[]flooredDay{day(5), day(35)}, []outage.Span{{From: 15, To: 35}}},
	} {
		if got := without(outage.Span{From: 5, To: 45}, c.days); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

// Only the server that archives computes days, once its tables are there.
func TestFloorDaysWhereItArchives(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		db, ctx, random := prepared(t, db), context.Background(), seeded(t)
		yesterday := outage.MinuteOf(time.Now()).Floor(dayMinutes) - dayMinutes
		all := outage.Span{From: yesterday, To: yesterday + dayMinutes}
		must(t, db.insert(ctx, "first", randomEntries(t, random, 300, all)))
		settle(t, db)
		now := all.To.Time().Add(2 * time.Hour)
		leads := &leading{}
		a := NewArchiver(Config{DB: db, Batches: leads, Floor: public.Floor, Logger: slog.New(slog.DiscardHandler)})
		for _, step := range []struct {
			prepared, leads bool
			days            int
		}{{false, true, 0}, {true, false, 0}, {true, true, 1}} {
			if leads.is = step.leads; step.prepared && !a.isPrepared() {
				close(a.prepared)
			}
			must(t, a.floorDays(ctx, now))
			if days, err := db.flooredDays(ctx, all, public.Floor); err != nil || len(days) != step.days {
				t.Errorf("%+v: %d days are computed, %v", step, len(days), err)
			}
		}
	})
}

// leading is a batch log of which only the lease is used.
type leading struct {
	BatchLog
	is bool
}

func (l *leading) Lead(context.Context, string, time.Duration) (bool, error) { return l.is, nil }

// A day is computed in parts of whole 15-minute buckets, which are all of it.
func TestFlooredParts(t *testing.T) {
	day := outage.Span{From: 100 * dayMinutes, To: 101 * dayMinutes}
	for rows, want := range map[int64]int{0: 1, 999_999: 1, 1_000_000: 2, 6_500_000: 7, 17_000_000: 18, 1 << 40: 24} {
		parts := flooredParts(day, rows)
		next := day.From
		for _, part := range parts {
			if part.From != next || part.To <= part.From || part.To != part.To.Floor(outage.Quarter) {
				t.Errorf("%d rows: %v", rows, parts)
			}
			next = part.To
		}
		if len(parts) > want || len(parts) < want*3/4 || next != day.To {
			t.Errorf("%d rows: %d parts until %v, want about %d", rows, len(parts), next, want)
		}
	}
}
