package frontend

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/locale"
)

func TestSitemapsListPagesThatExist(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	index := get(t, app, "/sitemap.xml")
	for _, lang := range locale.Languages() {
		if !strings.Contains(index.body, "<loc>https://downpour.example/sitemap-"+lang+".xml</loc>") {
			t.Errorf("no sitemap of %s in %s", lang, index.body)
		}
		got := get(t, app, "/sitemap-"+lang+".xml")
		var file struct {
			URLs []struct {
				Address string `xml:"loc"`
				Other   []struct {
					Lang string `xml:"hreflang,attr"`
				} `xml:"link"`
			} `xml:"url"`
		}
		if err := xml.Unmarshal([]byte(got.body), &file); err != nil || len(file.URLs) < 10 {
			t.Fatalf("%s: %d pages, %v", lang, len(file.URLs), err)
		}
		for i, url := range file.URLs {
			path, ours := strings.CutPrefix(url.Address, "https://downpour.example")
			if !ours || len(url.Other) != len(locale.Languages())+1 {
				t.Errorf("%s has %d other languages", url.Address, len(url.Other))
			}
			if i%7 == 0 {
				if page := get(t, app, path); page.status != 200 {
					t.Errorf("%s: status %d", path, page.status)
				}
			}
		}
	}
	if got := get(t, app, "/sitemap-xx.xml"); got.status != 404 {
		t.Errorf("a language that does not exist: status %d", got.status)
	}
}

func TestFilesAtKnownAddresses(t *testing.T) {
	_, app := testSite(t, ownNames)
	robots := get(t, app, "/robots.txt")
	if robots.status != 200 || !strings.Contains(robots.body, "\nSitemap: http://example.com/sitemap.xml\n") {
		t.Errorf("robots.txt: %d %s", robots.status, robots.body)
	}
	security := get(t, app, "/.well-known/security.txt")
	for _, field := range []string{"Contact: https://", "Expires: ", "Canonical: http://example.com/.well-known/security.txt"} {
		if !strings.Contains(security.body, field) {
			t.Errorf("security.txt lacks %s: %s", field, security.body)
		}
	}
	_, expires, _ := strings.Cut(security.body, "Expires: ")
	expires, _, _ = strings.Cut(expires, "\n")
	if at, err := time.Parse(time.RFC3339, expires); err != nil || at.Before(pagetest.Noon) || at.After(pagetest.Noon.AddDate(1, 0, 0)) {
		t.Errorf("security.txt expires at %s, %v", expires, err)
	}
	manifest := get(t, app, "/manifest.webmanifest")
	var read struct {
		Name  string
		Icons []struct{ Src, Type string }
	}
	if err := json.Unmarshal([]byte(manifest.body), &read); err != nil || read.Name != "Downpour" || len(read.Icons) == 0 {
		t.Fatalf("manifest: %s, %v", manifest.body, err)
	}
	for _, icon := range read.Icons {
		if got := get(t, app, icon.Src); got.status != 200 || got.header.Get("Content-Type") != icon.Type {
			t.Errorf("%s: status %d, %s", icon.Src, got.status, got.header.Get("Content-Type"))
		}
	}
	for _, path := range []string{"/robots.txt", "/sitemap.xml", "/manifest.webmanifest", "/.well-known/security.txt"} {
		got := get(t, app, path)
		if got.header.Get("ETag") == "" || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}

// No page, file or list has a time that is not known, also where nothing is known.
func TestNoPageHasAZeroTime(t *testing.T) {
	zero := regexp.MustCompile(`(.{60})((19|১৯)(70|৭০)|1 January 1\b|0001-01-01)`)
	paths := append([]string{"/sitemap.xml", "/sitemap-en.xml", "/map?level=district", "/map?level=district&country=IN&service=whatsapp", "/in/register.csv"}, everyPage...)
	for name, readings := range map[string]pagetest.Readings{"all": {}, "young": {Young: true, Quiet: true}} {
		_, app := testSite(t, func(c *Config) {
			c.Readings, c.Incidents = always(readings), pagetest.Incidents{Empty: readings.Young}
		})
		for _, path := range paths {
			got := get(t, app, path)
			if found := zero.FindString(got.body); found != "" {
				t.Errorf("%s, %s: %s", name, path, found)
			}
			if at, err := http.ParseTime(got.header.Get("Last-Modified")); err == nil && at.Year() < 2020 {
				t.Errorf("%s, %s: last modified %s", name, path, at)
			}
		}
	}
}
