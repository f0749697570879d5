package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/tools/load"
)

// TestReadersOfThePast has eight readers request heatmaps of 90 days, each with
// another beginning, while reports come in. DOWNPOUR_BENCH_ROWS says over how many
// reports; make bench-readers runs it over two million and holds the 99th
// percentile of the reports' latency against 250 ms.
func TestReadersOfThePast(t *testing.T) {
	rows, duration, measured := 50_000, 3*time.Second, false
	if n, err := strconv.Atoi(os.Getenv("DOWNPOUR_BENCH_ROWS")); err == nil {
		rows, duration, measured = n, 30*time.Second, true
	}
	data, address := t.TempDir(), redistest.FreeAddress(t)
	base := "http://" + address
	server := newProcess(t, "serve", "--listen", address, "--data", data)
	ready := func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK }
	server.start(t)
	eventually(t, "starting", ready)
	server.stop(t)
	vault := newVault(t, filepath.Join(data, "archive"))
	vault.startAndWait(t)
	now := time.Now().UTC()
	fillPast(t, vault, now, rows)
	vault.stop(t)
	server.start(t)
	eventually(t, "starting again", ready)

	alone := sendReports(t, base, 1, duration)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	answered := readPast(ctx, base, now)
	beside := sendReports(t, base, 2, duration)
	stop()
	codes := answered()
	t.Logf("%d reports in the archive; latency of new ones in ms: %+v without readers, %+v beside eight; answers to readers by status: %v",
		rows, alone.LatencyMS, beside.LatencyMS, codes)
	if alone.Errors > 0 || beside.Errors > 0 || codes[http.StatusOK] == 0 {
		t.Errorf("%d and %d reports were not taken", alone.Errors, beside.Errors)
	}
	for code := range codes {
		if code != http.StatusOK && code != http.StatusServiceUnavailable && code != http.StatusTooManyRequests {
			t.Errorf("a reader got %d", code)
		}
	}
	if measured && beside.LatencyMS.P99 > 250 {
		t.Errorf("the 99th percentile is %.0f ms", beside.LatencyMS.P99)
	}
}

// fillPast adds reports of 90 days up to two days ago, of 12 services and 2,401
// cells.
func fillPast(t *testing.T, vault vault, now time.Time, rows int) {
	t.Helper()
	const most = 500_000
	for from := 0; from < rows; from += most {
		vault.ask(t, fmt.Sprintf(`INSERT INTO reports (at, service, country, region, cell, kind, symptom, network, since, sign, counted, weight, first, keyed, received, shard, random)
			SELECT toDateTime(%d - b %% 7603200, 'UTC') AS time, ['whatsapp', 'jio', 'facebook', 'instagram', 'gmail', 'youtube', 'airtel', 'hsbc', 'ee', 'o2', 'bt', 'vi'][1 + c %% 12],
				'IN', 'IN-WB', bitOr(bitAnd(toUInt64(%d), bitNot(bitShiftLeft(toUInt64(4095), 27))),
					bitShiftLeft(n %% 7, 27) + bitShiftLeft(intDiv(n, 7) %% 7, 30) + bitShiftLeft(intDiv(n, 49) %% 7, 33) + bitShiftLeft(intDiv(n, 343) %% 7, 36)),
				'problem', '', '', toDateTime(0, 'UTC'), 1, 1, 1000, 1, 0, time, 0, rand64()
			FROM (SELECT cityHash64(number) AS a, cityHash64(a) AS b, cityHash64(b) AS c, toUInt64(2401 * pow(a / 18446744073709551616., 3)) AS n FROM numbers(%d, %d))
			SETTINGS insert_deduplicate = 0`, now.Add(-48*time.Hour).Unix(), uint64(0x863cf30e7ffffff), from, min(most, rows-from)))
	}
}

func sendReports(t *testing.T, base string, seed uint64, duration time.Duration) load.Result {
	t.Helper()
	config := load.Config{To: base, Rate: 20, Duration: duration, Clients: 10_000, Open: 500, Timeout: 30 * time.Second, Seed: seed}
	result, err := load.Run(context.Background(), config, []outage.Service{{Slug: "whatsapp"}, {Slug: "jio"}}, []load.Town{
		{Name: "Leeds", Country: countrytest.GB, At: outage.LatLng{Lat: 53.8008, Lng: -1.5491}},
		{Name: "Kolkata", Country: countrytest.IN, At: outage.LatLng{Lat: 22.5726, Lng: 88.3639}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// readPast keeps eight readers at work until ctx ends, each of an address of its
// own, and counts the answers by status.
func readPast(ctx context.Context, base string, now time.Time) (ended func() map[int]int) {
	var readers sync.WaitGroup
	var mutex sync.Mutex
	var asked atomic.Int64
	codes := map[int]int{}
	for reader := range 8 {
		readers.Go(func() {
			for ctx.Err() == nil {
				from := now.Add(-90 * 24 * time.Hour).Add(time.Duration(asked.Add(1)) * 15 * time.Minute).Truncate(15 * time.Minute)
				query := fmt.Sprintf("%s/api/v1/heatmap?country=IN&from=%s&to=%s", base, from.Format(time.RFC3339), now.Truncate(15*time.Minute).Format(time.RFC3339))
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, query, nil)
				if err != nil {
					return // the context has ended
				}
				request.Header.Set("X-Forwarded-For", fmt.Sprintf("100.%d.0.1", 80+reader))
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					continue
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				mutex.Lock()
				codes[response.StatusCode]++
				mutex.Unlock()
			}
		})
	}
	return func() map[int]int {
		readers.Wait()
		return codes
	}
}
