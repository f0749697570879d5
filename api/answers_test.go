package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func decodeJSON(t testing.TB, body []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return value
}

// indent spreads JSON over lines so that a change of a golden file reads well.
func indent(body []byte) string {
	var spread bytes.Buffer
	if json.Indent(&spread, body, "", "  ") != nil {
		return string(body)
	}
	return spread.String() + "\n"
}

func TestDescriptionIsServed(t *testing.T) {
	c := call{path: "/api/openapi.json"}
	response, body := c.send(t)
	loadSpec(t).check(t, c.request(), "", response, body, false)
	document := decodeJSON(t, body).(map[string]any)
	if document["openapi"] != "3.1.0" || document["paths"].(map[string]any)["/api/v1/heatmap"] == nil {
		t.Errorf("not the description: %.200s", body)
	}
}

// TestDocsPage holds the page for people to the document: every operation,
// parameter, field and code is on it, every link leads somewhere, and a browser
// runs and fetches nothing for it.
func TestDocsPage(t *testing.T) {
	document := loadSpec(t)
	c := call{path: "/api/"}
	response, body := c.send(t)
	document.check(t, c.request(), "", response, body, false)
	page := string(body)
	has := func(part, why string, args ...any) {
		t.Helper()
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks "+why, args...)
		}
	}
	for code := range statuses {
		has(`id="problem-`+string(code)+`"`, "the type of the problem %s", code)
	}
	for path, item := range document.document.Paths.Map() {
		for method, operation := range item.Operations() {
			has(`<article id="`+operation.OperationID+`">`, "%s %s", method, path)
			for _, parameter := range operation.Parameters {
				has("<dt><code>"+parameter.Value.Name+"</code>", "the parameter %s of %s", parameter.Value.Name, path)
			}
			for status := range operation.Responses.Map() {
				if status != "default" {
					has(`">`+status+"</span>", "the status %s", status)
				}
			}
		}
	}
	for name, schema := range document.document.Components.Schemas {
		has(`<article id="type-`+name+`">`, "the type %s", name)
		for field := range schema.Value.Properties {
			has("<dt><code>"+field+"</code>", "the field %s of %s", field, name)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		has(` id="`+link[1]+`"`, "what the link #%s leads to", link[1])
	}
	if strings.Contains(page, "<script") || strings.Contains(page, " style=") || strings.Contains(page, "<code></code>") {
		t.Error("there is a script, a style beside the sheet, or an empty name")
	}
	style := page[strings.Index(page, "<style>")+len("<style>") : strings.Index(page, "</style>")]
	sum := sha256.Sum256([]byte(style))
	hash := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, hash) || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy does not name the sheet: %s", policy)
	}
}

func TestProse(t *testing.T) {
	if got, want := string(prose("a <b> `from` & `<to>`")), "a &lt;b&gt; <code>from</code> &amp; <code>&lt;to&gt;</code>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNotModified(t *testing.T) {
	first := call{path: "/api/v1/heatmap"}
	response, whole := first.send(t)
	etag := response.Header.Get("ETag")
	cases := []struct {
		name, sent string
		status     int
	}{
		{"same", etag, 304},
		{"strong", strings.TrimPrefix(etag, "W/"), 304},
		{"in a list", `"x", ` + etag, 304},
		{"any", "*", 304},
		{"another", `"x"`, 200},
		{"part of it", etag[:len(etag)-2] + `"`, 200},
		{"none", "", 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			again := call{path: "/api/v1/heatmap", header: "If-None-Match: " + c.sent}
			response, body := again.send(t)
			if response.StatusCode != c.status {
				t.Fatalf("status %d, want %d", response.StatusCode, c.status)
			}
			if got := response.Header.Get("ETag"); got != etag {
				t.Errorf("ETag %s, want %s", got, etag)
			}
			if c.status == 304 && (len(body) > 0 || response.Header.Get("Vary") != "Accept, Accept-Encoding") {
				t.Errorf("304 with %d bytes and Vary %q", len(body), response.Header.Get("Vary"))
			}
			if c.status == 200 && !bytes.Equal(body, whole) {
				t.Errorf("another body: %s", body)
			}
		})
	}
}

