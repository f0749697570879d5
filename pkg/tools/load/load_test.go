package load

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestLoad sends to a server that takes two of three reports and counts one.
func TestRun(t *testing.T) {
	var mutex sync.Mutex
	seen := 0
	keys := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mutex.Lock()
		seen++
		n := seen
		keys[r.Header.Get("Authorization")] = true
		mutex.Unlock()
		if !json.Valid(body) || !strings.HasPrefix(r.Header.Get("X-Forwarded-For"), "100.64.") || r.URL.Path != "/api/v1/reports" {
			t.Errorf("%s got %s from %s", r.URL.Path, body, r.Header.Get("X-Forwarded-For"))
		}
		if n%3 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(w).Encode(map[string]bool{"counted": n%3 == 1})
	}))
	defer server.Close()
	settings := Config{
		To: server.URL + "/", Rate: 600, Duration: 100 * time.Millisecond, Clients: 100, Open: 100, Timeout: 10 * time.Second, APIKey: "k",
	}
	if err := settings.Validate(); err != nil {
		t.Fatal(err)
	}
	services := []outage.Service{{Slug: "whatsapp"}}
	got, err := Run(context.Background(), settings, services, towns)
	if err != nil {
		t.Fatal(err)
	}
	if got.Sent != 60 || got.Accepted != 40 || got.Counted != 20 || got.Errors != 20 || len(keys) != 1 || !keys["Bearer k"] {
		t.Errorf("%+v with keys %v", got, keys)
	}
	if l := got.LatencyMS; l.P50 <= 0 || l.P50 > l.P90 || l.P90 > l.P99 || l.P99 > l.Max {
		t.Errorf("latencies are %+v", l)
	}
}

// TestSaturate sends until the time is over, on each connection one report at a time.
func TestSaturate(t *testing.T) {
	var under, most atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), under.Add(1)))
		under.Add(-1)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	settings := Config{To: server.URL, Duration: 50 * time.Millisecond, Clients: 100, Open: 2, Timeout: 10 * time.Second}
	got, err := Run(context.Background(), settings, []outage.Service{{Slug: "whatsapp"}}, towns)
	if err != nil {
		t.Fatal(err)
	}
	if got.Sent < 2 || got.Accepted != got.Sent || got.Counted != 0 || most.Load() > 2 {
		t.Errorf("%+v with %d requests at a time", got, most.Load())
	}
}

func TestConfig(t *testing.T) {
	good := Config{To: "http://127.0.0.1:8080", Rate: 1, Duration: time.Second, Clients: 1, Open: 1}
	for flag, change := range map[string]func(*Config){
		"":              func(*Config) {},
		"--to":          func(l *Config) { l.To = "127.0.0.1:8080" },
		"--rate":        func(l *Config) { l.Rate = -1 },
		"--duration":    func(l *Config) { l.Duration = -1 },
		"--clients":     func(l *Config) { l.Clients = maxClients + 1 },
		"--connections": func(l *Config) { l.Open = 0 },
	} {
		settings := good
		change(&settings)
		err := settings.Validate()
		if flag == "" && err != nil || flag != "" && (err == nil || !strings.HasPrefix(err.Error(), flag+": ")) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

func TestPercentiles(t *testing.T) {
	var took []time.Duration
	for i := range 200 {
		took = append(took, time.Duration(200-i)*time.Millisecond)
	}
	got := PercentilesOf(took)
	for want, percentile := range map[float64]float64{100: got.P50, 180: got.P90, 198: got.P99, 200: got.Max} {
		if math.Abs(percentile-want) > want/1000 {
			t.Errorf("%v, want %v", percentile, want)
		}
	}
	if got := PercentilesOf(nil); got != (Percentiles{}) {
		t.Errorf("without answers: %+v", got)
	}
}

func TestOneSeedGivesTheSameReports(t *testing.T) {
	services := []outage.Service{{Slug: "whatsapp", Symptoms: []outage.Symptom{{Slug: "app"}}}, {Slug: "jio"}}
	settings := Config{Seed: 7, Clients: 5000}
	made, again := newReports(settings, services, towns), newReports(settings, services, towns)
	addresses := map[string]bool{}
	for range 200 {
		report := made.next()
		addresses[report.address] = true
		if other := again.next(); report.address != other.address || string(report.body) != string(other.body) {
			t.Fatal("one seed gives two sequences")
		}
	}
	if len(addresses) < 100 {
		t.Errorf("200 reports came from %d addresses", len(addresses))
	}
}

var towns = []Town{
	{"London", countrytest.GB, outage.LatLng{Lat: 51.51, Lng: -0.13}, 9_000_000}, {"Kolkata", countrytest.IN, outage.LatLng{Lat: 22.57, Lng: 88.36}, 4_500_000},
}
