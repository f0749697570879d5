package main

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
)

// TestStreamThroughTheListener reads events over a real connection, and sees
// the stream end when the server stops.
func TestStreamThroughTheListener(t *testing.T) {
	s := newServer(t, "embedded")
	request, err := http.NewRequest(http.MethodGet, s.listen()+"/api/v1/stream?service=whatsapp&country=IN", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip, br")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "" || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s with %v", response.Status, response.Header)
	}
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.app.web.watch.Run(watching) }()
	lines := bufio.NewScanner(response.Body)
	received := false
	for lines.Scan() { // ends with the server, or the test hangs
		if strings.HasPrefix(lines.Text(), `data: {"service":"whatsapp","country":"IN","status":"unknown"`) {
			received = true
			stop()
		}
	}
	if err := lines.Err(); err != nil || !received {
		t.Errorf("an event of the service was received: %v; the stream ended with %v", received, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
