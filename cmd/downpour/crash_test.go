package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// kills is how often a test kills: as usual, or as often as DOWNPOUR_KILLS says.
func kills(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv("DOWNPOUR_KILLS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ledger is what was acknowledged, and how often it was not.
type ledger struct {
	mutex  sync.Mutex
	signs  map[string]bool // "id sign"
	undone int
	tries  int

	acknowledged atomic.Int64
}

func newLedger() *ledger { return &ledger{signs: map[string]bool{}} }

func (l *ledger) write(id string, sign int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if sign < 0 {
		l.undone++
	}
	l.signs[fmt.Sprint(id, " ", sign)] = true
	l.acknowledged.Add(1)
}

// standing is the number of reports that were not taken back.
func (l *ledger) standing() int64 { return int64(len(l.signs) - 2*l.undone) }

// multitude sends reports to a server, each from an address of its own, and each
// again under the same Idempotency-Key until it is acknowledged.
type multitude struct {
	base    string
	ledger  *ledger
	senders sync.WaitGroup
	over    chan struct{}
	number  atomic.Uint32
}

func newMultitude(base string, people int) *multitude {
	c := &multitude{base: base, ledger: newLedger(), over: make(chan struct{})}
	for range people {
		c.senders.Go(func() {
			for {
				select {
				case <-c.over:
					return
				default:
					c.report()
				}
			}
		})
	}
	return c
}

// end lets everybody finish his report.
func (c *multitude) end() *ledger {
	close(c.over)
	c.senders.Wait()
	return c.ledger
}

func (c *multitude) report() {
	n := c.number.Add(1)
	from := fmt.Sprintf("11.%d.%d.%d", n>>16&0xff, n>>8&0xff, n&0xff)
	where := []string{`"country":"IN"`, `"place":"700001"`, `"place":"LS1"`, `"location":{"lat":51.5,"lng":-0.12}`}[n%4]
	body := fmt.Sprintf(`{"service":"%s",%s}`, []string{"whatsapp", "facebook"}[n%2], where)
	var receipt struct{ ID, Undo string }
	c.insist(http.MethodPost, "/api/v1/reports", body, from, func(status int, text []byte) bool {
		return status == http.StatusAccepted && json.Unmarshal(text, &receipt) == nil
	})
	c.ledger.write(receipt.ID, 1)
	if n%9 == 0 {
		c.insist(http.MethodDelete, "/api/v1/reports/"+receipt.ID, `{"undo":"`+receipt.Undo+`"}`, from, func(status int, _ []byte) bool {
			return status == http.StatusNoContent
		})
		c.ledger.write(receipt.ID, -1)
	}
}

// insist sends a request until it is done.
func (c *multitude) insist(method, path, body, from string, done func(int, []byte) bool) {
	key := fmt.Sprint(from, method)
	for {
		request, err := http.NewRequest(method, c.base+path, bytes.NewBufferString(body))
		if err != nil {
			panic(err) // the address is ours
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Forwarded-For", from)
		if method == http.MethodPost {
			request.Header.Set("Idempotency-Key", key)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err == nil && done(response.StatusCode, text) {
				return
			}
		}
		c.ledger.mutex.Lock()
		c.ledger.tries++
		c.ledger.mutex.Unlock()
		<-time.After(20 * time.Millisecond)
	}
}

// checkVault holds the archive against the ledger: each report and retraction
// once in the raw table, and all of them once in every roll-up.
func checkVault(t testing.TB, v vault, l *ledger) {
	t.Helper()
	// Ids without their shard, which the reports do not keep.
	const id = `lower(concat(leftPad(hex(toUInt32(intDiv(toUnixTimestamp(received), 60))), 8, '0'), leftPad(hex(random), 16, '0')))`
	seen := map[string]int{}
	for _, row := range v.ask(t, "SELECT "+id+", sign FROM reports") {
		seen[strings.Replace(row, "\t", " ", 1)]++
	}
	missing, twice := 0, 0
	for name := range l.signs {
		if seen[name[len("00"):]] == 0 {
			missing++
		}
	}
	for _, n := range seen {
		if n > 1 {
			twice++
		}
	}
	if missing > 0 || twice > 0 || len(seen) != len(l.signs) {
		t.Errorf("of %d acknowledged rows %d are missing; %d are there more than once; the table has %d", len(l.signs), missing, twice, len(seen))
	}
	for _, table := range []string{"minute_counts", "quarter_counts"} {
		if got := v.ask(t, "SELECT sum(n) FROM "+table)[0]; got != fmt.Sprint(l.standing()) {
			t.Errorf("%s holds %s, want %d", table, got, l.standing())
		}
		start := map[string]string{"minute_counts": "toStartOfMinute", "quarter_counts": "toStartOfFifteenMinutes"}[table]
		query := fmt.Sprintf(`SELECT count() FROM (SELECT start, service, country, region, cell, kind, symptom FROM (
			SELECT %s(at) AS start, service, country, region, cell, kind, symptom, toInt64(sign) * counted AS n, toInt64(sign) AS s FROM reports
			UNION ALL SELECT start, service, country, region, cell, kind, symptom, -n, -submissions FROM %s
			) GROUP BY ALL HAVING sum(n) != 0 OR sum(s) != 0)`, start, table)
		if got := v.ask(t, query)[0]; got != "0" {
			t.Errorf("%s differs from the reports in %s rows", table, got)
		}
	}
}

// The server and, where it is a process of its own, Redis are killed at random
// instants under load. Whoever was acknowledged is counted once.
func TestKilledUnderLoad(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { killUnderLoad(t, nil) })
	t.Run("redis-server", func(t *testing.T) { killUnderLoad(t, redistest.Start(t)) })
}

func killUnderLoad(t *testing.T, counters *redistest.Server) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data, address, where := t.TempDir(), redistest.FreeAddress(t), "embedded"
	if counters != nil {
		where = counters.URL()
	}
	server := newProcess(t, "serve", "--listen", address, "--data", data, "--redis", where, "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	people := newMultitude(base, 24)
	took := map[string]int{}
	for range kills(t, 8) {
		before := people.ledger.acknowledged.Load()
		eventually(t, "taking reports", func() bool { return people.ledger.acknowledged.Load() > before })
		<-time.After(time.Duration(random.IntN(250_000)) * time.Microsecond) // any instant will do
		victim := "server"
		if counters != nil {
			victim = []string{"server", "redis", "both"}[random.IntN(3)]
		}
		took[victim]++
		if victim != "server" {
			counters.Kill()
		}
		if victim != "redis" {
			server.kill()
		}
		if victim != "server" {
			counters.Run(t)
		}
		if victim != "redis" {
			server.start(t)
		}
	}
	ledger := people.end()
	eventually(t, "the hot window has every report", func() bool { n, ok := total(base); return ok && n == ledger.standing() })
	if counters != nil {
		client := counters.Client(t)
		eventually(t, "the archive has caught up", func() bool { return waiting(t, client) == 0 })
	}
	server.stop(t)
	archive := newVault(t, data+"/archive")
	archive.startAndWait(t)
	checkVault(t, archive, ledger)
	t.Logf("killed %v; %d reports acknowledged, %d of them taken back, after %d tries that were not", took, len(ledger.signs)-ledger.undone, ledger.undone, ledger.tries)
}

// waiting is the number of records in the log, and one for a batch under way.
func waiting(t testing.TB, client redis.UniversalClient) (n int64) {
	t.Helper()
	ctx := context.Background()
	for shard := range bucket.Shards {
		length, err := client.XLen(ctx, fmt.Sprintf("dp:{%02d}:log", shard)).Result()
		if err != nil {
			t.Fatal(err)
		}
		n += length
	}
	return n + client.Exists(ctx, "dp:{archive}:plan").Val()
}
