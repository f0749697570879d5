package frontend

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
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
