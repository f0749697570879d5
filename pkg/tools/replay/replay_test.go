package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// whole is the world that the program plays in.
func whole(t *testing.T) world.World {
	t.Helper()
	played, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return played
}

// importer is a server that answers the n-th batch as told.
type importer struct {
	status func(n int) int
	mutex  sync.Mutex
	tries  int
	lines  int // of batches that were taken
	keys   map[string]bool
	last   string // batch
}

func (i *importer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.tries++
	i.keys[r.Header.Get("Authorization")] = true
	if status := i.status(i.tries); status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	n := bytes.Count(body, []byte("\n"))
	i.lines += n
	i.last = string(body)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"accepted": n, "counted": n - 1, "duplicate": 1,
		"rejected": []map[string]any{{"line": 1, "code": "invalid", "detail": "no"}},
	})
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("draws the reports of four weeks")
	}
	to := &importer{keys: map[string]bool{}, status: func(n int) int {
		if n == 2 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}}
	server := httptest.NewServer(to)
	defer server.Close()
	var warned []string
	var mutex sync.Mutex
	warn := func(text string) {
		mutex.Lock()
		defer mutex.Unlock()
		warned = append(warned, text)
	}
	config := Config{Name: "whatsapp-2025-02-28", To: server.URL, At: "original", Speed: "1", APIKey: "k"}
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	got, err := Run(context.Background(), config, whole(t), warn)
	if err != nil {
		t.Fatal(err)
	}
	batches := to.tries - 1
	if got.Sent != to.lines-1 || got.Accepted != to.lines || got.Counted != to.lines-batches || got.Duplicate != batches || got.Rejected != batches || batches < 3 {
		t.Errorf("%+v after %d batches of %d lines", got, batches, to.lines)
	}
	if len(warned) != batches || len(to.keys) != 1 || !to.keys["Bearer k"] {
		t.Errorf("%d warnings, keys %v", len(warned), to.keys)
	}
	if to.last != "{\"final\":true}\n" {
		t.Errorf("the last batch is %q", to.last)
	}
}

func TestRunEndsWhereAServerRefuses(t *testing.T) {
	to := &importer{keys: map[string]bool{}, status: func(int) int { return http.StatusUnauthorized }}
	server := httptest.NewServer(to)
	defer server.Close()
	config := Config{Name: "whatsapp-2025-02-28", To: server.URL}
	_, err := Run(context.Background(), config, whole(t), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "401") || to.tries > batchesAtOnce {
		t.Errorf("%v after %d tries", err, to.tries)
	}
	config.Name = "nothing"
	if _, err := Run(context.Background(), config, whole(t), nil); err == nil {
		t.Error("a scenario that does not exist is played")
	}
}

// Before the outage minutes are not held back; then they come at their speed.
func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		began := outage.MinuteOf(start)
		ctx, cancel := context.WithCancel(context.Background())
		p := pacer{ctx: ctx, began: began, start: start, speed: 60}
		if at, err := p.wait(began - 1); err != nil || !at.IsZero() || time.Since(start) != 0 {
			t.Errorf("a minute before: %s, %v", at, err)
		}
		if at, err := p.wait(began + 10); err != nil || at.Sub(start) != 10*time.Second {
			t.Errorf("ten minutes at 60 take %s, %v", at.Sub(start), err)
		}
		cancel()
		if _, err := p.wait(began + 20); err == nil {
			t.Error("the end of its context does not end the wait")
		}
		p.speed = (&Config{Speed: "max"}).speed()
		if at, err := p.wait(began + 20); err != nil || at.Sub(start) != 10*time.Second {
			t.Errorf("without a limit: %s, %v", at.Sub(start), err)
		}
	})
}

func TestConfig(t *testing.T) {
	for _, to := range []string{"", "localhost:8080", "ftp://localhost"} {
		if err := (&Config{To: to}).Validate(); err == nil || !strings.HasPrefix(err.Error(), "--to: ") {
			t.Errorf("%q: %v", to, err)
		}
	}
	if got := (&Config{Speed: "60"}).speed(); got != 60 {
		t.Errorf("speed %f", got)
	}
}
