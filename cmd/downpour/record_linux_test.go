package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

var (
	recordReports = flag.Int64("record-reports", 0, "how many reports TestRecordDay sends; 0 skips it")
	recordBatches = flag.Int("record-batches", 2, "how many importers send batches at a time; 0 sends single reports only")
	recordLines   = flag.Int("record-lines", 1000, "how many lines a batch has")
	recordSingles = flag.Int("record-singles", 12, "over how many connections single reports come")
)

const recordKey = "key of the importers of the record day"

// TestRecordDay sends as many reports as a record day had through the public API as fast
// as the server takes them, single ones and batches of importers at once, and then looks
// for each in the archive. It prints how long that took, what it cost, and how late the
// maps and the detector were meanwhile.
func TestRecordDay(t *testing.T) {
	if *recordReports == 0 {
		t.Skip("a measurement: make bench-record")
	}
	loaded, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	t.Setenv("DOWNPOUR_API_KEY", recordKey)
	t.Setenv("GOMEMLIMIT", "375MiB") // as in a container of 500 MB
	measured, archive := serveOverEngines(t)

	day := recordDay{base: "http://" + measured.at, world: loaded, seed: seed, left: *recordReports}
	before, began := measured.costs(t), time.Now()
	lateness := day.watch(t)
	day.send(t)
	took := time.Since(began)
	lateness.end()
	after := measured.costs(t)

	accepted := day.singles.Load() + day.lines.Load()
	t.Logf("%d reports in %v: %d single, %d in batches of %d; %.0f a second", accepted, took.Round(time.Second), day.singles.Load(), day.lines.Load(), *recordLines, float64(accepted)/took.Seconds())
	for _, part := range []string{"server", "redis", "archive", "generator"} {
		t.Logf("%s: %.1f us of processor time a report", part, (after[part]-before[part])*1e6/float64(accepted))
	}
	t.Logf("most memory: server %.0f MB, Redis %.0f MB", float64(peakMemory(t, measured.server.running.Process.Pid))/1e6,
		sumOf(t, measured.redis.Do(t, "info", "memory").String(), `used_memory_peak:([0-9]+)`)/1e6)
	t.Log(lateness)
	if said := measured.server.output.String(); strings.Contains(said, "stale=true") || strings.Contains(said, "level=ERROR") {
		t.Errorf("the server said:\n%s", said)
	}
	day.checkArchive(t, archive, accepted)
}

// recordServices is how many services are reported: those that need the one that broke.
const recordServices = 60

// recordDay sends reports until none is left.
type recordDay struct {
	base  string
	world world.World
	seed  uint64
	left  int64

	singles, lines atomic.Int64 // acknowledged
}

func (d *recordDay) send(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var senders sync.WaitGroup
	for importer := range *recordBatches {
		senders.Go(func() { d.importBatches(t, ctx, importer) })
	}
	senders.Go(func() {
		defer cancel()
		d.sendSingles(t, ctx)
	})
	senders.Wait()
}

// sendSingles sends single reports, a few seconds' worth at a time, until all are sent.
func (d *recordDay) sendSingles(t *testing.T, ctx context.Context) {
	for round := uint64(0); d.singles.Load()+d.lines.Load() < d.left && ctx.Err() == nil; round++ {
		got, err := load.Run(ctx, load.Config{
			To: d.base, Duration: 2 * time.Second, Clients: 1 << 22, Open: *recordSingles, Timeout: 15 * time.Second, Seed: d.seed + round,
		}, d.loaded(), townsOf(d.world.Towns()))
		if err != nil || got.Errors > 0 {
			t.Errorf("%d of %d single reports were refused, %v", got.Errors, got.Sent, err)
			return
		}
		d.singles.Add(int64(got.Accepted))
	}
}

// importBatches sends batches of one importer until ctx ends.
func (d *recordDay) importBatches(t *testing.T, ctx context.Context, importer int) {
	random := rand.New(rand.NewPCG(d.seed, uint64(importer)))
	var body bytes.Buffer
	towns := townsOf(d.world.Towns())
	for n := 0; ctx.Err() == nil && d.singles.Load()+d.lines.Load() < d.left; {
		body.Reset()
		for range *recordLines {
			n++
			town, service := towns[random.IntN(len(towns))], d.loaded()[random.IntN(len(d.loaded()))]
			fmt.Fprintf(&body, `{"service":%q,"country":%q,"location":{"lat":%.4f,"lng":%.4f},"reported_at":%q,"reporter":"%d-%d"}`+"\n",
				service.Slug, town.Country, town.At.Lat+random.Float64()/20, town.At.Lng+random.Float64()/20, time.Now().UTC().Format(time.RFC3339), importer, n)
		}
		d.importBatch(t, body.Bytes())
	}
}

// importBatch sends a batch until the server takes it.
func (d *recordDay) importBatch(t *testing.T, body []byte) {
	for {
		request, _ := http.NewRequest(http.MethodPost, d.base+"/api/v1/reports/batch", bytes.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+recordKey)
		request.Header.Set("Content-Type", "application/x-ndjson")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Errorf("a batch: %v", err)
			return
		}
		var answer batchAnswer
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable || response.StatusCode == http.StatusTooManyRequests {
			wait, _ := strconv.Atoi(response.Header.Get("Retry-After"))
			<-time.After(time.Duration(max(1, wait)) * time.Second)
			continue
		}
		if err != nil || len(answer.Rejected) > 0 {
			t.Errorf("a batch got %s %+v, %v", response.Status, answer.Rejected, err)
		}
		d.lines.Add(int64(answer.Accepted))
		return
	}
}

