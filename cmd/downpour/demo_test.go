package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/tools/backtest"
	"github.com/open-downpour/downpour/pkg/tools/demo"
)

// demonstration is a server that plays the demo, in a process of its own.
type demonstration struct {
	*process
	base    string
	started time.Time
}

func newDemonstration(t testing.TB, data string) *demonstration {
	t.Helper()
	address := redistest.FreeAddress(t)
	return &demonstration{process: newProcess(t, "serve", "--demo", "--listen", address, "--data", data), base: "http://" + address}
}

// startAndWait starts it, waits until all of the past is there, and tells how
// long that took.
func (d *demonstration) startAndWait(t testing.TB) {
	t.Helper()
	d.output, d.started = &lines{}, time.Now()
	d.start(t)
	eventually(t, "being ready", func() bool { status, _ := fetch(d.base + "/readyz"); return status == http.StatusOK })
	ready := time.Since(d.started)
	for last := ""; last != "100"; {
		eventually(t, "more than "+last+" %", func() bool { return d.percent() != last })
		last = d.percent()
	}
	t.Logf("ready after %.1f s, loaded after %.1f s", ready.Seconds(), time.Since(d.started).Seconds())
}

var percentSaid = regexp.MustCompile(`percent=(\d+)`)

// percent is the progress that it last logged, "" before the first.
func (d *demonstration) percent() string {
	said := percentSaid.FindAllStringSubmatch(d.output.String(), -1)
	if len(said) == 0 {
		return ""
	}
	return said[len(said)-1][1]
}

// stopAndCount stops it and tells what it took of the processors.
func (d *demonstration) stopAndCount(t testing.TB) {
	t.Helper()
	took := d.running
	d.stop(t)
	use := took.ProcessState
	t.Logf("%.1f s of processor until it was stopped, %.1f s after its start; at most %d MB",
		(use.UserTime() + use.SystemTime()).Seconds(), time.Since(d.started).Seconds(), use.SysUsage().(*syscall.Rusage).Maxrss/1024)
}

// found is the incidents that a server lists, by service and country.
func (d *demonstration) found(t testing.TB) map[string]backtest.Line {
	t.Helper()
	status, body := fetch(d.base + "/api/v1/incidents")
	var list struct{ Items []backtest.Line }
	if err := json.Unmarshal([]byte(body), &list); status != http.StatusOK || err != nil {
		t.Fatalf("incidents: status %d, %v", status, err)
	}
	incidents := map[string]backtest.Line{}
	for _, in := range list.Items {
		incidents[in.Service+" "+string(in.Country)] = in
	}
	return incidents
}

// working is how many people in India said in the last hours that WhatsApp works
// for them. Nobody in the demo does.
func (d *demonstration) working(t testing.TB) (n int64) {
	t.Helper()
	status, body := fetch(d.base + "/api/v1/services/whatsapp/series?country=IN")
	var series struct{ Items []struct{ Works int64 } }
	if err := json.Unmarshal([]byte(body), &series); status != http.StatusOK || err != nil {
		t.Fatalf("series: status %d, %v", status, err)
	}
	for _, point := range series.Items {
		n += point.Works
	}
	return n
}

// The demo from the first start to the next: it is loaded, the detector finds
// the outage in it, it goes on, reports count beside it, every page says what it
// is, a plain server shows nothing of it, and the next start begins anew.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("loads four weeks twice")
	}
	data := t.TempDir()
	demo := newDemonstration(t, data)
	demo.startAndWait(t)
	first := demo.found(t)
	began := outage.MinuteOf(demo.started) - 20
	for _, name := range []string{"whatsapp GB", "whatsapp IN"} {
		in, ok := first[name]
		if late := outage.MinuteOf(in.OpenedAt) - began; !ok || in.State != outage.StateOpen || late < 0 || late > 8 {
			t.Errorf("%s: %+v", name, in)
		}
		if in.Observed < 5 || float64(in.Observed) <= in.Expected || in.Scope != outage.ScopeCountry {
			t.Errorf("%s was found by %d reports where %f were expected, in a %s", name, in.Observed, in.Expected, in.Scope)
		}
	}
	for name, in := range first {
		if in.Service != "whatsapp" && in.Service != "messenger" {
			t.Errorf("an incident of %s, where nothing broke", name)
		}
	}
	before, _ := total(demo.base)
	eventually(t, "the outage going on", func() bool { now, ok := total(demo.base); return ok && now > before })
	for _, country := range []string{"GB", "IN"} {
		checkHeadlines(t, demo, first["whatsapp "+country].ID, "whatsapp", country)
	}
	checkCollateral(t, demo)
	checkCountedBeside(t, demo)
	checkBanner(t, demo, first["whatsapp GB"].ID)
	demo.stopAndCount(t)

	checkPlainServer(t, data)

	eventually(t, "the next minute", func() bool { return outage.MinuteOf(time.Now()) > outage.MinuteOf(demo.started) })
	demo.startAndWait(t)
	for name, in := range demo.found(t) {
		if in.ID == first[name].ID {
			t.Errorf("%s is the incident of the demo before", in.ID)
		}
	}
	if n := demo.working(t); n != 0 {
		t.Errorf("%d reports of the demo before are there", n)
	}
	demo.stopAndCount(t)
}

