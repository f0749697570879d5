package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestSharedAnswersAreCompressed(t *testing.T) {
	plain := call{path: "/api/v1/services"}
	response, want := plain.send(t)
	if response.Header.Get("Content-Encoding") != "" {
		t.Fatalf("compressed as %q for a client that does not ask", response.Header.Get("Content-Encoding"))
	}
	etag := response.Header.Get("ETag")
	for accept, encoding := range map[string]string{"gzip, br": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "identity": "", "zstd": ""} {
		c := call{path: plain.path, header: "Accept-Encoding: " + accept}
		response, body := c.send(t)
		if got := response.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("%s: answered as %q", accept, got)
		}
		if response.Header.Get("ETag") != etag || response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: ETag %s, Vary %s", accept, response.Header.Get("ETag"), response.Header.Get("Vary"))
		}
		var reader io.Reader = bytes.NewReader(body)
		switch encoding {
		case "br":
			reader = brotli.NewReader(reader)
		case "gzip":
			unzipped, err := gzip.NewReader(reader)
			if err != nil {
				t.Fatal(err)
			}
			reader = unzipped
		}
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: another body (%v): %.80s", accept, err, got)
		}
	}
}