// checkArchive waits until the archive has as many reports as were acknowledged, and looks
// whether any is there twice.
func (d *recordDay) checkArchive(t *testing.T, archive vault, accepted int64) {
	t.Helper()
	number := func(query string) float64 {
		n, err := strconv.ParseFloat(strings.Join(archive.ask(t, query), ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	rows := func() float64 { return number("SELECT count() FROM reports") }
	eventually(t, "archiving all reports", func() bool { return rows() >= float64(accepted) })
	different := number("SELECT uniqExact(shard, received, random) FROM reports")
	if all := rows(); all != float64(accepted) || different != all {
		t.Errorf("the archive has %.0f rows of %.0f reports; %d were acknowledged", all, different, accepted)
	}
	archive.ask(t, "OPTIMIZE TABLE reports FINAL")
	t.Logf("on disk: %.1f bytes a report in the table of reports, %.1f of them for 8 days at most, %.1f in all tables",
		number("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'reports'")/float64(accepted),
		number("SELECT sum(column_bytes_on_disk) FROM system.parts_columns WHERE active AND table = 'reports' AND column IN ('random', 'reporter', 'prefix', 'undo')")/float64(accepted),
		number("SELECT sum(bytes_on_disk) FROM system.parts WHERE active")/float64(accepted))
}

// lateness is how late the counts and the detector were while it watched.
type lateness struct {
	counts   []time.Duration // from the answer to a report until the API counted it
	detector float64         // seconds, the most
	end      func()
}

func (l *lateness) String() string {
	took := load.PercentilesOf(l.counts)
	return fmt.Sprintf("from a report to its count in the API: p50 %.0f ms, p99 %.0f ms, most %.0f ms of %d; detector at most %.0f s late",
		took.P50, took.P99, took.Max, len(l.counts), l.detector)
}

// watched is a service of which no reports come but those that watch sends.
func (d *recordDay) watched() string { return d.world.Services[0].Slug }

func (d *recordDay) loaded() []outage.Service { return d.world.Services[1 : recordServices+1] }

// judgedAfter is the usual most of downpour_runner_lag_seconds: a minute is judged 20 seconds
// after its end.
const judgedAfter = 80

// watch sends a report of a service of its own now and then, and looks how long it takes
// until the API counts it, until it is stopped.
func (d *recordDay) watch(t *testing.T) *lateness {
	var watching sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	l := &lateness{end: func() { cancel(); watching.Wait() }}
	t.Cleanup(l.end)
	person, most, random := 0, int64(0), rand.New(rand.NewPCG(d.seed, 1<<32))
	watching.Go(func() {
		for ctx.Err() == nil {
			<-time.After(time.Duration(random.Int64N(int64(time.Second)))) // or it begins when an answer was just made
			before := d.countOfWatched()
			if before < most {
				t.Errorf("the API counts %d reports after %d", before, most)
			}
			most = max(most, before)
			d.reportWatched(t, person)
			person++
			sent := time.Now()
			for ctx.Err() == nil && d.countOfWatched() <= before && time.Since(sent) < time.Minute {
				<-time.After(50 * time.Millisecond)
			}
			if person > 1 && ctx.Err() == nil { // the first one waits for nobody's count
				l.counts = append(l.counts, time.Since(sent))
			}
			_, body := fetch(d.base + "/metrics")
			if lag, ok := metricOf(body, "downpour_runner_lag_seconds"); ok {
				l.detector = max(l.detector, lag-judgedAfter)
			}
		}
	})
	return l
}

// countOfWatched is the number of reports of the watched service, of hours: the window of its
// status moves with each minute, and reports leave it. It is 0 for an answer of another kind.
func (d *recordDay) countOfWatched() (n int64) {
	var answer struct{ Total int64 }
	_, body := fetch(d.base + "/api/v1/heatmap?window=6h&service=" + d.watched())
	_ = json.Unmarshal([]byte(body), &answer)
	return answer.Total
}

func (d *recordDay) reportWatched(t *testing.T, person int) {
	request, _ := http.NewRequest(http.MethodPost, d.base+"/api/v1/reports", strings.NewReader(fmt.Sprintf(`{"service":%q,"country":"IN"}`, d.watched())))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("203.%d.%d.9", person>>8&0xff, person&0xff))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Errorf("a report got %s", response.Status)
		return
	}
	d.singles.Add(1)
}

// metricOf is the value of a metric without labels.
func metricOf(metrics, name string) (value float64, ok bool) {
	_, rest, found := strings.Cut(metrics, "\n"+name+" ")
	line, _, _ := strings.Cut(rest, "\n")
	value, err := strconv.ParseFloat(line, 64)
	return value, found && err == nil
}

// peakMemory is the most memory that a process has had, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	return statusOf(t, pid, "VmHWM")
}

// statusOf is a number of bytes in the status of a process.
func statusOf(t *testing.T, pid int, name string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	return int64(sumOf(t, string(text), name+`:\s+([0-9]+) kB`)) * 1024
}
