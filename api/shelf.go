package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/singleflight"
)

// tick is how long an answer that many ask for stands as it was made. With the
// tick of what it was made of it is under five seconds behind.
const tick = 2 * time.Second

// brotliLevel costs a few milliseconds for a hundred kilobytes; the highest
// level costs fifty times that for a quarter fewer bytes.
const brotliLevel = 5

// ready is an answer as it goes out.
type ready struct {
	contentType string
	body        []byte
	etag        string
	until       time.Time
	brotli      func() []byte
	gzip        func() []byte
}

// newReady is an answer that stands until an instant. It is compressed when the
// first client asks for it that way.
func newReady(contentType string, body []byte, until time.Time) *ready {
	return &ready{
		contentType: contentType, body: body, etag: tagOf(body), until: until,
		brotli: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := brotli.NewWriterLevel(&out, brotliLevel)
			_, _ = w.Write(body) // a bytes.Buffer takes everything
			_ = w.Close()
			return out.Bytes()
		}),
		gzip: sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, _ = w.Write(body)
			_ = w.Close()
			return out.Bytes()
		}),
	}
}

// shelf holds the answers of the current tick. Its keys are of a closed set, so
// that strangers cannot fill it.
type shelf struct {
	mutex   sync.Mutex
	answers map[string]*ready
	working singleflight.Group
}

// take is the answer under a key, made anew by one caller for all when it is
// too old. That caller may leave: the others still get theirs.
func (s *shelf) take(ctx context.Context, key string, now func() time.Time, limit time.Duration, fresh func(context.Context) (contentType string, body []byte, err error)) (*ready, error) {
	if answer := s.look(key, now()); answer != nil {
		return answer, nil
	}
	made := s.working.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer cancel()
		contentType, body, err := fresh(ctx)
		if err != nil {
			return nil, err
		}
		answer := newReady(contentType, body, now().Add(tick))
		s.put(key, answer, now())
		return answer, nil
	})
	select {
	case result := <-made:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*ready), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *shelf) look(key string, now time.Time) *ready {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if answer := s.answers[key]; answer != nil && now.Before(answer.until) {
		return answer
	}
	return nil
}

// put keeps an answer, and drops those whose time is over.
func (s *shelf) put(key string, answer *ready, now time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	maps.DeleteFunc(s.answers, func(_ string, old *ready) bool { return !now.Before(old.until) })
	s.answers[key] = answer
}

// sendShared answers a read with a value that is made once in a tick for all
// who ask under the key.
func (a *API) sendShared(c *fiber.Ctx, key string, fresh time.Duration, value func(context.Context) (any, error)) error {
	return a.sendReady(c, key, fresh, func(ctx context.Context) (string, []byte, error) {
		answer, err := value(ctx)
		if err != nil {
			return "", nil, err
		}
		body, err := json.Marshal(answer)
		if err != nil {
			return "", nil, fmt.Errorf("writing the answer: %w", err)
		}
		return fiber.MIMEApplicationJSON, body, nil
	})
}

// sendReady answers from the shelf, in the smallest encoding that the client takes.
func (a *API) sendReady(c *fiber.Ctx, key string, fresh time.Duration, makes func(context.Context) (string, []byte, error)) error {
	answer, err := a.shelf.take(c.UserContext(), key, a.Now, a.Timeout, makes)
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if validated(c, answer.etag, fresh) {
		return nil
	}
	c.Set(fiber.HeaderContentType, answer.contentType)
	switch {
	case c.Get(fiber.HeaderAcceptEncoding) == "":
		return c.Send(answer.body) // the framework would take that for anything
	case c.AcceptsEncodings("br") != "":
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(answer.brotli())
	case c.AcceptsEncodings("gzip") != "":
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(answer.gzip())
	}
	return c.Send(answer.body)
}
