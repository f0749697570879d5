package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// BenchmarkReads asks for what dashboards poll, of 85 services in two
// countries with a report of each in every fourth minute of the last day, one
// request after the other: all at one moment, and each five seconds after the
// one before.
func BenchmarkReads(b *testing.B) {
	step, passed := time.Duration(0), time.Duration(0)
	began := time.Now()
	now := func() time.Time { return began.Add(passed) }
	a := startBare(b, now, serveCommand{Redis: []string{redistest.Start(b).URL()}, Catalog: catalogOf(b, 85)})
	services := a.services.Services()
	var lines strings.Builder
	for minute := range 24 * 60 {
		for i := minute % 4; i < len(services); i += 4 {
			at := began.Add(-time.Duration(minute) * time.Minute).Format(time.RFC3339)
			fmt.Fprintf(&lines, `{"service":%q,"country":%q,"reported_at":%q,"reporter":"%d-%d"}`+"\n",
				services[i].Slug, outage.Countries()[minute/4%2], at, minute, i)
		}
		if minute%600 == 599 || minute == 24*60-1 {
			if _, err := a.intake.TakeBatch(context.Background(), "bench", []byte(lines.String()), ""); err != nil {
				b.Fatal(err)
			}
			lines.Reset()
		}
	}
	if err := a.hot.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/api/v1/services", "/api/v1/services/" + services[0].Slug, "/api/v1/services/" + services[0].Slug + "/series", "/api/v1/heatmap?country=IN", "/in"} {
		for _, step = range []time.Duration{0, 5 * time.Second} {
			b.Run(fmt.Sprintf("%s/every %s", path, step), func(b *testing.B) {
				for b.Loop() {
					passed = (passed + step) % time.Hour
					request := httptest.NewRequest(http.MethodGet, path, nil)
					request.Header.Set("Accept-Encoding", "gzip, br")
					response, err := a.web.fiber.Test(request, -1)
					if err != nil {
						b.Fatal(err)
					}
					n, err := io.Copy(io.Discard, response.Body)
					if err != nil || response.StatusCode != http.StatusOK {
						b.Fatal(response.Status, err)
					}
					b.ReportMetric(float64(n), "bytes")
				}
			})
		}
	}
}

// startBare is a server that counts, and neither archives nor listens.
func startBare(b *testing.B, now func() time.Time, settings serveCommand) *app {
	b.Helper()
	settings.Clickhouse, settings.Data, settings.ReportsPerMin = "http://127.0.0.1:1", b.TempDir(), 300
	a, err := newAppAt(context.Background(), countrytest.Packs, settings, slog.New(slog.DiscardHandler), now)
	if err != nil {
		b.Fatal(err)
	}
	a.store.Durable = nil
	if err := a.store.Restore(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.store.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-ended
		if err := a.stopAll(); err != nil {
			b.Error(err)
		}
	})
	return a
}

// catalogOf is a catalogue with a number of services.
func catalogOf(b *testing.B, total int) (path string) {
	b.Helper()
	var text strings.Builder
	text.WriteString("standalone: true\ncategories:\n  app:\n    names: {en: App}\n    symptoms:\n")
	for _, symptom := range []string{"login", "send", "feed", "media", "calls", "crash"} {
		fmt.Fprintf(&text, "      %s: {names: {en: Symptom %s, hi: Symptom %s, bn: Symptom %s, cy: Symptom %s}}\n", symptom, symptom, symptom, symptom, symptom)
	}
	text.WriteString("services:\n")
	for i := range total {
		fmt.Fprintf(&text, "  bench-%d: {category: app, countries: [GB, IN], names: {en: Bench %d}}\n", i, i)
	}
	path = filepath.Join(b.TempDir(), "catalog.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
