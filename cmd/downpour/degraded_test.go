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

// downtime is how long ClickHouse is stopped; DOWNPOUR_AWAY lengthens it.
func downtime(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("DOWNPOUR_AWAY")
	if text == "" {
		return 0
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return length
}

// ClickHouse dies behind its listener and comes back. Reports are taken all the
// while, the server says what it does without, and the archive catches up.
func TestClickHouseOutage(t *testing.T) {
	counters := redistest.Start(t)
	archive := newVault(t, t.TempDir())
	archive.startAndWait(t)
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", counters.URL(),
		"--clickhouse", archive.url(), "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	ready := func(degraded bool) func() bool {
		return func() bool {
			status, body := fetch(base + "/readyz")
			return status == http.StatusOK && strings.Contains(body, `"clickhouse"`) == degraded
		}
	}
	eventually(t, "the server is ready", ready(false))
	people := newMultitude(base, 8)
	more := func(n int64) {
		before := people.ledger.acknowledged.Load()
		eventually(t, "taking reports", func() bool { return people.ledger.acknowledged.Load() > before+n })
	}
	more(50)
	archive.kill()
	eventually(t, "saying that clickhouse is gone", ready(true))
	gone := time.After(downtime(t))
	more(200)
	<-gone
	if !ready(true)() {
		t.Error("the server does not say that clickhouse is gone")
	}
	archive.start(t)
	eventually(t, "saying that clickhouse is back", ready(false))
	more(50)
	ledger := people.end()
	client := counters.Client(t)
	eventually(t, "the archive has caught up", func() bool { return waiting(t, client) == 0 })
	checkVault(t, archive, ledger)
	eventually(t, "the hot window has every report", func() bool { n, ok := total(base); return ok && n == ledger.standing() })
	server.stop(t)
	t.Logf("%d reports acknowledged, %d of them taken back", len(ledger.signs)-ledger.undone, ledger.undone)
}

// The reason that keeps the server from starting is the last line of its output.
func TestServeFailsInOneLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	held := t.TempDir()
	holder := newVault(t, filepath.Join(held, "archive"))
	holder.startAndWait(t)
	newer := t.TempDir()
	writer := newVault(t, filepath.Join(newer, "archive"))
	writer.startAndWait(t)
	writer.ask(t, "CREATE TABLE migrations (version UInt32, at DateTime('UTC') DEFAULT now()) ENGINE = MergeTree ORDER BY version")
	writer.ask(t, "INSERT INTO migrations (version) SELECT 99")
	away := newProcess(t, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--clickhouse", writer.url())
	refusesInOneLine(t, away, "archive: the archive was made by a newer downpour: its tables are of version 99")
	writer.stop(t)
	for name, c := range map[string]struct{ data, library, says string }{
		"a missing library":           {t.TempDir(), "/nonexistent/libchdb.so", "--clickhouse embedded: the ClickHouse library was not found: DOWNPOUR_LIBCHDB names /nonexistent/libchdb.so"},
		"a directory below a file":    {filepath.Join(file, "data"), "", "--data: mkdir " + file + ": not a directory"},
		"a directory of another":      {held, "", "another process has it open"},
		"tables of a newer version":   {newer, "", "the archive was made by a newer downpour: its tables are of version 99"},
		"a file where the archive is": {filepath.Dir(file), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.says == "" {
				c.says = "opening the archive in " + filepath.Join(c.data, "archive")
				if err := os.WriteFile(filepath.Join(c.data, "archive"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := newProcess(t, "serve", "--listen", "127.0.0.1:0", "--data", c.data)
			if c.library != "" {
				p.environment = []string{"DOWNPOUR_LIBCHDB=" + c.library}
			}
			refusesInOneLine(t, p, c.says)
		})
	}
}

func refusesInOneLine(t *testing.T, p *process, says string) {
	t.Helper()
	p.start(t)
	ended := make(chan error, 1)
	go func() { ended <- p.running.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended without an error")
		}
	case <-time.After(time.Minute):
		t.Error("it did not end")
	}
	last := p.last(1)
	if !strings.HasPrefix(last, "downpour: ") || !strings.Contains(last, says) {
		t.Errorf("the last line is %q, want %q in it", last, says)
	}
	if n := strings.Count("\n"+p.output.String(), "\ndownpour: "); n != 1 {
		t.Errorf("the error has %d lines", n)
	}
}
