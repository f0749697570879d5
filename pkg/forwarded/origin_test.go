package forwarded

import (
	"net/netip"
	"strings"
	"testing"
)

func TestOrigins(t *testing.T) {
	proxy, stranger := netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("203.0.113.9")
	origins := NewOrigins([]string{"Downpour.example", "status.example:8080", "[::1]:8080", "127.0.0.1:8080", "a b", "evil.example/"}, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	for name, c := range map[string]struct {
		peer        netip.Addr
		proto, host string
		want        string
	}{
		"a name":                       {stranger, "", "downpour.example", "http://downpour.example"},
		"in capitals":                  {stranger, "", "DOWNPOUR.example", "http://downpour.example"},
		"a port that is implied":       {stranger, "", "downpour.example:80", "http://downpour.example"},
		"another port":                 {stranger, "", "downpour.example:8081", ""},
		"a name with its port":         {stranger, "", "status.example:8080", "http://status.example:8080"},
		"without its port":             {stranger, "", "status.example", ""},
		"IPv6":                         {stranger, "", "[::1]:8080", "http://[::1]:8080"},
		"https of a proxy":             {proxy, "https", "downpour.example:443", "https://downpour.example"},
		"https of a proxy, mapped":     {netip.MustParseAddr("::ffff:10.0.0.2"), "https", "downpour.example", "https://downpour.example"},
		"https of a stranger":          {stranger, "https", "downpour.example", "http://downpour.example"},
		"another scheme of a proxy":    {proxy, "javascript", "downpour.example", "http://downpour.example"},
		"a stranger's name":            {stranger, "", "evil.example", ""},
		"a longer name":                {stranger, "", "downpour.example.evil.example", ""},
		"a sub-domain":                 {stranger, "", "evil.downpour.example", ""},
		"a user before the name":       {stranger, "", "evil@downpour.example", ""},
		"no name":                      {stranger, "", "", ""},
		"no name of a host, as listed": {stranger, "", "a b", ""},
		"a path":                       {stranger, "", "evil.example/", ""},
	} {
		if got := origins.Of(c.peer, c.proto, c.host); got != c.want {
			t.Errorf("%s: %q instead of %q", name, got, c.want)
		}
	}
}

func TestAtSocket(t *testing.T) {
	for _, c := range []struct{ host, local, want string }{
		{"127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080", "http://127.0.0.1:8080"},
		{"localhost:8080", "127.0.0.1:8080", "http://localhost:8080"},
		{"localhost", "[::1]:80", "http://localhost"},
		{"[::1]:8080", "[::1]:8080", "http://[::1]:8080"},
		{"[::1]", "[::1]:80", "http://[::1]"},
		{"[0:0:0:0:0:0:0:1]:8080", "[::1]:8080", "http://[::1]:8080"},
		{"[::ffff:127.0.0.1]:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"192.0.2.7:8080", "192.0.2.7:8080", "http://192.0.2.7:8080"},
		{"localhost:8080", "192.0.2.7:8080", ""}, // through another address: a proxy
		{"127.0.0.1:8080", "192.0.2.7:8080", ""},
		{"127.0.0.1:8081", "127.0.0.1:8080", ""},
		{"127.0.0.1", "127.0.0.1:8080", ""},
		{"evil.example:8080", "127.0.0.1:8080", ""},
		{"[::1%evil]:8080", "[::1]:8080", ""},
		{"", "127.0.0.1:80", ""},
	} {
		if got := AtSocket(c.host, netip.MustParseAddrPort(c.local)); got != c.want {
			t.Errorf("%s at %s: %q instead of %q", c.host, c.local, got, c.want)
		}
	}
}

// Whatever a client sends, the answer is one of the few addresses that were set.
func FuzzOrigins(f *testing.F) {
	origins := NewOrigins([]string{"downpour.example"}, Loopback())
	f.Add("https", "downpour.example:443")
	f.Add("", "DOWNPOUR.EXAMPLE:80:80")
	f.Fuzz(func(t *testing.T, proto, host string) {
		switch got := origins.Of(netip.MustParseAddr("127.0.0.1"), proto, host); {
		case got == "":
		case strings.TrimPrefix(strings.TrimPrefix(got, "https://"), "http://") != "downpour.example":
			t.Errorf("%q gives %q", host, got)
		}
	})
}
