package status

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/outbound"
)

// vendor is a status page that answers what a test sets.
type vendor struct {
	mutex    sync.Mutex // guards what is below, where a poller runs
	status   int
	document string
	header   http.Header
	requests []*http.Request
	err      error
}

func (v *vendor) RoundTrip(request *http.Request) (*http.Response, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.requests = append(v.requests, request)
	if v.err != nil {
		return nil, v.err
	}
	if tag := v.header.Get("ETag"); tag != "" && request.Header.Get("If-None-Match") == tag {
		return &http.Response{StatusCode: http.StatusNotModified, Header: v.header, Body: http.NoBody}, nil
	}
	return &http.Response{StatusCode: v.status, Header: v.header, Body: io.NopCloser(strings.NewReader(v.document))}, nil
}

// answers are from now on of a status and a document.
func (v *vendor) answers(status int, document string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.status, v.document = status, document
}

// asked is the number of requests.
func (v *vendor) asked() int {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return len(v.requests)
}

// held is a lease.
type held struct{ atomic.Bool }

func newHeld() *held {
	lease := &held{}
	lease.Store(true)
	return lease
}

func (h *held) Hold(context.Context) (int64, bool, error) { return 1, h.Load(), nil }

// newPoller is a poller of one page with the services chat and voice, under the clock of
// the test.
func newPoller(v *vendor) (*Poller, *fixture, *held) {
	f, lease := newFixture(), newHeld()
	f.config.Now = time.Now
	v.status, v.header = http.StatusOK, http.Header{}
	services := []outage.Service{{Slug: "chat", StatusPage: only("statuspage", "Chat")}, {Slug: "voice", StatusPage: only("statuspage", "Voice")}, {Slug: "none"}, {Slug: "off", StatusPage: only("rss")}}
	for i := range 2 {
		services[i].StatusPage.Enabled = true
	}
	return NewPoller(PollerConfig{
		Store: f.Store, Services: services, Client: &http.Client{Transport: v}, Lease: lease, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}), f, lease
}

func state(t *testing.T, f *fixture, service string) outage.Official {
	t.Helper()
	now, ok := f.Official(service)
	if !ok {
		t.Fatalf("nothing is known of %s", service)
	}
	return now
}

// well has no incident, ill has one, which was published at an instant of a minute.
const well = `{"page":{"name":"A"},"status":{"indicator":"none"},"components":[{"name":"Chat","status":"operational"},{"name":"Voice","status":"operational"}],"incidents":[]}`

func ill(published time.Time) string {
	return `{"page":{"name":"A"},"status":{"indicator":"major"},"components":[{"name":"Chat","status":"major_outage"},{"name":"Voice","status":"operational"}],
	"incidents":[{"id":"1","name":"Down","status":"investigating","impact":"critical","created_at":"` + published.Format(time.RFC3339) + `","components":[{"name":"Chat"}]}]}`
}

func TestPollerFollowsAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: well}
		p, f, lease := newPoller(v)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go f.Run(ctx)
		go p.Run(ctx)
		time.Sleep(10 * time.Minute)
		if got := state(t, f, "chat"); got.State != outage.OfficialOperational || len(f.archive.changes) != 2 {
			t.Fatalf("%+v, %d changes", got, len(f.archive.changes))
		}
		if n := v.asked(); n < 5 || n > 11 {
			t.Errorf("%d requests in ten minutes", n)
		}
		published := time.Now().UTC().Truncate(time.Second)
		v.answers(http.StatusOK, ill(published))
		time.Sleep(3 * time.Minute)
		got := state(t, f, "chat")
		if got.State != outage.OfficialMajor || len(got.Notices) != 1 || !got.Notices[0].PublishedAt.Equal(published) || got.Notices[0].SeenAt.Before(published) {
			t.Errorf("%+v", got)
		}
		if got := state(t, f, "voice"); got.State != outage.OfficialOperational || len(got.Notices) > 0 {
			t.Errorf("voice: %+v", got)
		}

		// The page is away: what it said stays, but it is unknown.
		v.answers(http.StatusServiceUnavailable, "")
		time.Sleep(5 * time.Minute)
		if got := state(t, f, "chat"); got.State != outage.OfficialUnknown || got.Reason != reasonUnreachable || !got.Notices[0].Open() {
			t.Errorf("away: %+v", got)
		}
		before := v.asked()
		time.Sleep(5 * time.Hour)
		if n := v.asked() - before; n > 25 {
			t.Errorf("%d requests in five hours to a page that is away", n)
		}

		// It comes back without the notice, which is over.
		v.answers(http.StatusOK, well)
		time.Sleep(time.Hour)
		if got := state(t, f, "chat"); got.State != outage.OfficialOperational || len(got.Notices) != 1 || got.Notices[0].Open() {
			t.Errorf("back: %+v", got)
		}

		// A process without the lease asks nothing.
		lease.Store(false)
		before = v.asked()
		time.Sleep(time.Hour)
		if v.asked() != before {
			t.Error("polled without the lease")
		}
	})
}

func TestPollerBelievesNoBackdatedNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: well}
		p, f, _ := newPoller(v)
		p.pollDue(t.Context())
		good := time.Now()
		time.Sleep(3 * time.Minute)
		v.document = ill(good.Add(-2 * time.Hour))
		p.pollDue(t.Context())
		if got := state(t, f, "chat").Notices[0].PublishedAt; got.Before(good.Truncate(time.Millisecond)) {
			t.Errorf("published %s, before the reading without it at %s", got, good)
		}
	})
}

func TestPollerAsksForChangesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: ill(time.Now())}
		p, f, _ := newPoller(v)
		v.header = http.Header{"Etag": {`"a"`}, "Last-Modified": {"Fri, 20 Nov 2026 15:00:00 GMT"}}
		p.pollDue(t.Context())
		time.Sleep(3 * time.Minute)
		v.document = "<html>"
		p.pollDue(t.Context())
		if last := v.requests[1].Header; last.Get("If-None-Match") != `"a"` || last.Get("If-Modified-Since") == "" {
			t.Errorf("headers %v", last)
		}
		if got := state(t, f, "chat"); got.State != outage.OfficialMajor || time.Since(got.CheckedAt) > time.Second {
			t.Errorf("%+v", got)
		}
	})
}

func TestPollerDoesNotTrustAChangedPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: well}
		p, f, _ := newPoller(v)
		for _, document := range []string{"<!doctype html>", `{}`, strings.Replace(well, `"Chat"`, `"Talk"`, 1), ""} {
			v.document = document
			time.Sleep(5 * time.Hour)
			p.pollDue(t.Context())
			if got := state(t, f, "chat"); got.State != outage.OfficialUnknown || got.Reason != reasonChanged {
				t.Errorf("%q: %+v", document, got)
			}
		}
	})
}

func TestPollerTriesAgainToStoreAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: well}
		p, f, _ := newPoller(v)
		f.archive.away = true
		p.pollDue(t.Context())
		f.archive.away = false
		time.Sleep(3 * time.Minute)
		p.pollDue(t.Context())
		if got := state(t, f, "chat"); got.State != outage.OfficialOperational || len(f.archive.changes) != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTroubleWithoutANoticeHasATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{document: well}
		p, f, _ := newPoller(v)
		p.pollDue(t.Context())
		for range 2 {
			time.Sleep(3 * time.Minute)
			v.document = strings.Replace(well, `"operational"`, `"partial_outage"`, 1)
			p.pollDue(t.Context())
		}
		got := state(t, f, "chat")
		if len(got.Notices) != 1 || !got.Notices[0].Open() || time.Since(got.Notices[0].PublishedAt) != 3*time.Minute {
			t.Errorf("%+v", got)
		}
		v.document = well
		time.Sleep(3 * time.Minute)
		p.pollDue(t.Context())
		if got := state(t, f, "chat"); len(got.Notices) != 1 || got.Notices[0].Open() || got.State != outage.OfficialOperational {
			t.Errorf("over: %+v", got)
		}
	})
}

func TestHugeAndSlowPagesAreUnknown(t *testing.T) {
	end := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/huge":
			io.WriteString(w, well[:len(well)-1]+`,"x":"`+strings.Repeat("a", 1<<20)+`"}`)
		case "/slow":
			w.(http.Flusher).Flush()
			<-end
		case "/private":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}
	}))
	defer server.Close()
	defer close(end)
	f, lease := newFixture(), newHeld()
	var services []outage.Service
	for _, name := range []string{"huge", "slow", "private"} {
		page := only("statuspage")
		page.Feed, page.Enabled = server.URL+"/"+name, true
		services = append(services, outage.Service{Slug: name, StatusPage: page})
	}
	for _, private := range []bool{true, false} {
		client := outbound.New(outbound.Options{Private: private, Timeout: 200 * time.Millisecond, MaxBytes: 1 << 16})
		p := NewPoller(PollerConfig{Store: f.Store, Services: services, Client: client, Lease: lease, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		for _, feed := range p.feeds {
			p.poll(t.Context(), feed)
			if got := state(t, f, feed.services[0].Slug); got.State != outage.OfficialUnknown || got.Reason != reasonUnreachable {
				t.Errorf("%s: %+v", feed.address, got)
			}
		}
	}
}

// TestCatalogueNamesFormats holds the formats of the catalogue to the readers.
func TestCatalogueNamesFormats(t *testing.T) {
	if got := Formats(); !slices.Equal(got, catalog.StatusFormats) {
		t.Errorf("readers %v, catalogue %v", got, catalog.StatusFormats)
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "90": 90 * time.Second, "-1": 0, "soon": 0, "999999999": longestDelay} {
		if got := retryAfter(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
