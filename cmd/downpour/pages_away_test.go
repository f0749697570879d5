package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// sendForm sends the form of a page as a browser without scripts does.
func sendForm(t testing.TB, base string, values url.Values) (answer *http.Response, body string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(base+"/report", values)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// Without ClickHouse pages are served and their form is taken. Without Redis,
// too, pages are served, and the form comes back with what was filled in and
// says when to try again.
func TestPagesWithoutTheEngines(t *testing.T) {
	counters := redistest.Start(t)
	archive := newVault(t, t.TempDir())
	archive.startAndWait(t)
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", counters.URL(),
		"--clickhouse", archive.url(), "--log-level", "error")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	page := func(away string) {
		t.Helper()
		status, body := fetch(base + "/in/whatsapp")
		for _, want := range []string{`action="/report"`, `<svg class="chart"`, `<svg class="map"`} {
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("without %s: status %d, and no %s", away, status, want)
			}
		}
	}
	page("nothing")

	archive.kill()
	page("clickhouse")
	values := url.Values{"service": {"whatsapp"}, "kind": {"problem"}, "country": {"IN"}, "page": {"IN"}, "place": {"৭০০০০১"}}
	if answer, _ := sendForm(t, base, values); answer.StatusCode != http.StatusSeeOther || !strings.Contains(answer.Header.Get("Location"), "region=IN-WB") {
		t.Errorf("without clickhouse: the form is answered with %d to %s", answer.StatusCode, answer.Header.Get("Location"))
	}

	counters.Kill()
	page("clickhouse and redis")
	answer, body := sendForm(t, base, values)
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("without redis: the form is answered with %d, Retry-After %q", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
	for _, want := range []string{"try again in a minute", `value="৭০০০০১"`, `action="/report"`} {
		if !strings.Contains(body, want) {
			t.Errorf("without redis: the page has no %q", want)
		}
	}
	server.kill()
}
