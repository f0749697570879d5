package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sendRaw sends bytes and reads one answer; status 0 is none.
func sendRaw(t *testing.T, address, bytes string) (status int, body []byte) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, bytes); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

const someReport = `{"service":"whatsapp","country":"IN"}`

// chunked is a request whose body comes in one chunk and ends with trailers.
func chunked(path, headers, body, trailers string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: downpour.test\r\nTransfer-Encoding: chunked\r\n%s\r\n%x\r\n%s\r\n0\r\n%s\r\n",
		path, headers, len(body), body, trailers)
}

// identityHeaders are all headers that identify the sender, with values that would
// change an answer if they were believed.
var identityHeaders = map[string]string{
	"X-Forwarded-For": "31.77.5.5", "Forwarded": "for=31.77.5.5", "X-Real-IP": "31.77.5.5", "X-Forwarded-Host": "evil.example",
	"User-Agent": "another", "Accept-Language": "bn", "Origin": "http://downpour.test", "Sec-Fetch-Site": "same-origin",
	"Idempotency-Key": "another", "Authorization": "Bearer open sesame", "Content-Type": "application/json",
	"Host": "evil.example", "Content-Length": "1", "Cookie": "a=b", "Downpour-Anything": "x",
}

// TestTrailersAreNoHeaders sends each identity header after the body: directly,
// and through the proxies that people have.
func TestTrailersAreNoHeaders(t *testing.T) {
	_, server := listening(t)
	for name, address := range map[string]func(t *testing.T) string{
		"direct":  func(*testing.T) string { return server },
		"haproxy": func(t *testing.T) string { return haproxy(t, server, "") },
		"nginx":   func(t *testing.T) string { return nginx(t, server) },
	} {
		t.Run(name, func(t *testing.T) { trailersChangeNothing(t, address(t)) })
	}
}

func trailersChangeNothing(t *testing.T, address string) {
	const headers = "User-Agent: one\r\nAccept-Language: en\r\n"
	const asJSON = headers + "Content-Type: application/json\r\n"
	if status, body := sendRaw(t, address, chunked("/api/v1/reports", asJSON, someReport, "")); status != http.StatusAccepted {
		t.Fatalf("without a trailer: %d %s", status, body)
	}
	if status, body := sendRaw(t, address, chunked("/api/v1/reports", "Content-Type: application/json\r\n", someReport, "")); status != http.StatusAccepted {
		t.Fatalf("without a trailer or a sender: %d %s", status, body)
	}
	for name, value := range identityHeaders {
		for _, announced := range []string{"", "Trailer: " + name + "\r\n"} {
			trailer := name + ": " + value + "\r\n"
			for what, c := range map[string]struct {
				path, headers, body string
				allowed             int // the status without the trailer
			}{
				"report": {"/api/v1/reports", asJSON, someReport, http.StatusAccepted},
				// Only the trailer identifies the sender of this one.
				"bare report":  {"/api/v1/reports", "Content-Type: application/json\r\n", someReport, http.StatusAccepted},
				"foreign page": {"/api/v1/reports", asJSON + "Sec-Fetch-Site: cross-site\r\n", someReport, http.StatusForbidden},
				"no type":      {"/api/v1/reports", headers, someReport, http.StatusUnsupportedMediaType},
				"no key":       {"/api/v1/reports/batch", headers + "Content-Type: application/x-ndjson\r\n", "{}\n", http.StatusUnauthorized},
			} {
				status, body := sendRaw(t, address, chunked(c.path, announced+c.headers, c.body, trailer))
				if status != c.allowed && status != http.StatusBadRequest && status != http.StatusBadGateway {
					t.Errorf("%s with trailer %s (announced: %v): %d %s", what, name, announced != "", status, body)
				}
				var answer struct{ Counted bool }
				if status == http.StatusAccepted && (json.Unmarshal(body, &answer) != nil || answer.Counted) {
					t.Errorf("trailer %s (announced: %v) made another person: %s", name, announced != "", body)
				}
			}
		}
	}
}

// TestStrictFraming sends requests that a proxy may read otherwise.
func TestStrictFraming(t *testing.T) {
	_, address := listening(t)
	report := func(headers string) string {
		return "POST /api/v1/reports HTTP/1.1\r\nHost: downpour.test\r\nContent-Type: application/json\r\n" + headers + "\r\n"
	}
	length := fmt.Sprintf("Content-Length: %d\r\n", len(someReport))
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(someReport), someReport)
	if status, body := sendRaw(t, address, report(length)+someReport); status != http.StatusAccepted {
		t.Fatalf("a sound request: %d %s", status, body)
	}
	for name, bytes := range map[string]string{
		"both lengths":             report(length+"Transfer-Encoding: chunked\r\n") + chunks,
		"both lengths, reversed":   report("Transfer-Encoding: chunked\r\n"+length) + chunks,
		"length and identity":      report(length+"Transfer-Encoding: identity\r\n") + someReport,
		"two lengths":              report(length+"Content-Length: 5\r\n") + someReport,
		"the same length twice":    report(length+length) + someReport,
		"lengths in a list":        report("Content-Length: 37, 37\r\n") + someReport,
		"signed length":            report(strings.Replace(length, ": ", ": +", 1)) + someReport,
		"negative length":          report("Content-Length: -1\r\n") + someReport,
		"two encodings":            report("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + chunks,
		"encodings in a list":      report("Transfer-Encoding: gzip, chunked\r\n") + chunks,
		"unknown encoding":         report("Transfer-Encoding: xchunked\r\n") + chunks,
		"folded header":            report("X-A: b\r\n c\r\n"+length) + someReport,
		"folded encoding":          report("Transfer-Encoding:\r\n chunked\r\n") + chunks,
		"space before the colon":   report("Transfer-Encoding : chunked\r\n") + chunks,
		"tab before the colon":     report("X-A\t: b\r\n"+length) + someReport,
		"bare LF":                  report("X-A: b\n"+length) + someReport,
		"bare LF before a header":  report("X-A: b\nTransfer-Encoding: chunked\r\n") + chunks,
		"bare CR in a value":       report("X-A: b\rTransfer-Encoding: chunked\r\n"+length) + someReport,
		"NUL in a value":           report("X-A: b\x00\r\n"+length) + someReport,
		"no colon":                 report("X-A\r\n"+length) + someReport,
		"no name":                  report(": b\r\n"+length) + someReport,
		"two hosts":                report("Host: evil.example\r\n"+length) + someReport,
		"two types":                report("Content-Type: text/plain\r\n"+length) + someReport,
		"two agents":               report("User-Agent: a\r\nUser-Agent: b\r\n"+length) + someReport,
		"two origins":              report("Origin: http://downpour.test\r\nOrigin: null\r\n"+length) + someReport,
		"chunks in HTTP/1.0":       strings.Replace(report("Transfer-Encoding: chunked\r\n"), "1.1", "1.0", 1) + chunks,
		"a chunk size with a sign": report("Transfer-Encoding: chunked\r\n") + "+" + chunks,
		"a chunk size with a 0x":   report("Transfer-Encoding: chunked\r\n") + "0x" + chunks,
		"a chunk ended by bare LF": report("Transfer-Encoding: chunked\r\n") + strings.Replace(chunks, "\r\n", "\n", 1),
	} {
		if status, body := sendRaw(t, address, bytes); status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400: %s", name, status, body)
		}
	}
}
