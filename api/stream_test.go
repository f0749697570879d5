package api

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// line is a connection that a test looks at, or breaks.
type line struct {
	bytes.Buffer
	broken error
}

func (l *line) Write(p []byte) (int, error) {
	if l.broken != nil {
		return 0, l.broken
	}
	return l.Buffer.Write(p)
}

func TestIdleStreamHasHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events, sent, ended, hurried := make(chan outage.Event, 4), &line{}, make(chan bool), 0
		go func() {
			writeEvents(bufio.NewWriter(sent), events, func() { hurried++ })
			close(ended)
		}()
		events <- outage.Event{ID: "k-1", Name: "status", Data: []byte(`{}`)}
		time.Sleep(2*heartbeat + time.Second)
		synctest.Wait()
		want := "retry: 3000\n\nid: k-1\nevent: status\ndata: {}\n\n: \n\n: \n\n"
		if sent.String() != want || hurried != 4 {
			t.Errorf("sent %q in %d goes, want %q", sent.String(), hurried, want)
		}
		close(events)
		<-ended
	})
}

func TestStreamEndsWithItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events, ended := make(chan outage.Event), make(chan bool)
		go func() {
			writeEvents(bufio.NewWriter(&line{broken: errors.New("gone")}), events, func() {})
			close(ended)
		}()
		<-ended
	})
}

func TestEventsThatWaitGoTogether(t *testing.T) {
	events, goes := make(chan outage.Event, 100), 0
	for range cap(events) {
		events <- outage.Event{ID: "k", Name: "counts", Data: []byte(`{}`)}
	}
	close(events)
	sent := &line{}
	writeEvents(bufio.NewWriterSize(sent, 1<<20), events, func() { goes++ })
	if n := strings.Count(sent.String(), "event: counts\n"); n != 100 || goes > 2 {
		t.Errorf("%d events in %d goes", n, goes)
	}
}
