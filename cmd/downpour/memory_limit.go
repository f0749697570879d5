package main

import (
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// How much of the machine's memory the Go heap may take before the garbage
// collector works harder. The embedded ClickHouse takes its own outside the heap.
const (
	memoryShare         = 0.8
	memoryShareEmbedded = 0.4
	// leastMemory keeps the collector from running all the time on a machine that
	// is too small.
	leastMemory = 256 << 20
)

// What requests can fill in memory, and what bounds it:
//
//   - buckets of pkg/ratelimit (writes, undo attempts, API keys, reads of the
//     past): 50,000 a level, see Limiter
//   - slots of pkg/ratelimit: the connections and streams that are open
//   - connections: maxConnections; a request: 16 kB of header and of body, 64 fields
//   - streams and their queues (pkg/live): --streams, 512 events each
//   - answers of the API (api/shared.go): keys made of services and countries of the
//     catalogue, and 2,000 or 64 MiB of answers about any window
//   - pages (frontend/cache.go): the same, and 1,000 or 32 MiB of any others
//   - last good readings (frontend/page/lastgood.go): services and countries only
//   - answers about the past (pkg/archive): 200,000 rows, for 15 seconds
//   - what was expected (pkg/public/normal.go): services and countries only
//   - places and cells (pkg/place, pkg/cell): fixed tables; look-ups keep nothing

// limitMemory sets the soft limit of the Go heap to a share of what the cgroup
// allows, or else of the machine's memory, unless GOMEMLIMIT sets it.
func limitMemory(embedded bool, logger *slog.Logger) error {
	share := memoryShare
	if embedded {
		share = memoryShareEmbedded
	}
	_, err := memlimit.Set(
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)),
		memlimit.WithRatio(share), memlimit.WithMin(leastMemory),
	)
	if err != nil {
		return fmt.Errorf("setting the memory limit: %w", err)
	}
	if limit := memoryLimit(); limit < math.MaxInt64 {
		logger.Info("memory limit of the heap", "mebibytes", limit>>20)
	}
	return nil
}

// memoryLimit is the soft limit of the Go heap in bytes; math.MaxInt64 is none.
func memoryLimit() int64 { return debug.SetMemoryLimit(-1) }
