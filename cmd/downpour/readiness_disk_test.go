package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// breakSnapshots makes a Redis refuse writes (MISCONF): a folder stands where it
// would put its snapshot.
func breakSnapshots(t *testing.T, server *redistest.Server) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(server.Dir, "dump.rdb", "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	server.Do(t, "config", "set", "stop-writes-on-bgsave-error", "yes")
	server.Do(t, "config", "set", "save", "3600 1")
	snapshot(t, server, "err")
}

// mendSnapshots ends that.
func mendSnapshots(t *testing.T, server *redistest.Server) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(server.Dir, "dump.rdb")); err != nil {
		t.Fatal(err)
	}
	snapshot(t, server, "ok")
	server.Do(t, "config", "set", "save", "")
}

func snapshot(t *testing.T, server *redistest.Server, want string) {
	t.Helper()
	server.Do(t, "bgsave", "schedule")
	eventually(t, "the snapshot ends with "+want, func() bool {
		info := server.Do(t, "info", "persistence").Val().(string)
		return strings.Contains(info, "rdb_bgsave_in_progress:0") && strings.Contains(info, "rdb_last_bgsave_status:"+want)
	})
}

// One master of a cluster that refuses writes makes the server refuse reports,
// since any service may be counted there.
func TestReadyzFollowsEachMaster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", cluster.Servers[0].URL(), "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", isReady(address))
	for i, master := range cluster.Servers {
		for _, fault := range []struct {
			name, reason string
			begin, end   func()
		}{
			{"read-only", "does not permit",
				func() { master.Do(t, "acl", "setuser", "default", "-@write") }, func() { master.Do(t, "acl", "setuser", "default", "+@write") }},
			{"a disk that cannot be written", "cannot write to its disk",
				func() { breakSnapshots(t, master) }, func() { mendSnapshots(t, master) }},
		} {
			fault.begin()
			began := time.Now()
			eventually(t, "saying that it is not ready", func() bool { return !isReady(address)() })
			late := time.Since(began)
			status, body := fetch(base + "/readyz")
			if status != http.StatusServiceUnavailable || !strings.Contains(body, fault.reason) || !strings.Contains(body, `"degraded":["redis"]`) {
				t.Errorf("master %d, %s: %d %s, want redis and %q", i, fault.name, status, body, fault.reason)
			}
			if late > readyWithin {
				t.Errorf("master %d, %s: /readyz says so after %s", i, fault.name, late)
			}
			fault.end()
			eventually(t, "being ready again", isReady(address))
			t.Logf("master %d, %s: not ready after %s", i, fault.name, late.Round(10*time.Millisecond))
		}
	}
}
