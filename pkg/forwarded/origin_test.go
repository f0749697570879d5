package forwarded

import "testing"

func TestOrigin(t *testing.T) {
	for _, c := range []struct{ scheme, host, want string }{
		{"https", "Downpour.example", "https://downpour.example"},
		{"http", "localhost:8080", "http://localhost:8080"},
		{"https", "[2001:db8::1]:443", "https://[2001:db8::1]:443"},
		{"javascript", "downpour.example", "http://downpour.example"},
		{"https", `downpour.example"><b>`, ""},
		{"https", "downpour.example/x", ""},
		{"https", "", ""},
	} {
		if got := Origin(c.scheme, c.host); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.scheme, c.host, got, c.want)
		}
	}
}
