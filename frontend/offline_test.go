package frontend

import (
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/locale"
)

// Browsers keep the page for days, so it holds a time and no number of reports.
func TestOfflinePage(t *testing.T) {
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	_, app := testSite(t, func(c *Config) { c.Services = services })
	for _, lang := range locale.Languages() {
		path := "/" + lang + "/offline"
		if lang == locale.Default {
			path = "/offline"
		}
		got := get(t, app, path)
		words := locale.New(lang, "")
		for _, want := range []string{
			`<html lang="` + lang + `">`, words.T("offline.title"), words.T("offline.saved"), `<time datetime="` + pagetest.Noon.Format("2006-01-02"),
			`content="noindex"`, `name="service"`, `name="country" value="IN"`, `<option value="whatsapp"`, `action="/report"`,
		} {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		for _, name := range []string{"waiting", "sent", "old", "refused", "see", "again"} {
			text := regexp.MustCompile(` data-` + name + `="([^"]*)"`).FindStringSubmatch(got.body)
			if text == nil || text[1] == "" {
				t.Errorf("%s has no text for a report that is %s", path, name)
			} else if timed := name != "see" && name != "again"; timed != strings.Contains(text[1], "%t") {
				t.Errorf("%s: the text %q", path, text[1])
			}
		}
		policyFits(t, path, got)
		if size := squeezed(got.body); size > 10_000 {
			t.Errorf("%s: %d bytes, budget 10000", path, size)
		}
	}
	for _, path := range []string{"/in/offline", "/whatsapp/offline", "/offline/more"} {
		if got := get(t, app, path); got.status != 404 {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
}

// The worker has a budget of its own: no page waits for it.
func TestWorker(t *testing.T) {
	site, app := testSite(t, nil)
	if site.assets.worker == nil {
		t.Skip("the scripts are not built")
	}
	got := get(t, app, workerPath)
	if got.status != 200 || got.header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("status %d, %v", got.status, got.header)
	}
	if size := squeezed(got.body); size > 3_000 {
		t.Errorf("%d bytes, budget 3000", size)
	}
	if site.assets.island["offline"] == nil || len(site.assets.head().Scripts["offline"]) != 1 {
		t.Error("the page without a connection has no script")
	}
}
