package backtest

import (
	"bufio"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/scenario/simulate"
)

var backtestRows = flag.Int("rows", 0, "rows of the backtest that make bench-backtest times; 0 for none")

// TestBacktestAtSize makes a file of so many rows, 42 series over weeks, and
// prints what a backtest of it on one core takes: time, and the most memory
// that the Go heap held.
func TestBacktestAtSize(t *testing.T) {
	if *backtestRows == 0 {
		t.Skip("run by make bench-backtest")
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	made := writeRows(t, path, *backtestRows)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	runtime.GC()
	debug.FreeOSMemory()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	began, used := time.Now(), cpuTime(t)
	heap := &peakHeap{reader: file}
	if err := Run(context.Background(), Options{Warmup: 28 * 24 * time.Hour, Workers: 1}, celltest.Geography(t), heap, io.Discard); err != nil {
		t.Fatal(err)
	}
	size, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s/%s, %s, GOMAXPROCS=1, one run", runtime.GOOS, runtime.GOARCH, runtime.Version())
	t.Logf("%d rows, %d MB: %.1f s wall, %.1f s CPU, heap at most %d MB",
		made, size.Size()>>20, time.Since(began).Seconds(), (cpuTime(t) - used).Seconds(), heap.most>>20)
}

// writeRows writes simulated rows, world after world of eight weeks each of
// which follows the one before, until there are enough.
func writeRows(t *testing.T, path string, rows int) (made int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	buffer := bufio.NewWriterSize(file, 1<<20)
	writer, err := scenario.NewWriter(buffer, scenario.CSV)
	if err != nil {
		t.Fatal(err)
	}
	params := simulate.Plain(7)
	for made < rows {
		world, err := simulate.New(params, celltest.Geography(t), countrytest.Crowds)
		if err != nil {
			t.Fatal(err)
		}
		for m := world.Span().From; m < world.Span().To && made < rows; m++ {
			for _, row := range rowsOf(world, m) {
				if err := writer.Write(&row); err != nil {
					t.Fatal(err)
				}
				made++
			}
		}
		params.Start = world.Span().To
		params.Seed++
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := buffer.Flush(); err != nil {
		t.Fatal(err)
	}
	return made
}

// peakHeap looks at the heap each so many bytes read.
type peakHeap struct {
	reader io.Reader
	since  int
	most   uint64
}

func (p *peakHeap) Read(into []byte) (int, error) {
	n, err := p.reader.Read(into)
	if p.since += n; p.since > 8<<20 {
		p.since = 0
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		p.most = max(p.most, stats.HeapInuse)
	}
	return n, err
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
