package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
)

func TestFollow(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://example.org" })
	for path, wants := range map[string][]string{
		"/follow":             {"https://example.org/feeds/incidents.atom\"", "https://example.org/feeds/incidents.json\""},
		"/gb/follow":          {"incidents.atom?country=GB"},
		"/whatsapp/follow":    {"incidents.atom?service=whatsapp", "https://example.org/badge/whatsapp.svg&#34;", "https://example.org/embed/whatsapp&#34;"},
		"/bn/in/jio/follow":   {"incidents.atom?country=IN&amp;service=jio", "badge/jio.svg?country=IN&amp;amp;lang=bn", "নিজের সাইটে বসান"},
		"/cy/whatsapp/follow": {"<h1>Dilyn: WhatsApp</h1>"},
	} {
		got := get(t, app, path)
		for _, want := range wants {
			if got.status != 200 || !strings.Contains(got.body, want) && !strings.Contains(got.body, strings.ReplaceAll(want, "&amp;amp;", "&amp;")) {
				t.Errorf("%s: status %d, no %s in %s", path, got.status, want, mainOf(got.body))
			}
		}
	}
	if got := get(t, app, "/gb/jio/follow"); got.status != 404 {
		t.Errorf("a service of another country can be followed there: %d", got.status)
	}
}

// Every page leads to its feed and to the ways to follow it.
func TestEveryPageHasAFeed(t *testing.T) {
	_, app := testSite(t, nil)
	for path, want := range map[string][2]string{
		"/": {"/feeds/incidents.atom", "/follow"}, "/bn/in": {"/feeds/incidents.atom?country=IN", "/bn/in/follow"},
		"/in/whatsapp": {"/feeds/incidents.atom?country=IN&amp;service=whatsapp", "/in/whatsapp/follow"}, "/hi/map": {"/feeds/incidents.atom", "/hi/follow"},
		"/incidents/" + pagetest.OpenIncident: {"/feeds/incidents.atom?service=whatsapp", "/whatsapp/follow"},
		"/about":                              {"/feeds/incidents.atom", "/follow"},
	} {
		body := get(t, app, path).body
		if !strings.Contains(body, `<link rel="alternate" type="application/atom+xml" href="`+want[0]+`">`) || !strings.Contains(body, `href="`+want[1]+`"`) {
			t.Errorf("%s lacks %v", path, want)
		}
	}
}

// A site under another name has it, its colour, logo, contact and languages wherever the
// usual ones are.
func TestOperator(t *testing.T) {
	_, app := testSite(t, func(c *Config) {
		c.Operator = page.Operator{
			Name: "Example Desk", Contact: "mailto:desk@example.org", Legal: "https://example.org/legal", Colour: "#7a0019",
			Logo: []byte("<svg/>"), LogoKind: "image/svg+xml", Languages: []string{"en", "bn"},
		}
	})
	for path, wants := range map[string][]string{
		"/":                                   {"Example Desk</title>", "Example Desk</a>", `content="#7a0019"`, "--deep:#7a0019", `<img src="/static/logo.`},
		"/about":                              {"The people who run Example Desk can be reached here.", "mailto:desk@example.org", "https://example.org/legal", "Example Desk shows"},
		"/incidents/" + pagetest.OpenIncident: {"Source: user reports to Example Desk.", "”, Example Desk, counts"},
		"/embed/whatsapp":                     {"on Example Desk"},
		"/manifest.webmanifest":               {`"name":"Example Desk"`, `"theme_color":"#7a0019"`},
		"/.well-known/security.txt":           {"Contact: mailto:desk@example.org\nContact: "},
		"/sitemap.xml":                        {"sitemap-bn.xml"},
	} {
		body := get(t, app, path).body
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		if strings.Contains(strings.ReplaceAll(body, "open-downpour/downpour", ""), "Downpour") {
			t.Errorf("%s names Downpour", path)
		}
		if strings.Contains(body, "sitemap-cy.xml") || strings.Contains(body, `lang="hi"`) {
			t.Errorf("%s offers a language that the site does not", path)
		}
	}
	logo := get(t, app, "/").body
	_, logo, _ = strings.Cut(logo, `<img src="`)
	logo, _, _ = strings.Cut(logo, `"`)
	if got := get(t, app, logo); got.status != 200 || got.body != "<svg/>" {
		t.Errorf("the logo %s: status %d", logo, got.status)
	}
	if got := get(t, app, "/sitemap-cy.xml"); got.status != 404 {
		t.Errorf("a sitemap of a language that is not offered: %d", got.status)
	}
}

func TestASiteWithoutContactSaysSo(t *testing.T) {
	_, app := testSite(t, nil)
	if body := get(t, app, "/about").body; !strings.Contains(body, "have not named a contact") {
		t.Error("a site without a contact does not say so")
	}
}
