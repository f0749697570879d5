package frontend

import (
	"encoding/json"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
)

var (
	imageTag  = regexp.MustCompile(`<meta property="og:image" content="https://downpour\.example([^"]*)">`)
	schemaTag = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)
)

// Each picture holds the words and numbers of its page, which stand in its description.
func TestSharePictures(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	for path, want := range map[string]string{
		"/": "services have more reports than usual", "/in": "Is it just me in India?", "/in/whatsapp": "Far more people than usual report problems with WhatsApp in India.",
		"/bn/in/whatsapp": "হোয়াটসঅ্যাপ", "/gb/leeds": "Leeds", "/in/west-bengal": "WhatsApp: ", "/2026/10/01": "(",
	} {
		body := get(t, app, path).body
		for _, tag := range []string{`<meta name="twitter:card" content="summary_large_image">`, `<meta property="og:image:width" content="1200">`, `<meta property="og:image:height" content="630">`, `<meta property="og:image:alt" content="`} {
			if !strings.Contains(body, tag) {
				t.Errorf("%s lacks %s", path, tag)
			}
		}
		found := imageTag.FindStringSubmatch(body)
		if found == nil {
			t.Errorf("%s names no picture", path)
			continue
		}
		got := get(t, app, found[1])
		about, err := png.DecodeConfig(strings.NewReader(got.body))
		if got.status != 200 || err != nil || about.Width != 1200 || about.Height != 630 || got.header.Get("Content-Type") != kindPNG {
			t.Fatalf("%s: status %d, %+v, %v", found[1], got.status, about, err)
		}
		if len(got.body) > 300_000 {
			t.Errorf("%s: %d bytes", found[1], len(got.body))
		}
		if !strings.Contains(got.body, want) && !strings.Contains(path, "bn") {
			t.Errorf("the description of %s lacks %q", found[1], want)
		}
	}
	for _, path := range []string{"/share", "/share/", "/share/whatsapp", "/share/nothing.png", "/share/en.png", "/share/about.png", "/share/2026.png", "/share/in/whatsapp/report.png", "/share/incidents/" + pagetest.OpenIncident + ".png"} {
		if got := get(t, app, path); got.status != 404 {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
	if n := strings.Count(get(t, app, "/incidents/"+pagetest.OpenIncident).body, `"og:image"`); n != 1 {
		t.Errorf("an incident names %d pictures", n)
	}
	for _, path := range []string{"/about", "/incidents", "/whatsapp/report", "/no-such-page"} {
		if body := get(t, app, path).body; strings.Contains(body, "og:image") {
			t.Errorf("%s names a picture", path)
		}
	}
}

func TestSchemas(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	for path, kind := range map[string]string{"/": "WebSite", "/bn/in": "WebSite", "/gb/whatsapp": "BreadcrumbList", "/bn/in/whatsapp": "BreadcrumbList", "/register": "Dataset", "/in/west-bengal": "AdministrativeArea"} {
		found := schemaTag.FindStringSubmatch(get(t, app, path).body)
		var read map[string]any
		if found == nil || json.Unmarshal([]byte(found[1]), &read) != nil || read["@type"] != kind || read["@context"] != "https://schema.org" {
			t.Errorf("%s: %v", path, found)
			continue
		}
		for _, address := range regexp.MustCompile(`"(?:item|url|contentUrl|license|target)":"(https:[^"]*)"`).FindAllStringSubmatch(found[1], -1) {
			own, ours := strings.CutPrefix(strings.NewReplacer(`\/`, "/", "{q}", "bank").Replace(address[1]), "https://downpour.example")
			own, _, _ = strings.Cut(own, "#")
			if got := get(t, app, own); !ours || got.status != 200 && !strings.Contains(own, "/register/") && !strings.Contains(own, "/api/") {
				t.Errorf("%s leads to %s: status %d", path, own, got.status)
			}
		}
	}
}
