package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// server is the whole server with a clock of its own, without a listener.
// The hot window is read when the test says so.
type server struct {
	t    *testing.T
	app  *app
	data string
	log  *lines

	mutex sync.Mutex
	clock time.Time
}

// lines is a log that a test can read while it is written.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// today is the day on which the tests' clocks begin. It lies ahead, so that no
// key which ends with a day of the test is over by the clock of Redis.
var today = time.Date(2031, 7, 8, 0, 0, 0, 0, time.UTC)

// eachEngine runs a test over the whole server with the embedded Redis and with
// a redis-server.
func eachEngine(t *testing.T, test func(s *server)) {
	t.Run("embedded", func(t *testing.T) { test(newServer(t, "embedded")) })
	t.Run("redis-server", func(t *testing.T) { test(newServer(t, redistest.Start(t).URL())) })
}

func newServer(t *testing.T, redis string) *server {
	t.Helper()
	return newServerWith(t, redis, func(*serveCommand) {})
}

// newServerWith is newServer with other settings.
func newServerWith(t *testing.T, redis string, change func(*serveCommand)) *server {
	t.Helper()
	return newServerOf(t, countrytest.Packs, redis, change)
}

// newServerOf is newServerWith of other countries, which the test has registered.
func newServerOf(t *testing.T, packs country.Set, redis string, change func(*serveCommand)) *server {
	t.Helper()
	s := &server{t: t, data: t.TempDir(), log: &lines{}, clock: today.Add(10 * time.Hour)}
	settings := serveCommand{
		Listen: "127.0.0.1:0", Redis: []string{redis}, Data: s.data, ReportsPerMin: 300, Streams: 1000, APIKey: "open sesame",
		Clickhouse:     "http://127.0.0.1:1",                                // nobody is there: these tests need no archive
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}, // what a request without a listener comes from
	}
	change(&settings)
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	app, err := newAppAt(context.Background(), packs, settings, logger, s.now)
	if err != nil {
		t.Fatal(err)
	}
	s.app = app
	app.store.Durable = nil // nor do they wait for it
	if err := app.store.Restore(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.store.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if err := app.stopAll(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *server) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.clock
}

func (s *server) set(clock time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clock = clock
}

// sender is somebody on the network.
type sender struct{ addr, agent, language string }

var (
	alice = sender{"81.2.69.142", "Mozilla/5.0 (Linux; Android 14) Alice/1", "en-GB"}
	bob   = sender{"203.0.113.77", "Mozilla/5.0 (iPhone) Bob/2", "bn-IN"}
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// field reads one text of a JSON answer, "" where it is not there.
func (a answer) field(name string) string {
	var all map[string]any
	_ = json.Unmarshal(a.body, &all)
	text, _ := all[name].(string)
	return text
}

func (s *server) send(from sender, method, path, body string, header http.Header) answer {
	s.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("X-Forwarded-For", from.addr)
	request.Header.Set("User-Agent", from.agent)
	request.Header.Set("Accept-Language", from.language)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := s.app.web.fiber.Test(request, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, text}
}

func (s *server) report(from sender, body, key string) answer {
	s.t.Helper()
	header := http.Header{}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return s.send(from, http.MethodPost, "/api/v1/reports", body, header)
}

// read gets an address whose answer must be JSON, from a window that is up to
// date.
func (s *server) read(path string, query url.Values, into any) {
	s.t.Helper()
	if err := s.app.hot.Refresh(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	got := s.send(bob, http.MethodGet, path+"?"+query.Encode(), "", nil)
	if got.status != http.StatusOK {
		s.t.Fatalf("%s?%s: %d %s", path, query.Encode(), got.status, got.body)
	}
	if err := json.Unmarshal(got.body, into); err != nil {
		s.t.Fatal(err)
	}
}

// span is a window of the API from one time of the test's first day to
// another, which may be of the next: "24:10".
func span(from, to string) url.Values {
	instant := func(text string) string {
		var hours, minutes int
		if _, err := fmt.Sscanf(text, "%d:%d", &hours, &minutes); err != nil {
			panic(err) // a slip in the test
		}
		return today.Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute).Format(time.RFC3339)
	}
	return url.Values{"from": {instant(from)}, "to": {instant(to)}}
}

// heat is what the API shows of WhatsApp on a map.
type heat struct {
	From, To                  string
	Total, Unplaced, Withheld int64
	Items                     []struct {
		Cell    outage.Cell
		Region  string
		Reports int64
	}
}

func (s *server) heatmap(country outage.Country, resolution int, window url.Values) heat {
	s.t.Helper()
	query := url.Values{"service": {"whatsapp"}, "country": {string(country)}, "resolution": {fmt.Sprint(resolution)}}
	for name, values := range window {
		query[name] = values
	}
	var got heat
	s.read("/api/v1/heatmap", query, &got)
	return got
}
