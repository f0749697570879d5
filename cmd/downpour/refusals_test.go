package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// refusal is an invalid request, and the expected error.
type refusal struct {
	name   string
	body   string // of a report; empty where path is read instead
	path   string
	header http.Header
	status int    // 400 where none is given
	field  string // that the problem names
}

var badReports = []refusal{
	{name: "no service", body: `{"country":"IN"}`, field: "service"},
	{name: "an unknown service", body: `{"service":"nosuch","country":"IN"}`, field: "service"},
	{name: "an unknown symptom", body: `{"service":"whatsapp","symptom":"atm","country":"IN"}`, field: "symptom"},
	{name: "a wrong kind", body: `{"service":"whatsapp","kind":"meh","country":"IN"}`, field: "kind"},
	{name: "nowhere", body: `{"service":"whatsapp"}`, field: "location"},
	{name: "Paris", body: `{"service":"whatsapp","location":{"lat":48.8566,"lng":2.3522}}`, field: "location"},
	{name: "the sea", body: `{"service":"whatsapp","location":{"lat":0,"lng":0}}`, field: "location"},
	{name: "beyond the pole", body: `{"service":"whatsapp","location":{"lat":91,"lng":0}}`, field: "location"},
	{name: "beyond the date line", body: `{"service":"whatsapp","location":{"lat":0,"lng":180.5}}`, field: "location"},
	{name: "beyond all numbers", body: `{"service":"whatsapp","location":{"lat":1e999,"lng":0}}`, field: "location.lat"},
	{name: "NaN", body: `{"service":"whatsapp","location":{"lat":NaN,"lng":0}}`, field: "location.lat"},
	{name: "half a location", body: `{"service":"whatsapp","location":{"lat":1}}`, field: "location.lng"},
	{name: "a place that tells no country", body: `{"service":"whatsapp","place":"Atlantis"}`, header: http.Header{"Accept-Language": {"fr"}}, field: "country"},
	{name: "a long place that tells none", body: `{"service":"whatsapp","place":"` + strings.Repeat("x", 500) + `"}`, header: http.Header{"Accept-Language": {"fr"}}, field: "country"},
	{name: "an unknown country", body: `{"service":"whatsapp","country":"FR"}`, field: "country"},
	{name: "a location of another country", body: `{"service":"whatsapp","country":"GB","location":{"lat":22.5,"lng":88.3}}`},
	{name: "a location and a place", body: `{"service":"whatsapp","location":{"lat":22.5,"lng":88.3},"place":"700001"}`, field: "place"},
	{name: "since yesterday", body: `{"service":"whatsapp","country":"IN","since":"yesterday"}`, field: "since"},
	{name: "since tomorrow", body: `{"service":"whatsapp","country":"IN","since":"2031-07-09T10:00:00Z"}`, field: "since"},
	{name: "since last year", body: `{"service":"whatsapp","country":"IN","since":"2030-07-08T10:00:00Z"}`, field: "since"},
	{name: "an unknown field", body: `{"service":"whatsapp","country":"IN","nosuch":1}`, field: "nosuch"},
	{name: "a field without a name", body: `{"service":"whatsapp","country":"IN","":1}`, field: "body"},
	{name: "a number for a text", body: `{"service":7}`, field: "service"},
	{name: "a text for a number", body: `{"service":"whatsapp","location":{"lat":"1","lng":2}}`, field: "location.lat"},
	{name: "a text for a location", body: `{"service":"whatsapp","location":"here"}`, field: "location"},
	{name: "a long token", body: `{"service":"whatsapp","country":"IN","token":"` + strings.Repeat("x", 129) + `"}`, field: "token"},
	{name: "broken JSON", body: `{"service":"whatsapp","country":`, field: "country"},
	{name: "JSON that ends too early", body: `{"service":"whatsapp"`, field: "service"},
	{name: "two reports", body: `{"service":"whatsapp","country":"IN"}{}`, field: "body"},
	{name: "a list", body: `[]`, field: "body"},
	{name: "null", body: `null`, field: "body"},
	{name: "spaces", body: `   `, field: "body"},
	{name: "2,000 nested objects", body: strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000), field: "a"},
	{name: "2,000 nested lists", body: `{"place":` + strings.Repeat(`[`, 2000) + strings.Repeat("]", 2000) + `}`, field: "place"},
	{name: "not UTF-8", body: "{\"service\":\"\xff\xfe\",\"country\":\"IN\"}", field: "service"},
	{name: "a form", body: `service=whatsapp`, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, status: 415},
	{name: "another text", body: `{"service":"whatsapp","country":"IN"}`, header: http.Header{"Content-Type": {"text/plain"}}, status: 415},
	{name: "a compressed body", body: "\x1f\x8b", header: http.Header{"Content-Encoding": {"gzip"}}, status: 415},
	{name: "a long Idempotency-Key", body: `{"service":"whatsapp","country":"IN"}`, field: "Idempotency-Key",
		header: http.Header{"Idempotency-Key": {strings.Repeat("k", 201)}}},
}

