package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkThousandWebhooks opens an incident and waits until 1,000 receivers have it, over
// TCP and with the file store. It reports percentiles of the time from the wake-up.
func BenchmarkThousandWebhooks(b *testing.B) {
	const receivers = 1000
	var mutex sync.Mutex
	var waits []time.Duration
	var began time.Time
	arrived := make(chan struct{}, receivers)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mutex.Lock()
		waits = append(waits, time.Since(began))
		mutex.Unlock()
		arrived <- struct{}{}
	}))
	defer server.Close()
	store, err := OpenFileStore(filepath.Join(b.TempDir(), "webhooks.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	w := &world{}
	s := service(b, w, store, &internet{})
	s.config.PlainHTTP, s.config.Client = true, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: receivers}}
	s.config.Limits.PerOwner = receivers
	for n := range receivers {
		if _, err := s.Create(context.Background(), "ops", Settings{URL: fmt.Sprint(server.URL, "/", n)}, ""); err != nil {
			b.Fatal(err)
		}
	}
	defer start(b, s)()
	for n := 0; b.Loop(); n++ {
		mutex.Lock()
		began = time.Now()
		mutex.Unlock()
		w.set(incident(fmt.Sprint("in", n)))
		s.Wake()
		for range receivers {
			<-arrived
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "ms-p50")
	b.ReportMetric(float64(waits[len(waits)*99/100].Milliseconds()), "ms-p99")
}
