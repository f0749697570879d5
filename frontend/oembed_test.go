package frontend

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
)

const oembedSite = "https://example.org"

// TestOEmbed gives the frame of services and incidents in both formats, within a size.
func TestOEmbed(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = oembedSite })
	ask := func(of, more string) answer {
		return get(t, app, "/oembed?url="+url.QueryEscape(of)+more)
	}
	for of, want := range map[string]string{
		oembedSite + "/whatsapp":       `src="https://example.org/embed/whatsapp"`,
		oembedSite + "/bn/in/whatsapp": `src="https://example.org/embed/whatsapp?country=IN&amp;lang=bn"`,
		"/whatsapp":                    `src="https://example.org/embed/whatsapp"`,
		oembedSite + "/incidents/" + pagetest.OpenIncident: `src="https://example.org/embed/whatsapp?country=IN"`,
	} {
		var made, same page.OEmbed
		got := ask(of, "&format=json&maxwidth=300")
		if err := json.Unmarshal([]byte(got.body), &made); err != nil || got.status != 200 {
			t.Fatalf("%s: %d %s: %v", of, got.status, got.body, err)
		}
		if made.Version != "1.0" || made.Type != "rich" || made.Width != 300 || made.Height != 200 || !strings.Contains(made.HTML, want) || !strings.Contains(made.HTML, `width="300"`) {
			t.Errorf("%s gives %+v, want %s", of, made, want)
		}
		if got := ask(of, "&format=xml&maxheight=100&maxwidth=300"); xml.Unmarshal([]byte(got.body), &same) != nil || same.Height != 100 || same.Title != made.Title {
			t.Errorf("%s gives as XML %d %s", of, got.status, got.body)
		}
	}
	for of, status := range map[string]int{
		"https://elsewhere.example/whatsapp": 404, "https://example.org.evil.example/whatsapp": 404, "//elsewhere.example/whatsapp": 404, "http://example.org/whatsapp": 404,
		"https://example.org/no-such-service": 404, "https://example.org/": 404, "https://example.org/about": 404, "https://example.org/gb/jio": 404,
		"https://example.org/incidents/whatsapp-gb-20200101T0000Z": 404, "javascript:alert(1)": 404, "": 404, "%": 404, oembedSite + "/" + strings.Repeat("a", 2000): 404,
	} {
		if got := ask(of, ""); got.status != status {
			t.Errorf("%s: status %d, want %d", of, got.status, status)
		}
	}
	for more, status := range map[string]int{"&format=yaml": 501, "&maxwidth=0": 400, "&maxheight=x": 400} {
		if got := ask(oembedSite+"/whatsapp", more); got.status != status {
			t.Errorf("%s: status %d, want %d", more, got.status, status)
		}
	}
}

// TestOEmbedIsDiscovered from the pages that it is about, and works as they name it.
func TestOEmbedIsDiscovered(t *testing.T) {
	for _, public := range []string{oembedSite, ""} {
		_, app := testSite(t, func(c *Config) { c.PublicURL = public })
		for _, path := range []string{"/whatsapp", "/bn/in/whatsapp", "/incidents/" + pagetest.OpenIncident} {
			_, after, ok := strings.Cut(get(t, app, path).body, `<link rel="alternate" type="application/json+oembed" href="`)
			address, _, _ := strings.Cut(after, `"`)
			if got := get(t, app, strings.ReplaceAll(address, "&amp;", "&")); !ok || got.status != 200 {
				t.Errorf("%s names %q: %d", path, address, got.status)
			}
		}
		for _, path := range []string{"/", "/about", "/whatsapp/follow", "/whatsapp/report"} {
			if strings.Contains(get(t, app, path).body, "json+oembed") {
				t.Errorf("%s names what it has not", path)
			}
		}
	}
}

// FuzzOEmbed asks for frames of addresses of strangers. What is answered is well formed, and
// frames a page of this site only, within the size that was asked for.
func FuzzOEmbed(f *testing.F) {
	for _, query := range []string{
		"url=https://example.org/whatsapp", "url=/bn/in/whatsapp&format=xml", "url=https://example.org@evil.example/whatsapp&maxwidth=1", "url=//evil.example/whatsapp",
		"url=https://example.org/incidents/" + pagetest.OpenIncident + "&maxheight=99999999999999999999", "url=https:example.org/whatsapp", "url=%00&format=%00", "url=a&url=b&maxwidth=%2B1",
		"url=https://example.org/whatsapp%3F%22%3E%3Cscript%3E", "url=https://EXAMPLE.org/whatsapp", "url=https://example.org/../whatsapp#x",
	} {
		f.Add(query)
	}
	_, app := testSite(f, func(c *Config) { c.PublicURL = oembedSite })
	frame := regexp.MustCompile(`^<iframe src="https://example\.org/embed/[a-z0-9-]+(\?[A-Za-z0-9=&;-]*)?" (width|title)="`)
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := url.ParseRequestURI("/oembed?" + query); err != nil || strings.ContainsAny(query, " \r\n#") {
			t.Skip("no request can hold it")
		}
		got := get(t, app, "/oembed?"+query)
		if got.status != 200 {
			if got.status >= 500 && got.status != 501 {
				t.Fatalf("%q: status %d", query, got.status)
			}
			return
		}
		var made page.OEmbed
		if err := json.Unmarshal([]byte(got.body), &made); err != nil {
			if err := xml.Unmarshal([]byte(got.body), &made); err != nil {
				t.Fatalf("%q: %v in %s", query, err, got.body)
			}
		}
		if !frame.MatchString(made.HTML) || strings.Count(made.HTML, "<") != 2 || made.Width < 1 || made.Height < 1 {
			t.Fatalf("%q: %+v", query, made)
		}
	})
}
