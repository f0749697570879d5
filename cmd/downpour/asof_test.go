package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestCountsWhileRedisIsUnavailable stops Redis while people report. What was counted
// stands as of then, every page says so after two minutes, and nothing is called as
// usual.
func TestCountsWhileRedisIsUnavailable(t *testing.T) {
	counters := redistest.Start(t)
	s := newServer(t, counters.URL())
	s.set(today.Add(10*time.Hour + 7*time.Minute))
	for n := range 5 {
		if got := s.report(person(n), `{"service":"whatsapp","country":"IN"}`, ""); got.status != http.StatusAccepted {
			t.Fatalf("a report: %d %s", got.status, got.body)
		}
	}
	var before struct {
		AsOf string `json:"as_of"`
	}
	s.read("/api/v1/summary", url.Values{}, &before)
	if !strings.HasPrefix(before.AsOf, "2031-07-08T10:07:00") {
		t.Fatalf("as of %s", before.AsOf)
	}
	counters.Kill()
	pages := []string{"/", "/in", "/whatsapp", "/in/whatsapp", "/map", "/incidents", "/bn/in/whatsapp"}
	for _, step := range []struct {
		clock   time.Duration
		notices bool
	}{{10*time.Hour + 8*time.Minute, false}, {10*time.Hour + 40*time.Minute, true}} {
		s.set(today.Add(step.clock))
		if got := s.send(bob, http.MethodGet, "/api/v1/summary", "", nil); !strings.Contains(string(got.body), before.AsOf) {
			t.Errorf("at %s: the summary is %d %s", step.clock, got.status, got.body)
		}
		if got := s.send(bob, http.MethodGet, "/api/v1/services/whatsapp", "", nil); !strings.Contains(string(got.body), `"reports_24h":5`) {
			t.Errorf("at %s: the service is %d %s", step.clock, got.status, got.body)
		}
		for _, path := range pages {
			got := s.send(alice, http.MethodGet, path, "", http.Header{"Accept": {"text/html"}})
			says, _, _ := strings.Cut(textOf(t, map[bool]string{true: "bn", false: "en"}[strings.HasPrefix(path, "/bn")], "stale.away"), "{")
			if has := strings.Contains(string(got.body), says); has != step.notices {
				t.Errorf("at %s: %s says how old it is: %t", step.clock, path, has)
			}
		}
	}
}
