package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		err    string
	}{
		{"an answer", 200, `{"slug":"chat","new":1}`, ""},
		{"a refusal", 400, `{"detail":"It must be a day.","field":"from"}`, "reading /api/v1/services: 400 Bad Request: from: It must be a day."},
		{"a refusal of something else", 502, `<html>`, "reading /api/v1/services: 502 Bad Gateway"},
		{"no JSON", 200, `<html>`, "reading /api/v1/services: invalid character"},
		{"too much", 200, `"` + strings.Repeat("a", mostRead) + `"`, "reading /api/v1/services: it is larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Accept") != "application/json" {
					t.Errorf("accepts %q", r.Header.Get("Accept"))
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			var got struct{ Slug string }
			err := Read(t.Context(), server.Client(), server.URL+"/api/v1/services?q=1", &got)
			if c.err == "" && (err != nil || got.Slug != "chat") || c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)) {
				t.Errorf("%+v, %v, want %q", got, err, c.err)
			}
		})
	}
}
