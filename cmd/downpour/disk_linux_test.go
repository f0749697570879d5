package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestFullDataDirectory needs the right to mount, since nothing else makes a
// disk that is really full. The server turns reports away while it is, and
// takes them again afterwards, each once.
func TestFullDataDirectory(t *testing.T) {
	engineLibrary(t)
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Error(err)
		}
	})
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", data, "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	ledger := newLedger()
	one := func(n uint32) { m := &multitude{base: base, ledger: ledger}; m.number.Store(n - 1); m.report() }
	one(1)

	ballast := filepath.Join(data, "ballast")
	fill(t, ballast)
	status, header, body := postReport(t, base, "21.0.0.1", "")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, `"outcome_unknown"`) {
		t.Errorf("on a full disk: %d %v %s", status, header, body)
	}
	status, header, body = postReport(t, base, "21.0.0.2", "key")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, `"unavailable"`) {
		t.Errorf("on a full disk, with a key: %d %v %s", status, header, body)
	}
	eventually(t, "saying so", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusServiceUnavailable })
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready again", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	for n := uint32(2); n < 12; n++ {
		one(n)
	}
	// The report without a key was turned away, but may be counted: nobody can
	// tell its sender's second one from another's. The one with a key is retried.
	status, _, body = postReport(t, base, "21.0.0.2", "key")
	if status != http.StatusAccepted {
		t.Errorf("after that: %d %s", status, body)
	}
	server.stop(t)
	archive := newVault(t, filepath.Join(data, "archive"))
	archive.startAndWait(t)
	got := archive.ask(t, "SELECT count(), uniqExact(shard, received, random, sign) FROM reports")[0]
	want := map[string]bool{"13\t13": true, "14\t14": true} // 11 and a retraction, the one with a key, perhaps the one without
	if !want[got] {
		t.Errorf("the archive holds %q reports and different ones", got)
	}
	archive.stop(t)
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func postReport(t *testing.T, base, from, key string) (status int, header http.Header, body string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, base+"/api/v1/reports", strings.NewReader(`{"service":"whatsapp","country":"IN"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", from)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}
