package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// operationOf is the operation of the document that a call is of, nil for what
// the document does not have.
func (s *spec) operationOf(c *call) *openapi3.Operation {
	request := c.request()
	if request.Method == http.MethodHead {
		request.Method = http.MethodGet
	}
	route, _, err := s.router.FindRoute(request)
	if err != nil {
		return nil
	}
	return route.Operation
}

// readsOf lists the calls of the table that read something and get it.
func readsOf() []call {
	return slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.method != "" || c.status != http.StatusOK })
}

// TestEveryDocumentedAnswerHasACase fails where the document promises a status
// that no test has seen, and where a test has seen one that it does not have.
func TestEveryDocumentedAnswerHasACase(t *testing.T) {
	document := loadSpec(t)
	seen := make(map[string]map[string]bool)
	note := func(c *call, status int) {
		operation := document.operationOf(c)
		if operation == nil {
			return
		}
		if seen[operation.OperationID] == nil {
			seen[operation.OperationID] = make(map[string]bool)
		}
		seen[operation.OperationID][strconv.Itoa(status)] = true
		if status < 500 && operation.Responses.Status(status) == nil {
			t.Errorf("%s: the document has no status %d for %s", c.name, status, operation.OperationID)
		}
	}
	for _, c := range calls {
		response, _ := c.send(t)
		note(&c, response.StatusCode)
	}
	for _, c := range readsOf() {
		response, _ := c.send(t)
		if response.Header.Get("ETag") != "" {
			note(&c, http.StatusNotModified) // TestNotModifiedOfEveryRead holds it to that
		}
	}
	for _, item := range document.document.Paths.Map() {
		for _, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if status != "default" && !seen[operation.OperationID][status] {
					t.Errorf("no case of %s is answered with %s", operation.OperationID, status)
				}
			}
		}
	}
}

func TestNotModifiedOfEveryRead(t *testing.T) {
	document := loadSpec(t)
	for _, c := range readsOf() {
		t.Run(c.name, func(t *testing.T) {
			response, _ := c.send(t)
			etag := response.Header.Get("ETag")
			if etag == "" {
				if document.operationOf(&c).Responses.Status(http.StatusNotModified) != nil {
					t.Error("the document promises a 304, and there is no ETag")
				}
				return
			}
			again := c
			again.header = strings.TrimPrefix(c.header+"\nIf-None-Match: "+etag, "\n")
			unchanged, body := again.send(t)
			if unchanged.StatusCode != http.StatusNotModified || len(body) > 0 {
				t.Fatalf("status %d with %d bytes", unchanged.StatusCode, len(body))
			}
			for _, header := range []string{"ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"} {
				if got, want := unchanged.Header.Get(header), response.Header.Get(header); got != want {
					t.Errorf("%s is %q with 304 and %q with 200", header, got, want)
				}
			}
			document.check(t, again.request(), "", unchanged, body, c.lenient)
		})
	}
}

func TestHeadIsGetWithoutItsBody(t *testing.T) {
	for _, c := range calls {
		if c.method != "" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			got, body := c.send(t)
			head := c
			head.method = http.MethodHead
			short, none := head.send(t)
			if short.StatusCode != got.StatusCode || len(none) > 0 {
				t.Fatalf("status %d with %d bytes, GET has %d", short.StatusCode, len(none), got.StatusCode)
			}
			if got.ContentLength >= 0 && short.ContentLength != int64(len(body)) {
				t.Errorf("Content-Length %d, the body has %d", short.ContentLength, len(body))
			}
			for header := range got.Header {
				if header != "Date" && short.Header.Get(header) != got.Header.Get(header) {
					t.Errorf("%s: %q, GET has %q", header, short.Header.Get(header), got.Header.Get(header))
				}
			}
		})
	}
}

