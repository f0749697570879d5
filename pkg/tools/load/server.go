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
	ids     bool // the ids of reports are wanted
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
	id                string // where a ledger wants it
}

// send sends one report. An error is a report that was not accepted.
func (s server) send(report report) answered {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI(s.address)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	request.Header.Set(fasthttp.HeaderXForwardedFor, report.address)
	if s.key != "" {
		request.Header.Set(fasthttp.HeaderAuthorization, "Bearer "+s.key)
	}
	if report.key != "" {
		request.Header.Set("Idempotency-Key", report.key)
	}
	request.SetBodyRaw(report.body)
	if s.client.Do(request, response) != nil {
		return answered{}
	}
	if response.StatusCode() != fasthttp.StatusAccepted {
		return answered{status: response.StatusCode()}
	}
	got := answered{accepted: true, counted: bytes.Contains(response.Body(), []byte(`"counted":true`)), status: fasthttp.StatusAccepted}
	if s.ids {
		var receipt struct{ ID string }
		if err := json.Unmarshal(response.Body(), &receipt); err == nil { // one without an id is missing in the archive, too
			got.id = receipt.ID
		}
	}
	return got
}
