package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http/httptest"
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

// Lists of incidents of several areas and places are different answers, though one app
// shares them.
func TestSharedListsDifferByArea(t *testing.T) {
	app := new(world).app()
	for _, c := range []struct {
		query string
		found int
	}{{"region=IN-WB&state=resolved", 1}, {"region=IN-BR&state=resolved", 0}, {"region=IN-WB&state=resolved", 1}, {"district=IN-WB-kolkata&state=resolved", 0}} {
		response, err := app.Test(httptest.NewRequest("GET", "/api/v1/incidents?"+c.query, nil))
		if err != nil {
			t.Fatal(err)
		}
		var list struct{ Items []any }
		if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
			t.Fatal(err)
		}
		if len(list.Items) != c.found {
			t.Errorf("%s: %d incidents, want %d", c.query, len(list.Items), c.found)
		}
	}
}
