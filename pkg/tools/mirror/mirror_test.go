package mirror

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// origin is a server with one style sheet and documents that change with its version.
type origin struct {
	*httptest.Server
	version int
	away    bool
	asked   []string
}

func newOrigin(t *testing.T) *origin {
	o := &origin{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked = append(o.asked, r.URL.Path)
		etag := fmt.Sprintf(`"%s-%d"`, r.URL.Path, o.version)
		switch {
		case o.away:
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case strings.HasSuffix(r.URL.Path, "/broken"):
			w.WriteHeader(http.StatusInternalServerError)
			return
		case r.Header.Get("If-None-Match") == etag:
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		switch {
		case r.URL.Path == "/api/v1/services":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"items":[{"slug":"calm","reports_24h":9,"status":{"GB":{"status":"normal"}}},
				{"slug":"busy","reports_24h":50,"status":{"GB":{"status":"normal"}}},
				{"slug":"broken","reports_24h":1,"status":{"GB":{"status":"outage"}}}]}`)
		case r.URL.Path == "/api/v1/incidents":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"items":[{"id":"broken-gb-1"}]}`)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			fmt.Fprintf(w, `{"version":%d}`, o.version)
		case strings.HasPrefix(r.URL.Path, "/static/"):
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			fmt.Fprint(w, `body { background: url(/static/drop.svg) }`)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<html lang="bn"><link rel="stylesheet" href="/static/a.css"><main id="main">version %d</main>`, o.version)
		}
	}))
	t.Cleanup(o.Close)
	return o
}

// bench is a mirror of an origin with a clock.
func newBench(t *testing.T, o *origin) (m *mirror, read func(name string) string) {
	dir := t.TempDir()
	config := Config{
		URL: o.URL, To: dir, Services: 2, Languages: []string{"en", "bn"}, Client: o.Client(),
		Now: func() time.Time { return time.Date(2026, 11, 22, 10, o.version, 0, 0, time.UTC) }, Logger: slog.New(slog.DiscardHandler),
	}
	return &mirror{config: config, etags: map[string]string{}}, func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "missing"
		}
		return string(text)
	}
}

func TestRound(t *testing.T) {
	o := newOrigin(t)
	m, read := newBench(t, o)
	if err := m.round(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"index.html":                              "version 0",
		"bn/index.html":                           "২০২৬-১১-২২ ১০:০০ UTC",
		"bn/gb/busy/index.html":                   `<main id="main"><p class="notice">`,
		"busy/index.html":                         "version 0",
		"calm/index.html":                         "missing", // the third of two
		"incidents/broken-gb-1/index.html":        "version 0",
		"api/v1/services/busy/index.json":         `{"mirrored_at":"2026-11-22T10:00:00Z","version":0}`,
		"api/v1/incidents/index.json":             `{"mirrored_at":"2026-11-22T10:00:00Z","items":[{"id":"broken-gb-1"}]}`,
		"api/v1/services/broken/index.json":       "missing",
		"static/a.css":                            "drop.svg",
		"static/drop.svg":                         "body",
		"mirror.json":                             `"copied_at":"2026-11-22T10:00:00Z"`,
		"bn/incidents/broken-gb-1/index.html":     "version 0",
		"api/v1/incidents/broken-gb-1/index.json": `"version":0`,
	} {
		if got := read(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What did not change is not copied again, and a server that is away changes nothing.
func TestLaterRounds(t *testing.T) {
	o := newOrigin(t)
	m, read := newBench(t, o)
	if err := m.round(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := read("index.html")
	if err := os.Remove(filepath.Join(m.config.To, "busy/index.html")); err != nil {
		t.Fatal(err)
	}
	if err := m.round(context.Background()); err != nil || read("busy/index.html") != "missing" {
		t.Errorf("an unchanged page was written again, %v", err)
	}
	o.version, o.away = 1, true
	if err := m.round(context.Background()); err == nil || read("index.html") != before {
		t.Errorf("a round without a server ends with %v and %q", err, read("index.html"))
	}
	o.away = false
	if err := m.round(context.Background()); err != nil || !strings.Contains(read("index.html"), "version 1") {
		t.Errorf("after the server is back: %v, %q", err, read("index.html"))
	}
}

func TestPathsStayInTheCopy(t *testing.T) {
	m, _ := newBench(t, newOrigin(t))
	for _, path := range []string{"/../x", "/a/../../x", "/.."} {
		if err := m.write(fileOf(path, "text/css"), nil); err == nil && !strings.HasPrefix(filepath.Join(m.config.To, fileOf(path, "text/css")), m.config.To) {
			t.Errorf("%s was written", path)
		}
	}
}

func TestMarkDocument(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for body, want := range map[string]string{
		`{}`:       `{"mirrored_at":"2026-11-22T10:00:00Z"}`,
		` {"a":1}`: `{"mirrored_at":"2026-11-22T10:00:00Z","a":1}`,
		`[1]`:      `[1]`,
		`{"a":`:    `{"a":`,
	} {
		if got := string(markDocument([]byte(body), at)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