func TestFormatsDifferInETag(t *testing.T) {
	seen := make(map[string]string)
	for _, accept := range []string{"application/json", typeGeoJSON, typeCSV} {
		c := call{path: "/api/v1/heatmap", header: "Accept: " + accept}
		response, _ := c.send(t)
		if !strings.HasPrefix(response.Header.Get("Content-Type"), accept) {
			t.Errorf("%s answered as %s", accept, response.Header.Get("Content-Type"))
		}
		etag := response.Header.Get("ETag")
		if other, ok := seen[etag]; ok {
			t.Errorf("%s and %s share an ETag", accept, other)
		}
		seen[etag] = accept
	}
}

func TestHeadHasNoBody(t *testing.T) {
	for _, path := range []string{"/api/v1/services", "/api/v1/heatmap", "/livez"} {
		c := call{method: "HEAD", path: path}
		if response, body := c.send(t); response.StatusCode != 200 || len(body) > 0 {
			t.Errorf("%s: status %d, %d bytes", path, response.StatusCode, len(body))
		}
	}
}

func TestReadsAreOpenAndWritesAreNot(t *testing.T) {
	for _, c := range calls {
		response, _ := c.send(t)
		reads := c.method == "" || c.method == "HEAD" || c.method == "OPTIONS"
		listed := strings.Contains(c.header, "Origin: https://status.example.org")
		for _, header := range []string{"Access-Control-Allow-Origin", "Access-Control-Expose-Headers"} {
			if open := response.Header.Get(header) != ""; open != (reads || listed) {
				t.Errorf("%s: %s is %q", c.name, header, response.Header.Get(header))
			}
		}
		for header := range response.Header {
			if exposed := response.Header.Get("Access-Control-Expose-Headers"); reads && strings.HasPrefix(header, "Downpour-") && !strings.Contains(exposed, header) {
				t.Errorf("%s: pages elsewhere cannot read %s", c.name, header)
			}
		}
		if c.method != "OPTIONS" {
			continue
		}
		methods, headers := response.Header.Get("Access-Control-Allow-Methods"), response.Header.Get("Access-Control-Allow-Headers")
		for _, word := range []string{"POST", "DELETE", "Content-Type", "Idempotency-Key"} {
			if strings.Contains(methods+headers, word) != listed {
				t.Errorf("%s: a page elsewhere is told %s; %s", c.name, methods, headers)
			}
		}
	}
}

func TestClientAddress(t *testing.T) {
	c := call{
		method: "POST", path: "/api/v1/reports", body: `{"service":"whatsapp"}`,
		header: takes + "\nX-Forwarded-For: 8.8.8.8\nX-Forwarded-For: 192.0.2.7\nUser-Agent: ua\nAccept-Language: bn",
	}
	c.send(t)
	from := c.world.from
	if from.Addr.String() != "192.0.2.7" || from.UserAgent != "ua" || from.AcceptLanguage != "bn" {
		t.Errorf("the client is %+v", from)
	}
}

// What a handler hands on must not change when the framework reuses the memory
// of its request for another one.
func TestRequestsAreNotRetained(t *testing.T) {
	w := &world{}
	app := w.app()
	send := func(agent, id string) {
		request := httptest.NewRequest("POST", "/api/v1/reports", strings.NewReader(`{"service":"`+id+`"}`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", agent)
		if _, err := app.Test(request, -1); err != nil {
			t.Fatal(err)
		}
	}
	send("first-agent", "first")
	kept := w.from
	for range 50 {
		send("other-agent", "other")
	}
	if kept.UserAgent != "first-agent" || w.asked[0] != `take first  ""` {
		t.Errorf("kept %+v, %s", kept, w.asked[0])
	}
}

func TestPagesDoNotAnswerForTheAPI(t *testing.T) {
	for path, want := range map[string]int{"/api/x": 404, "/api/v1": 404, "/API/v1/x": 404, "/apiary": 200, "/apiary/x": 200} {
		c := call{path: path}
		if response, body := c.send(t); response.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %s", path, response.StatusCode, want, body)
		}
	}
}