var badReads = []refusal{
	{name: "resolution 15", path: "/heatmap?resolution=15", field: "resolution"},
	{name: "resolution NaN", path: "/heatmap?resolution=NaN", field: "resolution"},
	{name: "a reversed window", path: "/heatmap?from=2031-07-08T10:00:00Z&to=2031-07-08T09:00:00Z", field: "from"},
	{name: "a century", path: "/heatmap?from=1931-07-08T10:00:00Z&to=2031-07-08T09:00:00Z", field: "from"},
	{name: "a long window", path: "/heatmap?window=999999d", field: "window"},
	{name: "a window of nothing", path: "/heatmap?window=0m", field: "window"},
	{name: "a window without a unit", path: "/heatmap?window=15", field: "window"},
	{name: "no time", path: "/heatmap?from=yesterday", field: "from"},
	{name: "another country", path: "/heatmap?country=FR", field: "country"},
	{name: "UK, which is display text", path: "/heatmap?country=UK", field: "country"},
	{name: "an unknown service", path: "/heatmap?service=nosuch", field: "service"},
	{name: "a garbage cursor", path: "/heatmap?cursor=%F0%9F%92%A9", field: "cursor"},
	{name: "an unknown parameter", path: "/heatmap?nosuch=1", field: "nosuch"},
	{name: "a parameter twice", path: "/heatmap?country=IN&country=GB", field: "country"},
	{name: "an unknown region", path: "/services/whatsapp/series?region=IN-XX", field: "region"},
	{name: "a region of another country", path: "/services/whatsapp/series?region=IN-WB&country=GB", field: "region"},
	{name: "a step of nothing", path: "/services/whatsapp/series?step=0m", field: "step"},
	{name: "a place without a question", path: "/places", field: "q"},
	{name: "an unknown service's page", path: "/services/nosuch", status: 404},
	{name: "an unknown route", path: "/nosuch", status: 404},
}

// refused checks what every error response must have.
func (r refusal) refused(t *testing.T, got answer) {
	t.Helper()
	if r.status == 0 {
		r.status = http.StatusBadRequest
	}
	var problem struct {
		Type, Title, Detail, Code, Field string
		Status                           int
	}
	if err := json.Unmarshal(got.body, &problem); err != nil {
		t.Fatalf("the answer is no problem document: %d %.300s", got.status, got.body)
	}
	if got.status != r.status || problem.Status != r.status {
		t.Errorf("status %d, in the document %d; want %d: %s", got.status, problem.Status, r.status, got.body)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
	if problem.Code == "" || problem.Title == "" || problem.Detail == "" || r.field != "" && problem.Field != r.field {
		t.Errorf("want a code, a title, a detail and field %q: %s", r.field, got.body)
	}
}

func TestRefusals(t *testing.T) {
	eachEngine(t, func(s *server) {
		for _, r := range badReports {
			s.t.Run(r.name, func(t *testing.T) {
				r.refused(t, s.send(alice, http.MethodPost, "/api/v1/reports", r.body, r.header))
			})
		}
		for _, r := range badReads {
			s.t.Run(r.name, func(t *testing.T) {
				r.refused(t, s.send(alice, http.MethodGet, "/api/v1"+r.path, "", r.header))
			})
		}
		nothingStored(s)
		if got := s.report(alice, `{"service":"whatsapp","country":"IN"}`, ""); outcome(got) != "counted" {
			s.t.Errorf("after all that, a good report is %d %s", got.status, got.body)
		}
		totals("whatsapp", 1, 0, 0)(s)
	})
}

// TestHugeBody sends 10 MB through a real connection. The server refuses it by
// its announced length and goes on.
func TestHugeBody(t *testing.T) {
	s := newServer(t, "embedded")
	url := s.listen()
	response, err := http.Post(url+"/api/v1/reports", "application/json", bytes.NewReader(make([]byte, 10<<20)))
	if err != nil {
		t.Fatalf("the server did not answer: %v", err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	huge := refusal{status: http.StatusRequestEntityTooLarge}
	huge.refused(t, answer{response.StatusCode, response.Header, body.Bytes()})
	good, err := http.Post(url+"/api/v1/reports", "application/json", strings.NewReader(`{"service":"whatsapp","country":"IN"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer good.Body.Close()
	if good.StatusCode != http.StatusAccepted {
		t.Errorf("after that, a good report is %s", good.Status)
	}
}

// listen makes the server listen on a free port, until the test ends.
func (s *server) listen() string {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.app.web.fiber.Listener(halfCloseListener{listener}) }()
	s.t.Cleanup(func() {
		_ = s.app.web.fiber.ShutdownWithContext(context.Background())
		<-ended
	})
	return fmt.Sprintf("http://%s", listener.Addr())
}
