package archive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// TestArchiveAtSize measures the archive when DOWNPOUR_BENCH_ROWS says over how
// many reports: how fast they go in, what they weigh and how long maps of the
// past take, beside the plain question without the floor. make bench-archive
// runs it over 20 million.
func TestArchiveAtSize(t *testing.T) {
	rows, err := strconv.Atoi(os.Getenv("DOWNPOUR_BENCH_ROWS"))
	if err != nil {
		t.Skip("DOWNPOUR_BENCH_ROWS names no number; make bench-archive does")
	}
	db, now := prepared(t, embeddedDB(t)), time.Now().UTC()
	t.Logf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), release(t, db))
	measureInserts(t, db, now)
	synthesise(t, db, now, rows)
	for _, table := range []string{"reports", "minute_counts", "quarter_counts"} {
		must(t, db.exec(context.Background(), "OPTIMIZE TABLE "+table+" FINAL"))
		stored := number(t, db, "SELECT toInt64(sum(rows)) FROM system.parts WHERE active AND database = currentDatabase() AND table = '"+table+"'")
		bytes := number(t, db, "SELECT toInt64(sum(bytes_on_disk)) FROM system.parts WHERE active AND database = currentDatabase() AND table = '"+table+"'")
		t.Logf("%-14s %9d rows, %5.1f bytes a row, %5.1f bytes a report", table, stored, float64(bytes)/float64(stored), float64(bytes)/float64(rows))
	}
	floorAll(t, db, now)
	for _, window := range []struct {
		name    string
		minutes int
	}{{"15 minutes", 15}, {"24 hours", 24 * 60}, {"7 days", 7 * 24 * 60}, {"90 days", 90 * 24 * 60}} {
		measureMap(t, db, now, window.name, window.minutes)
	}
}

// floorAll computes the public table of all days that are over.
func floorAll(t *testing.T, db *DB, now time.Time) {
	t.Helper()
	settle(t, db)
	began, days := time.Now(), 0
	for {
		computed, err := db.FloorDays(context.Background(), now, public.Floor)
		must(t, err)
		if computed == 0 {
			break
		}
		days += computed
	}
	t.Logf("computed the public table of %d days in %s: %d rows", days, time.Since(began).Round(time.Second), number(t, db, "SELECT toInt64(count()) FROM floored_counts"))
}

func release(t *testing.T, db *DB) string {
	t.Helper()
	text, _, _, err := db.release(context.Background())
	must(t, err)
	return "clickhouse " + text
}

// measureInserts times the archiver's own inserts, prepared beforehand.
func measureInserts(t *testing.T, db *DB, now time.Time) {
	t.Helper()
	const batches, size = 20, 50_000
	random := rand.New(rand.NewPCG(1, 1))
	span := outage.Span{From: outage.MinuteOf(now) - 60, To: outage.MinuteOf(now)}
	entries := randomEntries(t, random, size, span)
	var took []float64
	for range batches {
		for i := range entries {
			entries[i].ID.Random = random.Uint64()
		}
		began := time.Now()
		must(t, db.insert(context.Background(), fmt.Sprint(random.Uint64()), entries))
		took = append(took, time.Since(began).Seconds())
	}
	slices.Sort(took)
	per := func(seconds float64) float64 { return float64(len(entries)) / seconds }
	t.Logf("inserts of %d: median %.0f rows/s, from %.0f to %.0f over %d batches", len(entries), per(took[batches/2]), per(took[batches-1]), per(took[0]), batches)
	for _, table := range []string{"reports", "minute_counts", "quarter_counts", "network_counts", "recent_reports", "shard_counts", "shard_networks"} {
		must(t, db.exec(context.Background(), "TRUNCATE TABLE "+table))
	}
}

