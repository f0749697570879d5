package notify

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"testing"
	"testing/synctest"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/open-downpour/downpour/pkg/outage"
)

var update = flag.Bool("update", false, "write the golden files anew")

// signed is a request as it is sent.
type signed struct {
	Format  Format            `json:"format"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// signedSamples has requests in every format, signed by two secrets.
type signedSamples struct {
	Secrets  []string `json:"secrets"`
	Requests []signed `json:"requests"`
}

// TestSignedRequests compares requests with a file. The JavaScript library of the
// specification verifies the file, in .ci/readers.
func TestSignedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock begins at one instant
		samples := signedSamples{Secrets: []string{"whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", "whsec_enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmE5ODc2NTQzMjE="}}
		webhook := Webhook{Settings: Settings{URL: "https://receiver.example/"}, Secrets: []Secret{{Text: samples.Secrets[0]}, {Text: samples.Secrets[1]}}}
		s := service(t, &world{}, newMemory(nil), &internet{})
		for _, webhook.Format = range formats {
			request, err := s.request(t.Context(), webhook, sample(t, outage.StateOpen))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(request.Body)
			if err != nil {
				t.Fatal(err)
			}
			headers := map[string]string{}
			for _, name := range []string{standardwebhooks.HeaderWebhookID, standardwebhooks.HeaderWebhookTimestamp, standardwebhooks.HeaderWebhookSignature} {
				headers[name] = request.Header.Get(name)
			}
			samples.Requests = append(samples.Requests, signed{webhook.Format, headers, string(body)})
		}
		got, err := json.MarshalIndent(samples, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		const path = "testdata/signed.json"
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("differs from %s (rewrite with -update): %v", path, err)
		}
	})
}
