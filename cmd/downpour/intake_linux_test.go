package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

var (
	intakeFor  = flag.Duration("intake-for", 0, "how long each server is loaded, once as fast as it answers and once at a steady rate; 0 skips the measurement")
	intakeRate = flag.Float64("intake-rate", 0, "the steady rate in reports a second; 0 is half of what the server took before")
)

// anchorVariable makes this test program a server that decodes reports and finds their
// cells, and stores nothing, at the address in the variable.
const anchorVariable = "DOWNPOUR_TEST_ANCHOR"

func init() {
	address := os.Getenv(anchorVariable)
	if address == "" {
		return
	}
	geography, err := cell.Load(countrytest.Packs)
	if err != nil {
		panic(err)
	}
	router := fiber.New(fiber.Config{DisableStartupMessage: true})
	router.Post("/api/v1/reports", func(c *fiber.Ctx) error {
		var sent struct {
			Service, Symptom, Place, Country string
			Location                         outage.LatLng
		}
		if err := json.Unmarshal(c.Body(), &sent); err != nil {
			return err
		}
		where, _, _, _ := geography.Locate(sent.Location) // nowhere for a report without a location
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"id": "1", "cell": where, "counted": true})
	})
	panic(router.Listen(address))
}

// TestIntake measures how many reports a second the public API acknowledges, with a real
// Redis and with the embedded engines, beside a server of the same framework that decodes
// reports, finds their cells and stores nothing. The processor time of a report is
// comparable between machines that are busy with other things; rates are so only within
// one run.
func TestIntake(t *testing.T) {
	if *intakeFor == 0 {
		t.Skip("a measurement: make bench-intake")
	}
	loaded, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	m := measurement{world: loaded}
	m.measure(t, "no storage", func(t *testing.T) measured {
		at := redistest.FreeAddress(t)
		anchor := newProcess(t)
		anchor.environment = append(anchor.environment, anchorVariable+"="+at)
		anchor.start(t)
		eventually(t, "starting the anchor", func() bool { status, _ := fetch("http://" + at + "/"); return status != 0 })
		return measured{at: at, server: anchor}
	})
	m.measure(t, "real Redis and archive", func(t *testing.T) measured {
		one, _ := serveOverEngines(t)
		return one
	})
	m.measure(t, "embedded", func(t *testing.T) measured { return serveForIntake(t) })
	anchor := m.took["no storage"]
	for name, took := range m.took {
		t.Logf("%s: %.2f of the server without storage", name, took/anchor)
	}
}

func serveForIntake(t *testing.T, arguments ...string) measured {
	t.Helper()
	at := redistest.FreeAddress(t)
	arguments = append([]string{"serve", "--listen", at, "--data", t.TempDir(), "--reports-per-minute", "1000000", "--official=false"}, arguments...)
	server := newProcess(t, arguments...)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	eventually(t, "readiness", func() bool { status, _ := fetch("http://" + at + "/readyz"); return status == 200 })
	return measured{at: at, server: server}
}

// serveOverEngines is serveForIntake over a Redis and a ClickHouse of their own.
func serveOverEngines(t *testing.T, arguments ...string) (measured, vault) {
	t.Helper()
	counters, archive := redistest.Start(t), newVault(t, t.TempDir())
	archive.startAndWait(t)
	one := serveForIntake(t, append([]string{"--redis", counters.URL(), "--clickhouse", archive.url()}, arguments...)...)
	one.redis, one.archive = counters, archive.process
	return one, archive
}

// measured is a server and the processes that it uses.
type measured struct {
	at      string
	server  *process
	redis   *redistest.Server // or nil
	archive *process          // or nil
}

// measurement is of several servers, one after the other.
type measurement struct {
	world world.World
	took  map[string]float64 // reports a second by server
}

// intakeConnections is enough that batches are large, and few enough that a server
// which takes 10,000 reports a second answers each within 50 ms.
const intakeConnections = 512

// measure loads one server, first as fast as it answers, then at a steady rate.
func (m *measurement) measure(t *testing.T, name string, start func(*testing.T) measured) {
	t.Run(name, func(t *testing.T) {
		one := start(t)
		fast := one.load(t, m.world, "as fast as it answers", 0, 1)
		if fast.Errors > 0 {
			t.Errorf("%d of %d reports were refused", fast.Errors, fast.Sent)
		}
		if m.took == nil {
			m.took = map[string]float64{}
		}
		m.took[name] = float64(fast.Accepted) / fast.Seconds
		rate := *intakeRate
		if rate == 0 {
			rate = m.took[name] / 2
		}
		eventually(t, "archiving what came before", func() bool {
			_, body := fetch("http://" + one.at + "/metrics")
			left, ok := metricOf(body, "downpour_bucket_log_records")
			return !ok || left == 0
		})
		one.load(t, m.world, "steadily", rate, 2)
	})
}

// load loads the server, and prints what it took and what that cost.
func (m *measured) load(t *testing.T, of world.World, how string, rate float64, seed uint64) load.Result {
	t.Helper()
	config := load.Config{
		To: "http://" + m.at, Rate: rate, Duration: *intakeFor, Clients: 1 << 22, Open: intakeConnections, Timeout: 15 * time.Second, Seed: seed,
	}
	before := m.costs(t)
	result, err := load.Run(t.Context(), config, of.Services, townsOf(of.Towns()))
	if err != nil {
		t.Fatal(err)
	}
	after := m.costs(t)
	cost := func(part string) string {
		return fmt.Sprintf("%s %.1f us", part, (after[part]-before[part])*1e6/float64(max(1, result.Accepted)))
	}
	t.Logf("%s: %.0f acknowledged/s, p50 %.1f ms, p99 %.1f ms, %d of %d refused; of processor time a report: %s, %s, %s, %s",
		how, float64(result.Accepted)/result.Seconds, result.LatencyMS.P50, result.LatencyMS.P99, result.Errors, result.Sent,
		cost("server"), cost("redis"), cost("archive"), cost("generator"))
	if calls := after["script calls"] - before["script calls"]; calls > 0 {
		t.Logf("%s: %.0f script calls, %.1f reports each", how, calls, float64(result.Accepted)/calls)
	}
	return result
}

// costs are the processor seconds of each process so far, and how often the script that
// adds reports was called.
func (m *measured) costs(t *testing.T) map[string]float64 {
	t.Helper()
	costs := map[string]float64{"generator": processorTime(t, os.Getpid()), "server": processorTime(t, m.server.running.Process.Pid)}
	if m.archive != nil {
		costs["archive"] = processorTime(t, m.archive.running.Process.Pid)
	}
	if m.redis != nil {
		costs["redis"] = sumOf(t, m.redis.Do(t, "info", "cpu").String(), `used_cpu_(?:sys|user):([0-9.]+)`)
		costs["script calls"] = sumOf(t, m.redis.Do(t, "info", "commandstats").String(), `cmdstat_evalsha:calls=([0-9]+)`)
	}
	return costs
}

// sumOf adds up the numbers that a pattern finds.
func sumOf(t *testing.T, text, pattern string) (sum float64) {
	t.Helper()
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// processorTime is the time in seconds that a process has spent in user and system mode.
func processorTime(t testing.TB, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	const ticks = 100 // of a second, on every architecture that Go runs on
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, err := strconv.ParseFloat(fields[11], 64)
	if err != nil {
		t.Fatal(err)
	}
	system, err := strconv.ParseFloat(fields[12], 64)
	if err != nil {
		t.Fatal(err)
	}
	return (user + system) / ticks
}
