package frontend

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServiceAsText(t *testing.T) {
	_, app := testSite(t, nil)
	for name, c := range map[string]struct {
		accept, agent string
		text          bool
	}{
		"curl":                         {"*/*", "curl/8.5.0", true},
		"wget":                         {"", "Wget/1.21", true},
		"a program that asks for text": {"text/plain", "x", true},
		"curl that asks for a page":    {"text/html", "curl/8.5.0", false},
		"a browser":                    {"text/html,application/xhtml+xml,*/*;q=0.8", "Mozilla/5.0", false},
		"a program":                    {"*/*", "Go-http-client/1.1", false},
	} {
		request := httptest.NewRequest("GET", "/whatsapp", nil)
		request.Header.Set("Accept", c.accept)
		request.Header.Set("User-Agent", c.agent)
		response, err := app.Test(request, -1)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain"); text != c.text || response.StatusCode != 200 {
			t.Errorf("%s: status %d, %s", name, response.StatusCode, response.Header.Get("Content-Type"))
		}
	}
	request := httptest.NewRequest("GET", "/bn/in/whatsapp", nil)
	request.Header.Set("Accept", "text/plain")
	response, err := app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 4096)
	n, _ := response.Body.Read(body)
	text := string(body[:n])
	if strings.Contains(text, "<") || !strings.HasPrefix(text, "হোয়াটসঅ্যাপ\n\nভারত: ") || len(strings.Split(text, "\n")) < 6 {
		t.Errorf("%s", text)
	}
}
