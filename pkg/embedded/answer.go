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

// answer is the result of a statement: a reader over the pieces as the engine produces them.
// It must be read to the end or closed, or its session is not released.
type answer struct {
	ctx    context.Context
	cancel context.CancelFunc
	out    <-chan chunk
	rest   []byte // of the last piece
	tag    string // of a framed exception
	whole  bool   // rest is the complete result
	done   bool
}

// Read reads the bytes of the result. An exception in the middle is part of the bytes, as in
// a server's response, and ends the result.
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

// Close releases the session. The engine drops the rest of the result.
func (a *answer) Close() error {
	a.cancel()
	return nil
}

// respond runs a request. Errors of statements are responses; the only error is that of the
// request's context.
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

// statementCheck returns the error of a statement sent by a method, or nil.
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

// reply is a response with a complete body. Its length is always set, because clickhouse-go
// interprets a length of 0 as a statement without rows.
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

// serve is the engine as a handler. A result is sent piece by piece.
func (c *ClickHouse) serve(w http.ResponseWriter, request *http.Request, check statementCheck) {
	response, err := c.respond(request, check)
	if err != nil {
		return // the request was cancelled
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
		// The length is not known beforehand, so that only a closed connection tells
		// the client that the rest is missing.
		c.options.Logger.Warn("response truncated", "error", err)
		panic(http.ErrAbortHandler)
	}
}
