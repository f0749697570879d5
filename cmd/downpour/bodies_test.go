package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// exchange sends raw bytes to a server and reads one answer.
func exchange(t *testing.T, address, request string) (*http.Response, []byte) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("%.200q is not answered: %v", request, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// TestBodiesAreRefusedBeforeTheyAreRead announces bodies and sends a few bytes
// of them: an answer can come only if the server does not wait for the rest.
func TestBodiesAreRefusedBeforeTheyAreRead(t *testing.T) {
	s := newServer(t, "embedded")
	address := strings.TrimPrefix(s.listen(), "http://")
	const form, lines, key = "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/x-ndjson", "Authorization: Bearer open sesame"
	for _, test := range []struct {
		name, target, header string
		status               int
		kind                 string
	}{
		{"a report", "POST /api/v1/reports", "Content-Type: application/json", 413, "application/problem+json"},
		{"a report with a key", "POST /api/v1/reports", key, 413, "application/problem+json"},
		{"an undo", "DELETE /api/v1/reports/r1", "Content-Type: application/json", 413, "application/problem+json"},
		{"a form", "POST /report", form, 413, "application/problem+json"},
		{"a form of a browser", "POST /report", form + "\r\nAccept: text/html,*/*", 413, "text/html; charset=utf-8"},
		{"a file", "POST /report", "Content-Type: multipart/form-data; boundary=x", 413, "application/problem+json"},
		{"an undo by a form", "POST /undo", form, 413, "application/problem+json"},
		{"a read with a body", "GET /api/v1/services", key, 413, "application/problem+json"},
		{"an unknown address", "POST /nosuch", key, 413, "application/problem+json"},
		{"a batch without a key", "POST /api/v1/reports/batch", lines, 401, "application/problem+json"},
		{"a batch with a wrong key", "POST /api/v1/reports/batch", lines + "\r\nAuthorization: Bearer wrong", 401, "application/problem+json"},
		{"a batch by PUT", "PUT /api/v1/reports/batch", lines + "\r\n" + key, 413, "application/problem+json"},
		{"a compressed report", "POST /api/v1/reports", "Content-Type: application/json\r\nContent-Encoding: gzip", 413, "application/problem+json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, body := exchange(t, address, test.target+" HTTP/1.1\r\nHost: x\r\n"+test.header+"\r\nContent-Length: 8000000\r\n\r\n1234567")
			if response.StatusCode != test.status || response.Header.Get("Content-Type") != test.kind || !response.Close {
				t.Errorf("%s as %q, closed %t: %.300s", response.Status, response.Header.Get("Content-Type"), response.Close, body)
			}
		})
	}
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 20_000, strings.Repeat("x", 20_000))
	response, body := exchange(t, address, "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk)
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long chunk: %s %.300s", response.Status, body)
	}
}

// TestOnlyBatchesWithAKeyAreLarge sends a megabyte of lines.
func TestOnlyBatchesWithAKeyAreLarge(t *testing.T) {
	s := newServer(t, "embedded")
	base := s.listen()
	for _, path := range []string{"/api/v1/reports/batch", "/API/v1/reports/BATCH/"} {
		request, err := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(bytes.Repeat([]byte("{}\n"), 350_000)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-ndjson")
		request.Header.Set("Authorization", "Bearer open sesame")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode == http.StatusRequestEntityTooLarge && !bytes.Contains(body, []byte("lines")) || response.StatusCode == http.StatusUnauthorized {
			t.Errorf("%s: %s %.300s", path, response.Status, body)
		}
	}
}

func TestFieldsAreFew(t *testing.T) {
	s := newServer(t, "embedded")
	many := strings.Repeat("a=1&", 3000)
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	refusal{status: http.StatusBadRequest, field: "query"}.refused(t, s.send(alice, http.MethodGet, "/api/v1/services?"+many, "", form))
	refusal{status: http.StatusBadRequest, field: "body"}.refused(t, s.send(alice, http.MethodPost, "/report", many, form))
	form.Set("Content-Type", "Application/X-WWW-Form-Urlencoded;charset=utf-8")
	refusal{status: http.StatusBadRequest, field: "body"}.refused(t, s.send(alice, http.MethodPost, "/undo", many, form))
}

// TestErrorsBeforeTheRouter sends what no route gets to see.
func TestErrorsBeforeTheRouter(t *testing.T) {
	s := newServer(t, "embedded")
	address := strings.TrimPrefix(s.listen(), "http://")
	for _, test := range []struct {
		name, request string
		status        int
	}{
		{"headers of 20 kB", "GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nCookie: " + strings.Repeat("c", 20_000) + "\r\n\r\n", 431},
		{"an address of 20 kB", "GET /" + strings.Repeat("x", 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
		{"no HTTP", "hello\r\n\r\n", 400},
		{"two lengths", "POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
		{"a negative length", "POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400},
		{"a broken chunk", "POST /report HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, body := exchange(t, address, test.request)
			refusal{status: test.status}.refused(t, answer{response.StatusCode, response.Header, body})
		})
	}
	response, body := exchange(t, address, "GET /livez HTTP/1.1\r\nHost: x\r\nCookie: "+strings.Repeat("c", 12_000)+"\r\n\r\n")
	if response.StatusCode != http.StatusOK {
		t.Errorf("cookies of 12 kB: %s %s", response.Status, body)
	}
	if text := s.log.String(); strings.Contains(text, "level=ERROR") {
		t.Errorf("strangers fill the log: %s", text)
	}
}

// TestUnknownKeysAreLimited guesses API keys from one address.
func TestUnknownKeysAreLimited(t *testing.T) {
	s := newServer(t, "embedded")
	statuses := map[int]int{}
	for i := range 400 {
		header := http.Header{"Content-Type": {"application/x-ndjson"}, "Authorization": {fmt.Sprintf("Bearer guess%d", i)}}
		got := s.send(alice, http.MethodPost, "/api/v1/reports/batch", "{}\n", header)
		statuses[got.status]++
		if got.status == http.StatusTooManyRequests && got.header.Get("Retry-After") == "" {
			t.Fatal("no Retry-After")
		}
	}
	if statuses[http.StatusUnauthorized] > 30 || statuses[http.StatusUnauthorized]+statuses[http.StatusTooManyRequests] != 400 {
		t.Errorf("answers by status: %v", statuses)
	}
}

// TestSlowRequestsEnd sends a request a byte at a time, for longer than a whole
// request may take.
func TestSlowRequestsEnd(t *testing.T) {
	for name, start := range map[string]string{
		"header": "GET / HTTP/1.1\r\nX-Slow: ",
		"body":   "POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, "embedded")
			s.app.web.fiber.Server().ReadTimeout = 200 * time.Millisecond
			connection, err := net.Dial("tcp", strings.TrimPrefix(s.listen(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			ended := make(chan struct{})
			defer close(ended)
			go func() {
				_, _ = io.WriteString(connection, start)
				ticks := time.NewTicker(20 * time.Millisecond)
				defer ticks.Stop()
				for {
					select {
					case <-ticks.C:
						_, _ = io.WriteString(connection, "x")
					case <-ended:
						return
					}
				}
			}()
			if err := connection.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			refusal{status: http.StatusRequestTimeout}.refused(t, answer{response.StatusCode, response.Header, body})
		})
	}
}
