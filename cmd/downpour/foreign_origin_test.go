package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/forwarded"
)

// Browsers that send no Sec-Fetch-Site, as any over plain HTTP, are known by their
// Origin: a page of another site gets a problem document for each write.
func TestForeignOrigins(t *testing.T) {
	s := newServerWith(t, "embedded", func(settings *serveCommand) {
		settings.TrustedProxies = forwarded.Loopback()
		settings.WriteOrigins = []string{"https://status.example.org"}
	})
	address := s.listenBehind(func(l net.Listener) net.Listener { return l })
	send := func(method, path, origin, site string) (response *http.Response, body string) {
		t.Helper()
		request, err := http.NewRequest(method, "http://"+address+path, strings.NewReader(someReport))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		for name, value := range map[string]string{"Origin": origin, "Sec-Fetch-Site": site} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		response, err = http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(text)
	}
	for _, write := range []struct{ method, path string }{
		{http.MethodPost, "/api/v1/reports"}, {http.MethodDelete, "/api/v1/reports/0601c8970c8e99b3278f222507?undo=GqvXVs3eFLsakDzE"},
	} {
		for _, c := range []struct {
			origin, site string
			foreign      bool
		}{
			{"https://evil.example", "", true}, {"null", "", true}, {"http://127.0.0.1:1", "", true}, {"http://" + address + ".evil.example", "", true},
			{"http://" + address, "", false}, {"https://" + address, "", false}, {"https://status.example.org", "", false}, {"", "", false},
			{"http://" + address, "cross-site", true}, {"https://evil.example", "same-origin", false},
		} {
			response, body := send(write.method, write.path, c.origin, c.site)
			what := fmt.Sprintf("%s of %q, site %q: %s %s", write.method, c.origin, c.site, response.Status, body)
			if !c.foreign {
				if response.StatusCode == http.StatusForbidden {
					t.Error(what)
				}
				continue
			}
			var problem struct {
				Type, Title, Detail, Code, Field string
				Status                           int
			}
			err := json.Unmarshal([]byte(body), &problem)
			if err != nil || response.StatusCode != http.StatusForbidden || response.Header.Get("Content-Type") != "application/problem+json" ||
				problem.Status != http.StatusForbidden || problem.Code != "forbidden" || problem.Type == "" || problem.Title == "" || problem.Detail == "" {
				t.Error(what)
			}
			if allowed := response.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
				t.Errorf("%s: the page may read the answer: %q", what, allowed)
			}
		}
	}
}
