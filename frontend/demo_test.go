package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/locale"
)

type fakeDemo float64

func (f fakeDemo) Loaded() float64 { return float64(f) }

func (f fakeDemo) Sources() []page.Source {
	return []page.Source{{URL: "https://example.org/news?a=1&b=2", Says: "62,000 by 15:45"}}
}

func TestEveryPageOfADemoHasTheBanner(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Demo = fakeDemo(1) })
	for _, lang := range locale.Languages() {
		prefix := "/" + lang
		if lang == locale.Default {
			prefix = ""
		}
		for _, path := range []string{"/in/whatsapp", "/incidents", "/about", "/credits", "/whatsapp/report", "/nothing-here"} {
			body := get(t, app, prefix+path).body
			if strings.HasSuffix(path, "here") && lang != locale.Default {
				continue // an unknown address has no language
			}
			for _, want := range []string{`class="demo"`, strings.ReplaceAll(locale.New(lang, "").T("demo.what"), "'", "&#39;"), prefix + `/credits#demo"`} {
				if !strings.Contains(body, want) {
					t.Errorf("%s%s lacks %q", prefix, path, want)
				}
			}
			if strings.Contains(body, "http-equiv") {
				t.Errorf("%s%s reloads though all is there", prefix, path)
			}
		}
	}
	credits := get(t, app, "/credits").body
	if !strings.Contains(credits, `<a href="https://example.org/news?a=1&amp;b=2"`) || !strings.Contains(credits, "62,000 by 15:45") {
		t.Error("the sources are not told")
	}
}

func TestDemoThatLoads(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Demo = fakeDemo(.4) })
	for path, reloads := range map[string]bool{"/": true, "/in": true, "/incidents": true, "/in/whatsapp": false, "/about": false} {
		got := get(t, app, path)
		if !strings.Contains(got.body, "Loading the past: 40%") {
			t.Errorf("%s does not say how far it is", path)
		}
		if strings.Contains(got.body, `http-equiv="refresh"`) != reloads {
			t.Errorf("%s reloads: wanted %t", path, reloads)
		}
		if got.header.Get("Cache-Control") != cachePartial {
			t.Errorf("%s may be kept for long: %s", path, got.header.Get("Cache-Control"))
		}
	}
	_, plain := testSite(t, nil)
	if body := get(t, plain, "/credits").body; strings.Contains(body, `class="demo"`) || strings.Contains(body, `id="demo"`) {
		t.Error("a server without a demo speaks of one")
	}
}

// What leaves the pages of a demo says that it is one: badges, tables and frames.
func TestOutputsOfADemoSaySo(t *testing.T) {
	for _, plays := range []bool{true, false} {
		_, app := testSite(t, func(c *Config) {
			if plays {
				c.Demo = fakeDemo(1)
			}
		})
		for path, mark := range map[string]string{
			"/badge/whatsapp.svg": "demonstration: ", "/badge/whatsapp.svg?lang=bn": "ডেমো: ",
			"/incidents?format=csv": ",demonstration\r\n", "/incidents/" + pagetest.OpenIncident + ".csv": ",demonstration\n", "/embed/whatsapp": `class="demo"`,
		} {
			if got := get(t, app, path); got.status != 200 || strings.Contains(got.body, mark) != plays {
				t.Errorf("%s, demo %v: status %d, %.300s", path, plays, got.status, got.body)
			}
		}
	}
}