// wrong are values that a parameter refuses, by its name. Every parameter of a
// query that the document has must be here.
var wrong = map[string][]string{
	"service": {"WhatsApp", "x"},
	"country": {"UK", "in", "FR"},
	"region":  {"WB", "IN-XX"},
	"from":    {"yesterday", "2026-11-22", "0001-01-01T00:00:00Z"},
	"to":      {"tomorrow", "2026-11-22T20:30:00"},
	"window":  {"15", "0m", "15s", "-15m", "999999d"},
	"tz":      {"x", "Local", "../etc", "Asia/Kolkata"}, "step": {"5", "7m", "0h"},
	"resolution": {"2", "7", "4.0", "four"},
	"state":      {"closed", "OPEN"},
	"limit":      {"0", "-1", "1e2", "1001"},
	"cursor":     {"x", "\x00"},
	"format":     {"xml", "CSV"},
	"level":      {"everything", "District"}, "district": {"a b", "IN-WB-nowhere"},
	"year": {"26", "1999", "x"}, "quarter": {"0", "5", "Q1", "1"},
	"q":    {strings.Repeat("k", 65), "\xff"},
	"undo": {"\xff"},
}

// TestEveryParameterIsChecked sends each parameter of each operation wrongly,
// empty and twice, and one that no operation has.
func TestEveryParameterIsChecked(t *testing.T) {
	document := loadSpec(t)
	example := strings.NewReplacer("{slug}", "whatsapp", "{form}", "csv", "{id}", "r1")
	for path, item := range document.document.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Responses.Status(http.StatusBadRequest) == nil {
				continue
			}
			ask := func(name string, values url.Values) {
				c := call{method: method, path: example.Replace(path) + "?" + values.Encode(), header: lines}
				response, body := c.send(t)
				got, _ := decodeJSON(t, body).(map[string]any)
				if response.StatusCode != http.StatusBadRequest || got["field"] != name {
					t.Errorf("%s %s: status %d on the field %v: %s", method, c.path, response.StatusCode, got["field"], body)
				}
				document.check(t, c.request(), "", response, body, true)
			}
			if !strings.HasPrefix(path, "/feeds/") && !strings.HasPrefix(path, "/files/") { // links to which others add parameters
				ask("nosuch", url.Values{"nosuch": {"1"}})
			}
			for _, parameter := range operation.Parameters {
				name := parameter.Value.Name
				if parameter.Value.In != "query" {
					continue
				}
				if wrong[name] == nil {
					t.Errorf("no wrong value is known for %s of %s", name, operation.OperationID)
				}
				for _, value := range append(slices.Clone(wrong[name]), "") {
					ask(name, url.Values{name: {value}})
				}
				ask(name, url.Values{name: {"x", "y"}})
			}
		}
	}
}

// TestEveryAnswerCarriesItsHeaders holds the whole table to what caches,
// browsers and senders are promised.
func TestEveryAnswerCarriesItsHeaders(t *testing.T) {
	const reused = ", stale-while-revalidate=60, stale-if-error=600"
	for _, c := range calls {
		response, _ := c.send(t)
		header := response.Header
		if header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: a browser may guess the type", c.name)
		}
		cache, tagged := header.Get("Cache-Control"), header.Get("ETag") != ""
		switch {
		case c.method == http.MethodOptions && response.StatusCode < 300:
		case tagged != (strings.HasPrefix(cache, "public, ") && strings.HasSuffix(cache, reused)):
			t.Errorf("%s: ETag %q and Cache-Control %q", c.name, header.Get("ETag"), cache)
		case !tagged && cache != "no-store":
			t.Errorf("%s: Cache-Control %q", c.name, cache)
		}
		waits := response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable
		if after := header.Get("Retry-After"); waits != (after != "") {
			t.Errorf("%s: status %d with Retry-After %q", c.name, response.StatusCode, after)
		}
	}
	held := map[string]bool{}
	document := loadSpec(t)
	for _, c := range calls {
		operation := document.operationOf(&c)
		if operation == nil || operation.OperationID != "createReport" && operation.OperationID != "undoReport" {
			continue
		}
		response, _ := c.send(t)
		held[operation.OperationID] = true
		if response.Header.Get("RateLimit") == "" || response.Header.Get("RateLimit-Policy") == "" {
			t.Errorf("%s: the sender is not told what is left", c.name)
		}
	}
	if len(held) != 2 {
		t.Errorf("only %v were seen", slices.Collect(maps.Keys(held)))
	}
}
