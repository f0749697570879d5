package frontend

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/locale"
)

var (
	canonicalTag = regexp.MustCompile(`<link rel="canonical" href="([^"]*)">`)
	previewTag   = regexp.MustCompile(`<meta property="og:(?:url|image)" content="([^"]*)">`)
)

// headPaths are all kinds of pages with the address that stands for each, "" where search
// engines list none.
var headPaths = map[string]string{
	"/": "/", "/bn": "/bn", "/in": "/in", "/?q=xyzzy": "",
	"/whatsapp": "/whatsapp", "/in/whatsapp": "/in/whatsapp", "/in/whatsapp?show=reports": "/in/whatsapp", "/cy/gb/bt?last=24h": "/cy/gb/bt",
	"/whatsapp/report": "", "/in/whatsapp/thanks?id=1&undo=1": "", "/embed/whatsapp": "",
	"/incidents": "/incidents", "/in/incidents": "/in/incidents", "/incidents?service=whatsapp": "",
	"/incidents/" + pagetest.OpenIncident: "/incidents/" + pagetest.OpenIncident, "/hi/incidents/" + pagetest.EndedIncident: "/hi/incidents/" + pagetest.EndedIncident,
	"/map": "/map", "/map?each=15m&country=IN&service=whatsapp": "/map?country=IN&service=whatsapp", "/map?level=district&country=IN": "",
	"/register": "/register", "/in/register": "/in/register", "/register?quarter=2026-Q3": "",
	"/gb/leeds": "/gb/leeds", "/bn/in/west-bengal": "/bn/in/west-bengal",
	"/2026": "/2026", "/2026/11": "/2026/11", "/2026/11/18": "/2026/11/18", "/in/2026/11/02": "", // a day without incidents
	"/follow": "", "/in/whatsapp/follow": "", "/vendors": "/vendors", "/about": "/about", "/credits": "/credits", "/no-such-page": "",
}

// Each page has one canonical address, in its own language, or is not listed. Addresses
// in previews are absolute where the public address is known.
func TestCanonicalAddresses(t *testing.T) {
	for _, public := range []string{"https://downpour.example", ""} {
		_, app := testSite(t, func(c *Config) { c.PublicURL = public })
		for path, want := range headPaths {
			body := get(t, app, path).body
			found := canonicalTag.FindAllStringSubmatch(body, -1)
			switch unlisted := strings.Contains(body, `<meta name="robots" content="noindex">`); {
			case unlisted != (want == ""), unlisted && len(found) > 0:
				t.Errorf("%s: noindex is %t, canonical is %q", path, unlisted, found)
			case !unlisted && (len(found) != 1 || html.UnescapeString(found[0][1]) != public+want):
				t.Errorf("%s: canonical is %q, want %s", path, found, public+want)
			}
			for _, tag := range previewTag.FindAllStringSubmatch(body, -1) {
				if !strings.HasPrefix(tag[1], public+"/") {
					t.Errorf("%s: the preview has the address %s", path, tag[1])
				}
			}
		}
	}
}

// Pages that search engines may list name themselves in each language, and others in none.
func TestTranslationsOfPages(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	for path, listed := range headPaths {
		links := strings.Join(get(t, app, path).header.Values("Link"), ", ")
		if listed == "" {
			if strings.Contains(links, "hreflang") {
				t.Errorf("%s is not listed and names %s", path, links)
			}
			continue
		}
		for _, lang := range append(locale.Languages(), "x-default") {
			if !strings.Contains(links, `hreflang="`+lang+`"`) {
				t.Errorf("%s names no page in %s: %s", path, lang, links)
			}
		}
	}
	links := get(t, app, "/bn/in/whatsapp").header.Get("Link")
	if want := `<https://downpour.example/hi/in/whatsapp>; rel="alternate"; hreflang="hi"`; !strings.Contains(links, want) {
		t.Errorf("the links are %s, want %s among them", links, want)
	}
}
