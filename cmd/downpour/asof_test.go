package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
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
	in := publishedWorld{server: s}.exactIncident(t, countrytest.IN)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.app.live.Run(ctx) }() // takes the lease, under which incidents are published
	t.Cleanup(func() {
		stop()
		<-ended
	})
	eventually(t, "the lease", s.app.live.Leads)
	if err := (publishing{s.app.repository, s.app.publish, func() {}}).Append(t.Context(), in.OpenedAt, []outage.Incident{in}); err != nil {
		t.Fatal(err)
	}
	counters.Kill()
	pages := []string{
		"/", "/in", "/whatsapp", "/in/whatsapp", "/map", "/map?level=district", "/incidents", "/bn/in/whatsapp", "/in/west-bengal", "/in/kolkata",
		"/register", "/2031/07/08", "/embed/whatsapp", "/whatsapp/report", "/vendors", "/incidents/" + in.ID,
	}
	for _, step := range []struct {
		clock   time.Duration
		notices bool
	}{{10*time.Hour + 8*time.Minute, false}, {10*time.Hour + 9*time.Minute + 5*time.Second, true}, {10*time.Hour + 40*time.Minute, true}} {
		s.set(today.Add(step.clock))
		if got := s.send(bob, http.MethodGet, "/api/v1/summary", "", nil); !strings.Contains(string(got.body), before.AsOf) {
			t.Errorf("at %s: the summary is %d %s", step.clock, got.status, got.body)
		}
		if got := s.send(bob, http.MethodGet, "/api/v1/services/whatsapp", "", nil); !strings.Contains(string(got.body), `"reports_24h":5`) {
			t.Errorf("at %s: the service is %d %s", step.clock, got.status, got.body)
		}
		says, _, _ := strings.Cut(textOf(t, "en", "stale.away"), "{")
		if got := s.send(alice, http.MethodGet, "/whatsapp", "", http.Header{"Accept": {"text/plain"}}); strings.Contains(string(got.body), says) != step.notices {
			t.Errorf("at %s: the plain text is %s", step.clock, got.body)
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
