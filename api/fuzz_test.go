package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whatever stands in a query or a body, the answer is never the server's fault,
// and every refusal is a problem as openapi.yaml describes it.

func FuzzQuery(f *testing.F) {
	document := loadSpec(f)
	for i, c := range calls {
		if _, query, ok := strings.Cut(c.path, "?"); ok && c.method == "" {
			f.Add(uint8(i), query)
		}
	}
	f.Add(uint8(2), "from=9999-12-31T23:59:59Z&to=9999-12-31T23:59:59Z")
	f.Add(uint8(2), "window=999999d&step=999999d&cursor=%")
	f.Add(uint8(3), "resolution=-0&resolution=99999999999999999999")
	paths := []string{
		"/api/v1/services", "/api/v1/services/whatsapp", "/api/v1/services/whatsapp/series",
		"/api/v1/services/whatsapp/symptoms", "/api/v1/services/whatsapp/networks", "/api/v1/heatmap", "/api/v1/places", "/api/v1/incidents",
	}
	f.Fuzz(func(t *testing.T, which uint8, query string) {
		target := paths[int(which)%len(paths)] + "?" + query
		if _, err := url.ParseRequestURI(target); err != nil || strings.ContainsAny(query, " \r\n") {
			t.Skip("no request can hold it")
		}
		c := call{path: target}
		response, body := c.send(t)
		if response.StatusCode >= 500 {
			t.Fatalf("%s: status %d: %s", target, response.StatusCode, c.world.log.String())
		}
		document.check(t, c.request(), "", response, body, true)
	})
}

// FuzzWebhookBody sends settings of a new webhook, and changes of one.
func FuzzWebhookBody(f *testing.F) {
	document := loadSpec(f)
	for _, c := range calls {
		if strings.HasPrefix(c.path, "/api/v1/webhooks") && len(c.body) < maxBody && c.body != "" {
			f.Add(c.method == http.MethodPatch, c.body)
		}
	}
	f.Add(false, `{"url":"https://a.example/","Url":1,"events":[null],"regions":{"a":[]},"\u0000":0}`)
	f.Fuzz(func(t *testing.T, changes bool, text string) {
		c := call{method: http.MethodPost, path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: text}
		if changes {
			c.method, c.path = http.MethodPatch, "/api/v1/webhooks/wh_1"
		}
		response, body := c.send(t)
		if response.StatusCode >= 500 {
			t.Fatalf("%q: status %d: %s", text, response.StatusCode, c.world.log.String())
		}
		document.check(t, c.request(), text, response, body, true)
	})
}

// FuzzPushBody sends subscriptions of browsers, and new addresses of them.
func FuzzPushBody(f *testing.F) {
	document := loadSpec(f)
	for _, c := range calls {
		if strings.HasPrefix(c.path, "/api/v1/push") && len(c.body) < maxBody && c.body != "" {
			f.Add(c.method == http.MethodPut, c.body)
		}
	}
	f.Add(false, `{"subscription":{"endpoint":null,"expirationTime":1e999,"keys":[]},"Country":"IN"}`)
	f.Add(true, `{"subscription":{"keys":{"p256dh":{},"\u0000":0}}}`)
	f.Fuzz(func(t *testing.T, renews bool, text string) {
		c := call{method: http.MethodPost, path: "/api/v1/push", header: takes, body: text}
		if renews {
			c.method, c.path = http.MethodPut, "/api/v1/push/ps_1"
		}
		response, body := c.send(t)
		if response.StatusCode >= 500 {
			t.Fatalf("%q: status %d: %s", text, response.StatusCode, c.world.log.String())
		}
		document.check(t, c.request(), text, response, body, true)
	})
}

func FuzzUndoBody(f *testing.F) {
	document := loadSpec(f)
	f.Add(`{"undo":"secret"}`)
	f.Add(`{"undo":1}`)
	f.Add(`{"undo":"a"}{"undo":"b"}`)
	f.Add("")
	f.Add("[]")
	f.Fuzz(func(t *testing.T, text string) {
		c := call{method: http.MethodDelete, path: "/api/v1/reports/r1", header: takes, body: text}
		response, body := c.send(t)
		if response.StatusCode >= 500 {
			t.Fatalf("%q: status %d: %s", text, response.StatusCode, c.world.log.String())
		}
		document.check(t, c.request(), text, response, body, true)
	})
}
