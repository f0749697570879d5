package client

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering is a client of a server that gives one answer to everything, and
// what the last request was.
func answering(t *testing.T, key string, status int, contentType, body string) (*ClientWithResponses, *http.Request) {
	t.Helper()
	asked := new(http.Request)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = *r
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	to, err := Dial(server.URL+"/", key, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return to, asked
}

func TestNullIsNoNumber(t *testing.T) {
	to, asked := answering(t, "", 200, "application/json", `{"status":{"IN":{"status":"unknown","observed":4,"expected":null,"threshold":null,"incident":null}},"reports_24h":null}`)
	got, err := to.GetServiceWithResponse(context.Background(), "whats/app")
	if err != nil {
		t.Fatal(err)
	}
	if got.JSON200 == nil || got.JSON200.Reports24h != nil || got.JSON200.Status["IN"].Observed != 4 || got.JSON200.Status["IN"].Expected != nil {
		t.Errorf("read %+v", got.JSON200)
	}
	if path := asked.URL.EscapedPath(); path != "/api/v1/services/whats%2Fapp" {
		t.Errorf("asked %s", path)
	}
	if sent := asked.Header.Get("Authorization"); sent != "" {
		t.Errorf("a key was sent where there is none: %q", sent)
	}
}

func TestParametersAndKey(t *testing.T) {
	to, asked := answering(t, "open", 200, "application/json", `{"accepted":2,"counted":1,"duplicate":0,"rejected":[{"line":3,"field":"service","code":"unknown","detail":"No."}]}`)
	key := "k-1"
	got, err := to.CreateBatchWithBodyWithResponse(context.Background(), &CreateBatchParams{IdempotencyKey: &key}, "application/x-ndjson", strings.NewReader("{}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got.JSON200 == nil || got.JSON200.Accepted != 2 || len(got.JSON200.Rejected) != 1 || got.JSON200.Rejected[0].Code != CodeUnknown {
		t.Errorf("read %+v", got.JSON200)
	}
	for name, want := range map[string]string{"Authorization": "Bearer open", "Idempotency-Key": "k-1", "Content-Type": "application/x-ndjson"} {
		if sent := asked.Header.Get(name); sent != want {
			t.Errorf("%s: sent %q, want %q", name, sent, want)
		}
	}
}

func TestProblem(t *testing.T) {
	to, _ := answering(t, "", 503, "application/problem+json", `{"type":"/api#problem-unavailable","title":"T","status":503,"detail":"D","code":"unavailable"}`)
	got, err := to.ListServicesWithResponse(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	problem := got.ApplicationproblemJSON503
	if got.JSON200 != nil || problem == nil || problem.Code != CodeUnavailable || got.Headers503 == nil || got.Headers503.RetryAfter != 7 {
		t.Errorf("read %+v with headers %+v", problem, got.Headers503)
	}
}

func TestBadAddress(t *testing.T) {
	to, err := Dial("http://a b", "", http.DefaultClient)
	if err != nil {
		return
	}
	if _, err := to.ListServicesWithResponse(context.Background(), nil); err == nil {
		t.Error("an address that is none was called")
	}
}
