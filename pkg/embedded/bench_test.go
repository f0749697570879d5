package embedded_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// inProcess is a connection of a benchmark to the shared engine.
func inProcess(b *testing.B) driver.Conn {
	b.Helper()
	transport := shared(b).Transport()
	return dial(b, func(o *clickhouse.Options) {
		o.Addr = []string{"embedded"}
		o.TransportFunc = func(*http.Transport) (http.RoundTripper, error) { return transport, nil }
	})
}

// BenchmarkOpen is a process that opens an archive and closes it, everything
// from loading the library on.
func BenchmarkOpen(b *testing.B) {
	folder := b.TempDir()
	for b.Loop() {
		child := spawn(b, folder)
		child.leave(b)
	}
}

// residence tells the memory that the process holds, where /proc knows it.
func residence(b *testing.B) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kilobytes); n == 1 {
			b.ReportMetric(kilobytes/1024, "MB-resident")
		}
	}
}

func BenchmarkInsert(b *testing.B) {
	for _, rows := range []uint64{1, 100, 100_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			conn := inProcess(b)
			for _, statement := range archiveTables {
				must(b, conn.Exec(context.Background(), statement))
			}
			var token int
			for b.Loop() {
				token++
				must(b, send(once(fmt.Sprint(token)), conn, "log", 0, rows))
			}
			residence(b)
		})
	}
}

func BenchmarkPointQuery(b *testing.B) {
	conn := inProcess(b)
	must(b, conn.Exec(context.Background(), "CREATE TABLE points (n UInt64, s String) ENGINE = MergeTree ORDER BY n"))
	must(b, send(context.Background(), conn, "points", 0, 100_000))
	for b.Loop() {
		if s := one[string](b, conn, "SELECT s FROM points WHERE n = 77777"); s != "report\n\n77777" {
			b.Fatal(s)
		}
	}
	b.Logf("engine %s", one[string](b, conn, "SELECT version()"))
	residence(b)
}

func BenchmarkPointQueryParallel(b *testing.B) {
	conn := inProcess(b)
	var asked atomic.Uint64
	started := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			one[uint8](b, conn, "SELECT 1")
			asked.Add(1)
		}
	})
	b.ReportMetric(float64(asked.Load())/time.Since(started).Seconds(), "queries/s")
}
