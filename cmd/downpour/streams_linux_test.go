package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

var manyStreams = flag.Int("streams", 0, "how many streams TestManyStreams opens; 0 skips it")

// TestManyStreams opens streams of events, and prints how much memory each takes in the
// server, and how long an event takes from the first stream that gets it to the others,
// while reports come in.
func TestManyStreams(t *testing.T) {
	if *manyStreams == 0 {
		t.Skip("a measurement: make bench-streams")
	}
	loaded, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	server, _ := serveOverEngines(t, "--streams", fmt.Sprint(*manyStreams))
	pid := server.server.running.Process.Pid
	reports := func(length time.Duration) {
		_, err := load.Run(t.Context(), load.Config{
			To: "http://" + server.at, Rate: 200, Duration: length, Clients: 1 << 22, Open: 64, Timeout: 15 * time.Second, Seed: seed,
		}, loaded.Services, townsOf(loaded.Towns()))
		if err != nil {
			t.Fatal(err)
		}
	}
	reports(20 * time.Second) // what the server keeps of reports is not of streams
	before := memory(t, pid)
	random := rand.New(rand.NewPCG(seed, 0))
	arrivals := &eventArrivals{first: map[string]time.Time{}}
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range *manyStreams {
		stream := openStream(t, server.at, random)
		readers.Go(func() { arrivals.read(stream) })
		context.AfterFunc(ctx, func() { _ = stream.Close() })
	}
	opened := memory(t, pid)
	arrivals.counting(true)
	reports(60 * time.Second)
	arrivals.counting(false)
	cancel()
	readers.Wait()
	took := load.PercentilesOf(arrivals.delays)
	t.Logf("%d streams: %.1f kB each once open; %d arrivals of %d events; from the first stream to another p50 %.0f ms, p99 %.0f ms, most %.0f ms",
		*manyStreams, float64(opened-before)/1e3/float64(*manyStreams), len(arrivals.delays), len(arrivals.first), took.P50, took.P99, took.Max)
}

// openStream asks for events as a client somewhere in the world.
func openStream(t *testing.T, at string, random *rand.Rand) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	from := fmt.Sprintf("%d.%d.%d.%d", 1+random.IntN(9), random.IntN(256), random.IntN(256), random.IntN(256))
	fmt.Fprintf(connection, "GET /api/v1/stream HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nX-Forwarded-For: %s\r\n\r\n", at, from)
	return connection
}

// eventArrivals are when events came, over all streams.
type eventArrivals struct {
	mutex  sync.Mutex
	counts bool
	first  map[string]time.Time // by id
	delays []time.Duration      // after the first
}

func (a *eventArrivals) counting(on bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.counts = on
}

// read reads a stream until it is closed.
func (a *eventArrivals) read(stream net.Conn) {
	lines := bufio.NewReaderSize(stream, 512)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		id, ok := strings.CutPrefix(line, "id:")
		if !ok {
			continue
		}
		a.arrive(id, time.Now())
	}
}

func (a *eventArrivals) arrive(id string, at time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	first, known := a.first[id]
	switch {
	case known:
		a.delays = append(a.delays, max(0, at.Sub(first)))
	case a.counts:
		a.first[id] = at
	}
}

// memory is the resident memory of a process in bytes.
func memory(t *testing.T, pid int) int64 {
	t.Helper()
	return statusOf(t, pid, "VmRSS")
}
