package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// arrivals are what receivers of webhooks took.
type arrivals struct {
	mutex  sync.Mutex
	bodies map[string]string   // by event
	order  map[string][]string // first arrivals by incident
	again  int
	faults []string
}

func newArrivals() *arrivals {
	return &arrivals{bodies: map[string]string{}, order: map[string][]string{}}
}

// take notes a request. An event has one body however often it arrives, and does not overtake
// the one before it.
func (a *arrivals) take(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id := r.Header.Get("webhook-id")
	incident, number, _ := strings.Cut(id, ".")
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if before, known := a.bodies[id]; known {
		a.again++
		if before != string(body) {
			a.faults = append(a.faults, id+" has two bodies")
		}
		return
	}
	a.bodies[id] = string(body)
	a.order[incident] = append(a.order[incident], id)
	if want := fmt.Sprint(len(a.order[incident])); number != want {
		a.faults = append(a.faults, fmt.Sprintf("%s arrives as number %s", id, want))
	}
}

func (a *arrivals) taken() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.bodies)
}

// ended is the number of incidents whose end arrived.
func (a *arrivals) ended() (n int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, body := range a.bodies {
		if strings.Contains(body, `"type":"incident.resolved"`) {
			n++
		}
	}
	return n
}

// webhooksOf opens the file of webhooks of a server that does not run.
func webhooksOf(t testing.TB, data string, work func(*notify.Service, notify.FileStore)) {
	t.Helper()
	store, err := notify.OpenFileStore(filepath.Join(data, "webhooks.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	work(notify.New(notify.Config{Store: store, Services: services, PlainHTTP: true, Limits: notify.Limits{PerOwner: 1000}}), store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// subscribeAll makes so many webhooks at an address.
func subscribeAll(t testing.TB, data, url string, n int) {
	t.Helper()
	webhooksOf(t, data, func(to *notify.Service, _ notify.FileStore) {
		for i := range n {
			if _, err := to.Create(context.Background(), "ops", notify.Settings{URL: fmt.Sprint(url, "/", i)}, ""); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestWebhooksOfAKilledServer kills a server between decisions and deliveries, at random
// instants. Each event that it stored arrives, under one id, in the order of its incident; the
// beginning and the end of every incident are among them.
func TestWebhooksOfAKilledServer(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	got := newArrivals()
	var drawn sync.Mutex
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		drawn.Lock()
		wait, refuses := time.Duration(random.IntN(20))*time.Millisecond, random.IntN(40) == 0
		drawn.Unlock()
		<-time.After(wait)
		if refuses {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		got.take(r)
	}))
	defer receiver.Close()
	data := t.TempDir()
	subscribeAll(t, data, receiver.URL, 1)
	const incidents = 40
	server := newDecider(t, decisions{
		Listen: redistest.FreeAddress(t), Data: data, Incidents: incidents, Begin: time.Now().Add(-45 * time.Minute).Truncate(time.Minute), Pause: 60 * time.Millisecond,
	})
	server.start(t)
	killed := 0
	for range kills(t, 8) {
		before := got.taken()
		eventually(t, "sending events", func() bool { return got.taken() > before || got.ended() == incidents })
		if got.ended() == incidents {
			break
		}
		drawn.Lock()
		wait := time.Duration(random.IntN(400_000)) * time.Microsecond
		drawn.Unlock()
		<-time.After(wait) // any instant will do
		server.kill()
		killed++
		server.start(t)
	}
	eventually(t, "the end of every incident arrives", func() bool { return got.ended() == incidents })
	server.kill()
	if len(got.faults) > 0 {
		t.Error(got.faults)
	}
	for incident, ids := range got.order {
		if first := got.bodies[ids[0]]; !strings.Contains(first, `"type":"incident.opened"`) {
			t.Errorf("%s begins with %s", incident, first)
		}
	}
	webhooksOf(t, data, func(_ *notify.Service, store notify.FileStore) {
		stored, err := store.All(context.Background(), "events")
		if err != nil || len(stored) != got.taken() {
			t.Errorf("%d events are stored, %d arrived; %v", len(stored), got.taken(), err)
		}
		for _, text := range stored {
			var event notify.Event
			if err := json.Unmarshal(text, &event); err != nil || got.bodies[event.ID] == "" {
				t.Errorf("%s did not arrive; %v", event.ID, err)
			}
		}
	})
	t.Logf("killed %d times: %d events of %d incidents arrived, %d of them again", killed, got.taken(), incidents, got.again)
}

// TestThousandWebhooksOfAServer measures from the decision that opens an incident to 1,000
// receivers, through the whole server. The best of several openings is judged, because other
// tests share the machine.
func TestThousandWebhooksOfAServer(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	const receivers, openings, least = 1000, 5, 2 * time.Second
	var mutex sync.Mutex
	waits := map[string][]time.Duration{}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		now := time.Now()
		var body struct {
			Data struct {
				ID       string
				OpenedAt time.Time `json:"opened_at"`
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		waits[body.Data.ID] = append(waits[body.Data.ID], now.Sub(body.Data.OpenedAt))
	}))
	defer receiver.Close()
	data := t.TempDir()
	subscribeAll(t, data, receiver.URL, receivers)
	server := newDecider(t, decisions{
		Listen: redistest.FreeAddress(t), Data: data, Incidents: openings, Begin: time.Now().Add(-45 * time.Minute).Truncate(time.Minute), Pause: 8 * time.Second, OpenOnly: true,
	})
	server.start(t)
	eventually(t, "every receiver has every event", func() bool {
		mutex.Lock()
		defer mutex.Unlock()
		n := 0
		for _, list := range waits {
			n += len(list)
		}
		return n == receivers*openings
	})
	server.kill()
	best := time.Hour
	for incident, list := range waits {
		slices.Sort(list)
		p99 := list[len(list)*99/100]
		t.Logf("%s: p50 %s, p99 %s from the decision to the receiver", incident, list[len(list)/2].Round(time.Millisecond), p99.Round(time.Millisecond))
		best = min(best, p99)
	}
	if best > least {
		t.Errorf("the best p99 is %s, want %s at most", best, least)
	}
}
