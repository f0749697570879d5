package crosssite

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestCheck(t *testing.T) {
	own := []string{"https://status.example.org", "https://downpour.example"}
	for _, c := range []struct {
		name, site, origin, host string
		foreign                  bool
	}{
		{"a program", "", "", "downpour.example", false},
		{"the own page", "same-origin", "https://downpour.example", "downpour.example", false},
		{"typed by the user", "none", "", "downpour.example", false},
		{"another site", "cross-site", "https://evil.example", "downpour.example", true},
		{"another site without an origin", "cross-site", "", "downpour.example", true},
		{"a sibling domain", "same-site", "https://blog.downpour.example", "downpour.example", true},
		{"a word of the future", "same-planet", "", "downpour.example", true},
		{"a listed origin", "cross-site", "https://status.example.org", "downpour.example", false},
		{"a listed origin, older browser", "", "https://status.example.org", "downpour.example", false},
		{"older browser", "", "http://downpour.test:8080", "downpour.test:8080", false},
		{"older browser, another site", "", "http://evil.example", "downpour.test:8080", true},
		{"older browser, another port", "", "http://downpour.test:9090", "downpour.test:8080", true},
		{"older browser, the default port", "", "http://downpour.test", "downpour.test:80", false},
		{"TLS ended at a proxy", "", "https://downpour.test", "downpour.test", false},
		{"in capitals", "", "https://DOWNPOUR.test", "downpour.test", false},
		{"the public address behind a proxy that changes the host", "", "https://downpour.example", "10.0.0.7:8080", false},
		{"null", "", "null", "downpour.example", true},
		{"null as the host", "", "null", "null", true},
		{"a longer name", "", "https://downpour.test.evil.example", "downpour.test", true},
		{"a user before the host", "", "https://downpour.test@evil.example", "downpour.test", true},
		{"another scheme", "", "ftp://downpour.test", "downpour.test", true},
		{"no host", "", "https://downpour.test", "", true},
		{"IPv6", "", "http://[::1]:8080", "[::1]:8080", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Check(Request{Site: c.site, Origin: c.origin, Host: c.host}, own)
			if (err != nil) != c.foreign {
				t.Errorf("got %v, want foreign: %v", err, c.foreign)
			}
			if err != nil && outage.AsError(err).Code != outage.CodeForbidden {
				t.Errorf("code %s", outage.AsError(err).Code)
			}
		})
	}
}
