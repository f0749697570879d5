package archive

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/api"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// TestArchiveAtSize measures the archive when DOWNPOUR_BENCH_ROWS says over how
// many reports: how fast they go in, what they weigh and how long the API takes to answer
// about the past, beside plain queries without the floor. make bench-archive runs it
// over many.
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
	for _, one := range questions {
		measureAnswer(t, db, now, one)
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
		must(t, db.exec(context.Background(), fmt.Sprintf(`INSERT INTO reports (at, service, country, region, cell, kind, symptom, network, since, sign, counted, weight, first, nodes, received, random)
			SELECT toDateTime(%d - b %% 7776000, 'UTC') AS time, concat('service-', toString(c %% 12)), places.country, if(a %% 10 = 0, '', places.region), if(a %% 10 = 0, 0, places.cell),
				if(c %% 20 = 0, 'works', 'problem'), ['', 'messages', 'calls', 'login'][1 + b %% 4], '', toDateTime(0, 'UTC'), 1, c %% 12 != 1, 1000, b %% 3 = 0, if(b %% 3 = 0, 63, 0), time, rand64(1)
			FROM (SELECT cityHash64(number) AS a, cityHash64(a) AS b, cityHash64(b) AS c, toUInt32(4000 * pow(a / 18446744073709551616., 3)) AS n FROM numbers(%d, %d)) AS made
			INNER JOIN places USING n SETTINGS max_threads = 2, insert_deduplicate = 0`, now.Unix(), from, min(most, rows-from))))
	}
	t.Logf("made %d reports inside of clickhouse in %s", rows, time.Since(began).Round(time.Second))
}

// asked is what is asked of the archive at the API, and in how much time it should be
// answered on a machine that is not busy.
type asked struct {
	name    string
	path    string // without the window
	minutes int    // of the window
	within  time.Duration
}

const mapPath, seriesPath = "/api/v1/heatmap?service=service-3&country=IN&resolution=4", "/api/v1/services/service-3/series?country=IN"

var questions = []asked{
	{"series of 24 hours", seriesPath, 24 * 60, 50 * time.Millisecond},
	{"map of 15 minutes", mapPath, 15, 50 * time.Millisecond},
	{"map of 24 hours", mapPath, 24 * 60, 0},
	{"map of 7 days", mapPath, 7 * 24 * 60, 0},
	{"map of 90 days", mapPath, 90 * 24 * 60, 250 * time.Millisecond},
}

// measureAnswer times an answer of the API, which is read from the archive each time, and
// the plain query for its counts, in turn.
func measureAnswer(t *testing.T, db *DB, now time.Time, what asked) {
	t.Helper()
	end := outage.MinuteOf(now).Floor(outage.Quarter)
	span := outage.Span{From: end - outage.Minute(what.minutes), To: end}
	path := fmt.Sprintf("%s&from=%s&to=%s", what.path, span.From.Time().Format(time.RFC3339), span.To.Time().Format(time.RFC3339))
	counted := fmt.Sprintf("service = 'service-3' AND country = 'IN' AND kind = 'problem' AND start >= toDateTime(%d, 'UTC') AND start < toDateTime(%d, 'UTC')", second(span.From), second(span.To))
	bare := "SELECT toInt64(count()) FROM (SELECT h3ToParent(cell, 4) AS at, sum(n) FROM quarter_counts WHERE cell != 0 AND " + counted + " GROUP BY at)"
	if what.path == seriesPath {
		bare = "SELECT toInt64(count()) FROM (SELECT toStartOfFiveMinutes(start) AS at, sum(n) FROM minute_counts WHERE " + counted + " GROUP BY at)"
	}
	const runs = 20
	var answers, plain []time.Duration
	var size int
	for range runs {
		router := pastAPI(t, db, now) // whose response cache is empty
		began := time.Now()
		size = bytesOf(t, router, path)
		answers = append(answers, time.Since(began))
		began = time.Now()
		number(t, db, bare)
		plain = append(plain, time.Since(began))
	}
	slices.Sort(answers)
	slices.Sort(plain)
	limit := ""
	if what.within > 0 {
		limit = fmt.Sprintf(", at most %s is wanted", what.within)
	}
	t.Logf("%-18s (%d bytes): median %s (%s to %s)%s; bare query %s (%s to %s); ratio %.2f", what.name, size, tenth(answers[runs/2]), tenth(answers[0]), tenth(answers[runs-1]),
		limit, tenth(plain[runs/2]), tenth(plain[0]), tenth(plain[runs-1]), float64(answers[runs/2])/float64(plain[runs/2]))
}

// pastAPI is an API all of whose counts are in the archive.
func pastAPI(t *testing.T, db *DB, now time.Time) *fiber.App {
	t.Helper()
	end := outage.MinuteOf(now).Floor(outage.Quarter)
	clock := func() time.Time { return now }
	reader := public.New(public.Config{Hot: model{nil, outage.Span{From: end, To: end + 1}}, Past: db, Now: clock})
	places, err := geography()
	must(t, err)
	router := fiber.New(fiber.Config{DisableStartupMessage: true})
	api.New(api.Config{Readings: func() api.Readings { return reader.Snapshot() }, Services: anyService{}, Shapes: places, Now: clock}).Register(router)
	return router
}

// anyService is a catalogue that has every service.
type anyService struct{}

func (anyService) Services() []outage.Service     { return nil }
func (anyService) Family(string) []outage.Service { return nil }
func (anyService) Service(slug string) (outage.Service, bool) {
	return outage.Service{Slug: slug}, true
}

// bytesOf asks for an answer and returns its size.
func bytesOf(t *testing.T, router *fiber.App, path string) int {
	t.Helper()
	response, err := router.Test(httptest.NewRequest(http.MethodGet, path, nil), -1)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", path, response.Status, body)
	}
	return len(body)
}

func tenth(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
