package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// webhook sends a request about webhooks with the key of the server.
func (s *server) webhook(method, path, body string) answer {
	s.t.Helper()
	return s.send(bob, method, "/api/v1/webhooks"+path, body, http.Header{"Authorization": {"Bearer open sesame"}})
}

// tested makes a webhook, sends a test event and returns the status and the error.
func (s *server) tested(url string) (status int, reason, secret string) {
	s.t.Helper()
	made := s.webhook(http.MethodPost, "", `{"url":"`+url+`"}`)
	if made.status != http.StatusCreated {
		s.t.Fatalf("%d %s", made.status, made.body)
	}
	got := s.webhook(http.MethodPost, "/"+made.field("id")+"/test", "")
	var result struct {
		Status int
		Error  string
	}
	if err := json.Unmarshal(got.body, &result); err != nil || got.status != http.StatusOK {
		s.t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	return result.Status, result.Error, made.field("secret")
}

func TestWebhooksReachPublicAddressesOnly(t *testing.T) {
	s := newServer(t, "embedded")
	for _, url := range []string{"https://localhost:8443/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/", "https://10.1.2.3/", "https://8.8.8.8:25/"} {
		if status, reason, _ := s.tested(url); status != 0 || !strings.Contains(reason, "refused destination") {
			t.Errorf("%s: status %d, %q", url, status, reason)
		}
		if said := s.log.String(); !strings.Contains(said, "refused destination") {
			t.Errorf("%s: the log says %s", url, said)
		}
	}
	if got := s.webhook(http.MethodPost, "", `{"url":"http://receiver.example/"}`); got.status != http.StatusBadRequest {
		t.Errorf("without TLS: %d %s", got.status, got.body)
	}
}

func TestWebhooksFollowNoRedirect(t *testing.T) {
	s := newServerWith(t, "embedded", func(settings *serveCommand) { settings.WebhookPrivate = true })
	receiver := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect))
	defer receiver.Close()
	if status, reason, _ := s.tested(receiver.URL); status != http.StatusTemporaryRedirect || !strings.Contains(reason, "redirect") {
		t.Errorf("status %d, %q", status, reason)
	}
	if said := s.log.String(); !strings.Contains(said, "a redirect, which is not followed") {
		t.Errorf("the log says %s", said)
	}
}

// TestWebhooksAreSigned verifies a request with the library of the specification.
func TestWebhooksAreSigned(t *testing.T) {
	for _, redis := range []string{"embedded", redistest.Start(t).URL()} {
		s := newServerWith(t, redis, func(settings *serveCommand) { settings.WebhookPrivate = true })
		verified := make(chan func(secret string) error, 1)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			verified <- func(secret string) error {
				verifier, wrong := standardwebhooks.NewWebhook(secret)
				if err := errors.Join(err, wrong); err != nil {
					return err
				}
				return verifier.Verify(body, r.Header)
			}
		}))
		_, reason, secret := s.tested(receiver.URL)
		receiver.Close()
		if reason != "" {
			t.Fatal(reason)
		}
		if err := (<-verified)(secret); err != nil {
			t.Error(err)
		}
	}
}

// TestAHubNeedsAPublicAddress by which it knows the feeds.
func TestAHubNeedsAPublicAddress(t *testing.T) {
	usual := func(hub, public string) *serveCommand {
		return &serveCommand{ReportsPerMin: 1, Streams: 1, Redis: []string{"embedded"}, Clickhouse: "embedded", WebsubHub: hub, PublicURL: public}
	}
	if err := usual("https://hub.example/", "https://downpour.example").Validate(); err != nil {
		t.Error(err)
	}
	for _, wrong := range []*serveCommand{usual("https://hub.example/", ""), usual("hub.example", "https://downpour.example")} {
		if err := wrong.Validate(); err == nil || !strings.HasPrefix(err.Error(), "--websub-hub: ") {
			t.Errorf("%q and %q: %v", wrong.WebsubHub, wrong.PublicURL, err)
		}
	}
}
