package load

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// server sends reports to the server under test. It is fasthttp's client, which takes a
// third of the processor time of net/http's: on one machine with the server, what the
// generator takes is missing there.
type server struct {
	client  *fasthttp.HostClient
	address string
	key     string
	ids     bool // the ids of all reports are wanted
}

// idleFor is shorter than a server keeps an idle connection open.
const idleFor = 30 * time.Second

func newServer(config Config) server {
	to, _ := url.Parse(config.To) // validated
	host := to.Host
	if to.Port() == "" {
		host = fasthttp.AddMissingPort(host, to.Scheme == "https")
	}
	return server{
		client: &fasthttp.HostClient{
			Addr: host, IsTLS: to.Scheme == "https", Name: "downpour-load", MaxConns: config.Open, MaxIdleConnDuration: idleFor,
			ReadTimeout: config.Timeout, WriteTimeout: config.Timeout, MaxIdemponentCallAttempts: 1,
			DisablePathNormalizing: true,
		},
		address: strings.TrimSuffix(config.To, "/") + "/api/v1/reports",
		key:     config.APIKey,
		ids:     config.Ledger != "",
	}
}

// answered is what came of one report.
type answered struct {
	accepted, counted bool
	status            int    // of HTTP, 0 for no answer
	id, undo          string // where a ledger wants it, or the report is to be undone
}

// send sends one report. An error is a report that was not accepted.
func (s server) send(report report) answered {
	request, response := s.request(fasthttp.MethodPost, s.address, report, report.body), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	if report.key != "" {
		request.Header.Set("Idempotency-Key", report.key)
	}
	if s.client.Do(request, response) != nil {
		return answered{}
	}
	if response.StatusCode() != fasthttp.StatusAccepted {
		return answered{status: response.StatusCode()}
	}
	got := answered{accepted: true, counted: bytes.Contains(response.Body(), []byte(`"counted":true`)), status: fasthttp.StatusAccepted}
	if s.ids || report.undone {
		var receipt struct{ ID, Undo string }
		if err := json.Unmarshal(response.Body(), &receipt); err == nil { // one without an id is missing in the archive, too
			got.id, got.undo = receipt.ID, receipt.Undo
		}
	}
	return got
}

// undo takes a report back, and returns the status of HTTP, 0 for no answer.
func (s server) undo(report report, got answered) (status int) {
	body, _ := json.Marshal(map[string]string{"undo": got.undo}) // strings never fail
	request, response := s.request(fasthttp.MethodDelete, s.address+"/"+got.id, report, body), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	if s.client.Do(request, response) != nil {
		return 0
	}
	return response.StatusCode()
}

// request is a request of the sender of a report, which the caller releases.
func (s server) request(method, address string, report report, body []byte) *fasthttp.Request {
	request := fasthttp.AcquireRequest()
	request.SetRequestURI(address)
	request.Header.SetMethod(method)
	request.Header.SetContentType("application/json")
	request.Header.Set(fasthttp.HeaderXForwardedFor, report.address)
	if s.key != "" {
		request.Header.Set(fasthttp.HeaderAuthorization, "Bearer "+s.key)
	}
	request.SetBodyRaw(body)
	return request
}
