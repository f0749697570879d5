package frontend

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/forwarded"
)

// ownNames makes links of a site by the names that it has in tests.
func ownNames(c *Config) {
	origins := forwarded.NewOrigins([]string{"example.com", "status.example:8080"}, nil)
	c.OriginOf = func(c *fiber.Ctx) string { return origins.Of(netip.Addr{}, "", string(c.Request().Host())) }
}

// askAs sends a request for a page by a name of the site.
func askAs(t *testing.T, app *fiber.App, host, path string) answer {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Host = host
	return ask(t, app, request)
}

// linked are the pages and files with absolute links, and what stands before the address.
var linked = map[string]string{
	"/":                                   `og:url" content="`,
	"/in":                                 `og:image" content="`,
	"/whatsapp":                           `rel="canonical" href="`,
	"/gb/leeds":                           `"url":"`,
	"/in/kolkata":                         `og:image" content="`,
	"/incidents/" + pagetest.OpenIncident: `og:image" content="`,
	"/map":                                `rel="canonical" href="`,
	"/whatsapp/follow":                    `/feeds/incidents.atom`,
	"/sitemap-en.xml":                     `<loc>`,
	"/incidents":                          `rel="canonical" href="`,
	"/about":                              `rel="canonical" href="`,
}

// Pages have the public address or the name of the request where that is one of the site,
// and never that of a stranger: not for the stranger, nor from a cache for others.
func TestLinksHaveATrustedName(t *testing.T) {
	_, app := testSite(t, ownNames)
	for path, before := range linked {
		hosts := []string{"evil.example", "example.com", "status.example:8080", "example.com.evil.example", "EXAMPLE.com", "evil.example", "example.com"}
		for _, host := range hosts {
			got := askAs(t, app, host, path)
			text := got.body + got.header.Get("Link") + got.header.Get("Location")
			if got.status != http.StatusOK {
				t.Fatalf("%s of %s: status %d", path, host, got.status)
			}
			if strings.Contains(text, "evil") {
				t.Errorf("%s of %s has the name of a stranger", path, host)
			}
			for _, name := range []string{"http://example.com", "http://status.example:8080"} {
				want := "http://"+strings.ToLower(host) == name
				if has := strings.Contains(text, name); has != want {
					t.Errorf("%s of %s: %s is in it: %t", path, host, name, has)
				}
			}
			if name := "http://" + strings.ToLower(host); strings.Contains(text, name) && !strings.HasPrefix(before, "/") && !strings.Contains(text, before+name) {
				t.Errorf("%s of %s: no %s%s", path, host, before, name)
			}
		}
	}
}

// The public address stands before every name.
func TestPublicAddressStandsBeforeNames(t *testing.T) {
	_, app := testSite(t, func(c *Config) {
		ownNames(c)
		c.PublicURL = "https://outages.example"
	})
	for path, before := range linked {
		for _, host := range []string{"example.com", "evil.example"} {
			body := askAs(t, app, host, path).body
			if !strings.HasPrefix(before, "/") && !strings.Contains(body, before+"https://outages.example") || strings.Contains(body, "http://"+host) {
				t.Errorf("%s of %s has not the public address alone", path, host)
			}
		}
	}
}

// However many names strangers send, there is one set of pages beside those of the names.
func TestStrangersHaveNoPagesOfTheirOwn(t *testing.T) {
	site, app := testSite(t, ownNames)
	var all sync.WaitGroup
	for _, host := range []string{"a.example", "b.example", "example.com", "example.com", "example.com:80", "localhost:1", "127.0.0.1"} {
		all.Go(func() {
			if got := askAs(t, app, host, "/about"); got.status != http.StatusOK {
				t.Errorf("%s: status %d", host, got.status)
			}
		})
	}
	all.Wait()
	if n := len(site.origins.of); n != 1 {
		t.Errorf("%d sets of pages", n)
	}
}
