package load

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// TestCrowd draws reports whose shares are those that are stated.
func TestCrowd(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	services := []outage.Service{{Slug: "a"}, {Slug: "b"}, {Slug: "c"}, {Slug: "d"}}
	drawn := newReports(Config{Seed: seed, Clients: maxClients, Mix: Crowd}, services, towns)
	const n = 100_000
	counts, keys, bodies := map[string]float64{}, map[string]bool{}, map[string]bool{}
	for range n {
		one := drawn.draw()
		drawn.remember(one)
		var sent wire
		if err := json.Unmarshal(one.body, &sent); err != nil {
			t.Fatal(err)
		}
		switch {
		case keys[one.key]:
			counts["retries"]++
			continue
		case bodies[one.address+string(one.body)]:
			counts["repeats"]++
			keys[one.key] = true
			continue
		}
		keys[one.key], bodies[one.address+string(one.body)] = true, true
		counts["fresh"]++
		if one.undone {
			counts["undone"]++
		}
		counts["kind "+sent.Kind]++
		counts[sent.Service]++
		if sent.Country == "GB" || sent.Location != nil && sent.Location.Lat > 50 {
			counts["London"]++
		}
	}
	zipf := func(k float64) float64 { return math.Pow(2+k, -zipfPower) }
	all := zipf(0) + zipf(1) + zipf(2) + zipf(3)
	for what, want := range map[string]float64{
		"repeats": n * repeatsOf100 / 100, "retries": n * retriesOf100 / 100, "kind works": n * worksOf100 / 100, "kind back": n * backOf100 / 100,
		"undone": counts["fresh"] * undoneOf100 / 100, "a": counts["fresh"] * zipf(0) / all, "d": counts["fresh"] * zipf(3) / all, "London": counts["fresh"] * 2 / 3,
	} {
		if sigma := math.Sqrt(want); math.Abs(counts[what]-want) > 5*sigma {
			t.Errorf("%s: %.0f of %d, want about %.0f", what, counts[what], n, want)
		}
	}
}

// TestWaitIsLatency has one connection to a server that answers the first report late: the others
// wait for it, and say so. Those for which the wait is too long are not sent.
func TestWaitIsLatency(t *testing.T) {
	const stall = 300 * time.Millisecond
	var n atomic.Int32
	var stalls atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 || stalls.Load() {
			<-time.After(stall)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	settings := Config{To: server.URL, Rate: 1000, Duration: 100 * time.Millisecond, Clients: 100, Open: 1, Timeout: 10 * time.Second}
	got, err := Run(t.Context(), settings, []outage.Service{{Slug: "whatsapp"}}, towns)
	if err != nil {
		t.Fatal(err)
	}
	if got.Accepted != 100 || got.Errors+got.NotSent != 0 || got.LatencyMS.P50 < 100 {
		t.Errorf("%+v", got)
	}
	stalls.Store(true)
	settings.Timeout = stall / 10
	if got, err = Run(t.Context(), settings, []outage.Service{{Slug: "whatsapp"}}, towns); err != nil || got.NotSent == 0 || got.Sent+got.NotSent != 100 {
		t.Errorf("with little patience: %+v, %v", got, err)
	}
}

// TestBeside has a reader, who asks with the tag of the last answer, and a stream.
func TestBeside(t *testing.T) {
	var tagged atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1/stream":
			_, _ = fmt.Fprint(w, "id: 1\nevent: status\ndata: {}\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusAccepted)
		case r.Header.Get("If-None-Match") == `"1"`:
			tagged.Add(1)
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
		}
	}))
	defer server.Close()
	settings := Config{To: server.URL, Rate: 100, Duration: time.Second, Clients: 100, Open: 10, Timeout: 10 * time.Second, Mix: Crowd, Readers: 40, Streams: 2}
	got, err := Run(t.Context(), settings, []outage.Service{{Slug: "whatsapp"}}, towns)
	if err != nil {
		t.Fatal(err)
	}
	if got.Reads.Requests == 0 || got.Reads.Errors != 0 || got.Reads.NotModified != int(tagged.Load()) || got.Streams.Opened != 2 || got.Streams.Ended != 0 || got.Streams.Events != 2 {
		t.Errorf("%+v %+v", *got.Reads, *got.Streams)
	}
}

// TestLedger finds reports that are missing and that are there twice.
func TestLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	written, err := newLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []answered{
		{accepted: true, status: 202, id: "01once"}, {accepted: true, status: 202, id: "02twice"}, {accepted: true, status: 202, id: "03gone"},
		{status: 503}, {}, {accepted: true, status: 202, id: "01once"}, // a retry
	} {
		written.write(line{Service: "whatsapp", ID: got.id, Status: got.status})
	}
	if err := written.close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	archived := func(ids ...string) func(func(string, bool)) error {
		return func(each func(string, bool)) error {
			for _, id := range ids {
				short, undone := strings.CutPrefix(id, "-")
				each(short, undone)
			}
			return nil
		}
	}
	found, err := Check(strings.NewReader(string(text)), archived("once", "twice", "twice", "other"))
	if err != nil || found.Whole() || found.Accepted != 3 || found.Archived != 2 || found.Missing != 1 || found.Double != 1 || len(found.IDs) != 2 {
		t.Errorf("%v, %v", found, err)
	}
	if found, err = Check(strings.NewReader(string(text)), archived("once", "twice", "gone")); err != nil || !found.Whole() {
		t.Errorf("%v, %v", found, err)
	}
	for what, text := range map[string]string{"nothing": "", "no report that was accepted": `{"status":503}`} {
		if _, err = Check(strings.NewReader(text), archived()); err == nil {
			t.Errorf("a ledger with %s is whole", what)
		}
	}
	split := `{"status":202,"id":"01once","key":"k"}` + "\n" + `{"status":202,"id":"01other","key":"k"}` + "\n" + `{"status":202}`
	if found, err = Check(strings.NewReader(split), archived("once", "other")); err != nil || found.Split != 1 || found.Missing != 1 || found.Accepted != 3 {
		t.Errorf("a retry that is another report, and one without an id: %v, %v", found, err)
	}
	undone := `{"status":202,"id":"01once"}` + "\n" + `{"status":204,"id":"01once","undone":true}`
	for rows, want := range map[string]Checked{
		"once -once": {Archived: 1}, "once": {Archived: 1, Kept: 1}, "": {Missing: 1}, "once -once -once": {Archived: 1, Missing: 1}, "once once -once": {Archived: 1, Double: 1},
	} {
		found, err := Check(strings.NewReader(undone), archived(strings.Fields(rows)...))
		if want.Accepted, want.IDs = 1, found.IDs; err != nil || !reflect.DeepEqual(*found, want) {
			t.Errorf("taken back, the archive has %q: %v, %v", rows, found, err)
		}
	}
	if found, err = Check(strings.NewReader(`{"status":202,"id":"01once"}`), archived("once", "-once")); err != nil || found.Missing != 1 {
		t.Errorf("taken back by nobody: %v, %v", found, err)
	}
	if _, err = Check(strings.NewReader("{}\nx"), archived()); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a damaged ledger: %v", err)
	}
}