// synthesise fills the archive with reports of 90 days: 12 services, both
// countries, 4,000 cells of which the first are by far the busiest.
func synthesise(t *testing.T, db *DB, now time.Time, rows int) {
	t.Helper()
	random := rand.New(rand.NewPCG(2, 2))
	must(t, db.exec(context.Background(), "CREATE TABLE places (n UInt32, country String, region String, cell UInt64) ENGINE = Memory"))
	batch, err := db.conn.PrepareBatch(context.Background(), "INSERT INTO places")
	must(t, err)
	places, err := geography()
	must(t, err)
	for placed := 0; placed < 4000; {
		box := []outage.LatLng{{Lat: 50.5 + 6*random.Float64(), Lng: -5 + 6*random.Float64()}, {Lat: 9 + 20*random.Float64(), Lng: 73 + 14*random.Float64()}}[random.IntN(2)]
		at, country, region, err := places.Locate(box)
		if err != nil {
			continue // the sea
		}
		must(t, batch.Append(uint32(placed), string(country), string(region), uint64(at)))
		placed++
	}
	must(t, batch.Send())
	began := time.Now()
	const most = 1_000_000
	for from := 0; from < rows; from += most {
		must(t, db.exec(context.Background(), fmt.Sprintf(`INSERT INTO reports (at, service, country, region, cell, kind, symptom, network, since, sign, counted, weight, first, received, random)
			SELECT toDateTime(%d - b %% 7776000, 'UTC') AS time, concat('service-', toString(c %% 12)), places.country, if(a %% 10 = 0, '', places.region), if(a %% 10 = 0, 0, places.cell),
				if(c %% 20 = 0, 'works', 'problem'), ['', 'messages', 'calls', 'login'][1 + b %% 4], '', toDateTime(0, 'UTC'), 1, c %% 12 != 1, 1000, b %% 3 = 0, time, rand64(1)
			FROM (SELECT cityHash64(number) AS a, cityHash64(a) AS b, cityHash64(b) AS c, toUInt32(4000 * pow(a / 18446744073709551616., 3)) AS n FROM numbers(%d, %d)) AS made
			INNER JOIN places USING n SETTINGS max_threads = 2, insert_deduplicate = 0`, now.Unix(), from, min(most, rows-from))))
	}
	t.Logf("made %d reports inside of clickhouse in %s", rows, time.Since(began).Round(time.Second))
}

// measureMap times the map of one service in one country at resolution 4.
func measureMap(t *testing.T, db *DB, now time.Time, name string, minutes int) {
	t.Helper()
	ctx, end := context.Background(), outage.MinuteOf(now).Floor(outage.Quarter)
	span := outage.Span{From: end - outage.Minute(minutes), To: end}
	reader := public.New(public.Config{Hot: model{nil, outage.Span{From: end, To: end + 1}}, Past: db, Now: func() time.Time { return now }})
	bare := fmt.Sprintf(`SELECT toInt64(count()) FROM (SELECT h3ToParent(cell, 4) AS at, sum(n) FROM quarter_counts WHERE service = 'service-3' AND country = 'IN'
		AND kind = 'problem' AND cell != 0 AND start >= toDateTime(%d, 'UTC') AND start < toDateTime(%d, 'UTC') GROUP BY at)`, second(span.From), second(span.To))
	const runs = 9
	var maps, plain []time.Duration
	var drawn public.Heatmap
	for range runs {
		began := time.Now()
		var err error
		drawn, err = reader.Snapshot().Heatmap(ctx, "service-3", countrytest.IN, 4, span)
		must(t, err)
		maps = append(maps, time.Since(began))
		began = time.Now()
		number(t, db, bare)
		plain = append(plain, time.Since(began))
	}
	slices.Sort(maps)
	slices.Sort(plain)
	t.Logf("map of %-10s (%d reports, %d cells): median %s (%s to %s); bare query %s (%s to %s)", name, drawn.Total, len(drawn.Cells),
		tenth(maps[runs/2]), tenth(maps[0]), tenth(maps[runs-1]), tenth(plain[runs/2]), tenth(plain[0]), tenth(plain[runs-1]))
}

func tenth(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
