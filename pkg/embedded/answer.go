package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
)

// answer is what a statement gave: a reader over the pieces as the engine
// makes them. Its reader must read to the end or close it, else a session
// stays taken.
type answer struct {
	ctx    context.Context
	cancel context.CancelFunc
	out    <-chan chunk
	rest   []byte // of the last piece
	tag    string // of a framed exception
	whole  bool   // rest is all there is
	done   bool
}

// Read gives the bytes of the answer. An exception in the middle is part of
// the bytes, as in a server's answer, after which the answer ends.
func (a *answer) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.done || a.whole {
			return 0, io.EOF
		}
		if err := a.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// next waits for the next piece.
func (a *answer) next() error {
	select {
	case piece, open := <-a.out:
		switch {
		case !open:
			a.done = true
			return a.ctx.Err()
		case piece.err != nil:
			a.done = true
			a.rest = asException(piece.err).frame(a.tag)
		default:
			a.rest = piece.data
		}
		return nil
	case <-a.ctx.Done():
		return a.ctx.Err()
	}
}

// Close lets the session go. The engine drops what it had not sent.
func (a *answer) Close() error {
	a.cancel()
	return nil
}

// respond runs a request. It never fails: errors are responses too, except
// that a caller who went away gets his own context's error.
func (c *ClickHouse) respond(request *http.Request, check statementCheck) (*http.Response, error) {
	if request.URL.Path == "/ping" {
		return reply(http.StatusOK, []byte("Ok.\n")), nil
	}
	response, err := c.query(request, check)
	if cause := request.Context().Err(); err != nil && cause != nil && errors.Is(err, cause) {
		return nil, cause
	}
	if err != nil {
		exception := asException(err)
		response = reply(exception.status(), []byte(exception.Text+"\n"))
		response.Header.Set("X-ClickHouse-Exception-Code", strconv.Itoa(exception.Code))
	}
	return response, nil
}

// statementCheck is the refusal of a statement that came by a method, or nil.
type statementCheck func(method string, st *statement) error

func (c *ClickHouse) query(request *http.Request, check statementCheck) (*http.Response, error) {
	st, err := read(request, c.options.LongestRequest)
	if err != nil {
		return nil, err
	}
	if check != nil {
		if err := check(request.Method, st); err != nil {
			return nil, err
		}
	}
	if st.hello {
		greeting, err := c.greet(request.Context())
		if err != nil {
			return nil, err
		}
		return reply(http.StatusOK, greeting), nil
	}
	if st.format == "" {
		st.format = "TabSeparated"
	}
	answer, err := c.do(request.Context(), st)
	if err != nil {
		return nil, err
	}
	if answer.whole {
		defer answer.Close()
		return reply(http.StatusOK, answer.rest), nil
	}
	answer.tag = fmt.Sprintf("%016x", rand.Uint64())
	response := reply(http.StatusOK, nil)
	response.Body, response.ContentLength = answer, -1
	response.Header.Set("X-ClickHouse-Exception-Tag", answer.tag)
	return response, nil
}

// reply is a response with the whole body at hand. clickhouse-go takes a
// length of 0 for a statement without rows, so the length is always told.
func reply(status int, body []byte) *http.Response {
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", status, http.StatusText(status)),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"X-Clickhouse-Timezone": {"UTC"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// transport is the engine as an http.RoundTripper.
type transport struct{ clickhouse *ClickHouse }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer request.Body.Close()
	}
	response, err := t.clickhouse.respond(request, nil)
	if err != nil {
		return nil, err
	}
	response.Request = request
	return response, nil
}

// serve is the engine as a handler. An answer is sent on piece by piece.
func (c *ClickHouse) serve(w http.ResponseWriter, request *http.Request, check statementCheck) {
	response, err := c.respond(request, check)
	if err != nil {
		return // the caller has gone
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	if response.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
	}
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w, response.Body); err != nil {
		// The length is not known beforehand, so only a torn connection tells
		// the client that the rest is missing.
		c.options.Logger.Warn("response truncated", "error", err)
		panic(http.ErrAbortHandler)
	}
}
