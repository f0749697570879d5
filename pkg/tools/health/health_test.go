package health

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		says   string
		fails  bool
	}{
		"ready":    {200, `{"ready":true,"degraded":[]}`, "200 OK", false},
		"degraded": {200, `{"ready":true,"degraded":["clickhouse"]}`, "200 OK, clickhouse", false},
		"draining": {503, `{"ready":false,"degraded":[],"reason":"draining"}`, "503 Service Unavailable, draining", true},
		"no JSON":  {502, `<html>`, "502 Bad Gateway", true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			var out strings.Builder
			err := check(t.Context(), http.DefaultClient, server.URL+"/readyz", &out)
			said := out.String()
			if err != nil {
				said = err.Error()
			}
			if (err != nil) != c.fails || !strings.Contains(said, c.says) {
				t.Errorf("%v, %q", err, said)
			}
		})
	}
	if err := check(t.Context(), http.DefaultClient, "http://127.0.0.1:1/readyz", &strings.Builder{}); err == nil {
		t.Error("nothing listens, and all is well")
	}
	if err := Check(t.Context(), Config{Listen: "none"}, &strings.Builder{}); err == nil {
		t.Error("an address that is none, and all is well")
	}
}

func TestBase(t *testing.T) {
	for _, c := range []struct{ url, listen, want string }{
		{"", ":8080", "http://localhost:8080"},
		{"", "0.0.0.0:90", "http://localhost:90"},
		{"", "[::]:90", "http://localhost:90"},
		{"", "127.0.0.2:90", "http://127.0.0.2:90"},
		{"https://x.example/", ":8080", "https://x.example"},
		{"x.example", ":8080", ""},
		{"", "8080", ""},
	} {
		got, err := (&Config{URL: c.url, Listen: c.listen}).base()
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q and %q: %q, %v", c.url, c.listen, got, err)
		}
	}
}
