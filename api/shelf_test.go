package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
)

func newShelf() *shelf { return &shelf{answers: map[string]*ready{}} }

func TestShelfMakesOnceInATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, made := newShelf(), 0
		ask := func(ctx context.Context) (*ready, error) {
			return s.take(ctx, "k", time.Now, time.Minute, func(context.Context) (string, []byte, error) {
				made++
				time.Sleep(100 * time.Millisecond)
				return "text/plain", []byte{byte('0' + made)}, nil
			})
		}
		impatient, leave := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := ask(impatient)
			gone <- err
		}()
		synctest.Wait()
		answers := make(chan *ready, 9)
		for range cap(answers) {
			go func() {
				answer, err := ask(t.Context())
				if err != nil {
					t.Error(err)
				}
				answers <- answer
			}()
		}
		synctest.Wait()
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		for range cap(answers) {
			if answer := <-answers; string(answer.body) != "1" {
				t.Errorf("one of many got %s", answer.body)
			}
		}
		time.Sleep(tick - time.Nanosecond)
		if answer, _ := ask(t.Context()); string(answer.body) != "1" || made != 1 {
			t.Errorf("within the tick %d were made, the last is %s", made, answer.body)
		}
		time.Sleep(time.Nanosecond)
		if answer, _ := ask(t.Context()); string(answer.body) != "2" || len(s.answers) != 1 {
			t.Errorf("after the tick it is %s, with %d kept", answer.body, len(s.answers))
		}
	})
}

func TestShelfKeepsNoError(t *testing.T) {
	s, fail := newShelf(), errors.New("away")
	makes := func(context.Context) (string, []byte, error) { return "text/plain", []byte("x"), fail }
	if _, err := s.take(t.Context(), "k", time.Now, time.Minute, makes); !errors.Is(err, fail) {
		t.Fatalf("got %v", err)
	}
	fail = nil
	if answer, err := s.take(t.Context(), "k", time.Now, time.Minute, makes); err != nil || string(answer.body) != "x" {
		t.Errorf("then %v", err)
	}
}

func TestSharedAnswersAreCompressed(t *testing.T) {
	plain := call{path: "/api/v1/services"}
	response, want := plain.send(t)
	if response.Header.Get("Content-Encoding") != "" {
		t.Fatalf("compressed as %q for a client that does not ask", response.Header.Get("Content-Encoding"))
	}
	etag := response.Header.Get("ETag")
	for accept, encoding := range map[string]string{"gzip, br": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "identity": "", "zstd": ""} {
		c := call{path: plain.path, header: "Accept-Encoding: " + accept}
		response, body := c.send(t)
		if got := response.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("%s: answered as %q", accept, got)
		}
		if response.Header.Get("ETag") != etag || response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: ETag %s, Vary %s", accept, response.Header.Get("ETag"), response.Header.Get("Vary"))
		}
		var reader io.Reader = bytes.NewReader(body)
		switch encoding {
		case "br":
			reader = brotli.NewReader(reader)
		case "gzip":
			unzipped, err := gzip.NewReader(reader)
			if err != nil {
				t.Fatal(err)
			}
			reader = unzipped
		}
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: another body (%v): %.80s", accept, err, got)
		}
	}
}