func checkCountedBeside(t *testing.T, demo *demonstration) {
	t.Helper()
	for _, kind := range []string{"problem", "works"} {
		body := fmt.Sprintf(`{"service":"whatsapp","kind":%q,"place":"700001"}`, kind)
		response, err := http.Post(demo.base+"/api/v1/reports", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var receipt outage.Receipt
		if err := json.NewDecoder(response.Body).Decode(&receipt); err != nil || !receipt.Counted {
			t.Errorf("%s: %s %+v %v", kind, response.Status, receipt, err)
		}
		if receipt.Status != outage.StatusOutage {
			t.Errorf("the receipt of a report in India has the status %q", receipt.Status)
		}
	}
	eventually(t, "the report on the chart", func() bool { return demo.working(t) == 1 })
}

// checkBanner checks the banner of every kind of page, in each language.
func checkBanner(t *testing.T, demo *demonstration, incident string) {
	t.Helper()
	for lang, prefix := range map[string]string{"en": "", "hi": "/hi", "bn": "/bn", "cy": "/cy"} {
		what := textOf(t, lang, "demo.what")
		for _, path := range []string{"/", "/whatsapp", "/gb/whatsapp", "/incidents", "/incidents/" + incident, "/about", "/credits"} {
			address := demo.base + prefix + strings.TrimSuffix(path, "/")
			response, err := http.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			status, body := fetch(address)
			if status != http.StatusOK || !strings.Contains(body, what) || !strings.Contains(body, `/credits#demo"`) {
				t.Errorf("%s: status %d, and the banner is not there", address, status)
			}
			if got := response.Header.Get(demoHeader); got != "replay" {
				t.Errorf("%s: the header says %q", address, got)
			}
		}
	}
	if _, body := fetch(demo.base + "/credits"); !strings.Contains(body, "doncasterclassifieds.co.uk") {
		t.Error("the sources are missing")
	}
}

// textOf is a text as it stands in a page.
func textOf(t *testing.T, lang, key string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "pkg", "locale", "locales", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Messages map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	said, _ := file.Messages[key].(string)
	if said == "" {
		t.Fatalf("%s has no %s", lang, key)
	}
	return strings.ReplaceAll(said, "'", "&#39;")
}

// checkPlainServer checks that a server without --demo shows nothing of the demo.
func checkPlainServer(t *testing.T, data string) {
	t.Helper()
	address := redistest.FreeAddress(t)
	plain := newProcess(t, "serve", "--listen", address, "--data", data)
	plain.start(t)
	defer plain.stop(t)
	base := "http://" + address
	eventually(t, "a plain server", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	if n, ok := total(base); !ok || n != 0 {
		t.Errorf("a plain server shows %d reports", n)
	}
	if _, body := fetch(base + "/api/v1/incidents"); !strings.Contains(body, `"items":[]`) {
		t.Errorf("a plain server shows incidents: %s", body)
	}
	response, err := http.Get(base)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if _, body := fetch(base); strings.Contains(body, textOf(t, "en", "demo.what")) || response.Header.Get(demoHeader) != "" {
		t.Error("a plain server says that it is a demo")
	}
}

// A demo that is stopped while it loads stops cleanly and leaves nothing that
// the next one stumbles over.
func TestDemoStoppedWhileLoading(t *testing.T) {
	demo := newDemonstration(t, t.TempDir())
	for _, when := range []string{"loading four weeks", "learning what is normal"} {
		demo.output, demo.started = &lines{}, time.Now()
		demo.start(t)
		eventually(t, when, func() bool { return strings.Contains(demo.output.String(), when) })
		stopped := time.Now()
		demo.stop(t)
		t.Logf("%s: stopped in %.1f s", when, time.Since(stopped).Seconds())
		said := demo.output.String()
		for _, unwanted := range []string{"demo is loaded", "level=ERROR", "panic"} {
			if strings.Contains(said, unwanted) {
				t.Errorf("%s: it says %s:\n%s", when, unwanted, said)
			}
		}
	}
}

func TestDemoUsesItsOwnData(t *testing.T) {
	data, ctx := t.TempDir(), context.Background()
	own := filepath.Join(data, "demo")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	engines := []string{"--clickhouse", "embedded", "--listen", "127.0.0.1:0", "--data"}
	for _, test := range []struct {
		name, says string
		arguments  []string
	}{
		{"other engines", "with the engines in the process only", []string{"--demo", "--redis", "redis://127.0.0.1:1"}},
		{"somebody's folder", "holds something that is no demo", append([]string{"--demo"}, append(engines, data)...)},
	} {
		err := run(ctx, append([]string{"serve"}, test.arguments...))
		if err == nil || !strings.Contains(err.Error(), "--demo: ") || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(own, "letters")); err != nil {
		t.Error(err)
	}
	past := t.TempDir()
	if err := demo.Empty(past); err != nil {
		t.Fatal(err)
	}
	if err := run(ctx, append(append([]string{"serve"}, engines...), past)); err == nil || !strings.Contains(err.Error(), "belongs to a demo") {
		t.Errorf("a plain server over the data of a demo: %v", err)
	}
}
