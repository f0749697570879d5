package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// readyWithin is how soon /readyz must say that reports are refused.
const readyWithin = 10 * time.Second

// refused reports whether the response to a report is 503 now.
func refused(t *testing.T, base string) bool {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second}
	response, err := client.Post(base+"/api/v1/reports", "application/json", strings.NewReader(`{"service":"whatsapp","country":"IN"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusServiceUnavailable
}

// Whenever Redis refuses reports, /readyz says so soon, names Redis and the
// reason, and recovers alone. What was read before is served all along.
func TestReadyzFollowsRedis(t *testing.T) {
	t.Parallel()
	counters := redistest.Start(t)
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", counters.URL(), "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	ready := func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK }
	eventually(t, "the server is ready", ready)
	if refused(t, base) {
		t.Fatal("a good report is refused")
	}
	eventually(t, "the report is shown", func() bool { n, ok := total(base); return ok && n == 1 })
	locked := redis.NewClient(&redis.Options{Addr: counters.Addr, Password: "secret"})
	defer locked.Close()
	for _, fault := range []struct {
		name, reason string
		begin, end   func()
	}{
		{"a read-only replica", "read-only replica",
			func() { counters.Do(t, "replicaof", "127.0.0.1", "1") }, func() { counters.Do(t, "replicaof", "no", "one") }},
		{"out of memory", "out of memory",
			func() { counters.Do(t, "config", "set", "maxmemory", "1mb") }, func() { counters.Do(t, "config", "set", "maxmemory", "0") }},
		{"too few replicas", "too few replicas",
			func() { counters.Do(t, "config", "set", "min-replicas-to-write", "1") },
			func() { counters.Do(t, "config", "set", "min-replicas-to-write", "0") }},
		{"a disk that cannot be written", "cannot write to its disk",
			func() { breakSnapshots(t, counters) }, func() { mendSnapshots(t, counters) }},
		{"a command that is not permitted", "does not permit",
			func() { counters.Do(t, "acl", "setuser", "default", "-xadd") }, func() { counters.Do(t, "acl", "setuser", "default", "+xadd") }},
		{"no scripts", "does not permit",
			func() { counters.Do(t, "acl", "setuser", "default", "-evalsha", "-eval") },
			func() { counters.Do(t, "acl", "setuser", "default", "+evalsha", "+eval") }},
		{"a wrong password", "password",
			func() {
				counters.Do(t, "config", "set", "requirepass", "secret")
				if err := locked.Do(t.Context(), "client", "kill", "type", "normal", "skipme", "yes").Err(); err != nil {
					t.Fatal(err)
				}
			},
			func() {
				if err := locked.ConfigSet(t.Context(), "requirepass", "").Err(); err != nil {
					t.Fatal(err)
				}
			}},
		{"a Redis that hangs", "does not answer",
			func() { counters.Signal(t, syscall.SIGSTOP) }, func() { counters.Signal(t, syscall.SIGCONT) }},
		{"a Redis that was killed", "does not answer", counters.Kill, func() { counters.Run(t) }},
	} {
		t.Run(fault.name, func(t *testing.T) {
			fault.begin()
			began := time.Now()
			eventually(t, "saying that it is not ready", func() bool { return !ready() })
			late := time.Since(began)
			if late > readyWithin {
				t.Errorf("/readyz says so after %s", late)
			}
			_, body := fetch(base + "/readyz")
			if !strings.Contains(body, fault.reason) || !strings.Contains(body, `"degraded":["redis"]`) || strings.Contains(body, "secret") {
				t.Errorf("/readyz says %s, want redis and %q", body, fault.reason)
			}
			if !refused(t, base) {
				t.Error("a report is taken meanwhile")
			}
			if n, ok := total(base); !ok || n != 1 {
				t.Errorf("meanwhile %d reports are shown, %v", n, ok)
			}
			fault.end()
			eventually(t, "being ready again", ready)
			if refused(t, base) {
				t.Error("a report is refused after that")
			}
			t.Logf("not ready after %s", late.Round(10*time.Millisecond))
		})
	}
}
