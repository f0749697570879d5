package main

import (
	"io"
	"time"
)

// How a connection beyond the limits is refused.
const (
	tooMany = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 160\r\n" +
		"Cache-Control: no-store\r\nRetry-After: 5\r\nConnection: close\r\n\r\n" + tooManyBody
	tooManyBody = `{"type":"/api#problem-unavailable","title":"A part of the server is down","status":503,` +
		`"detail":"Too many connections from this network.","code":"unavailable"}` + "\n"
	refusalTime = time.Second
	// maxRefusals bounds the descriptors of connections that are being refused.
	maxRefusals = 16
)

// refusals holds one token for each connection that is being refused.
type refusals chan struct{}

func newRefusals() refusals { return make(refusals, maxRefusals) }

// refuse responds and closes a connection without waiting for its client: a response this
// short fits into the buffer of a new connection. Unless many others are being refused, it
// then reads the request, because closing before would discard the response.
func (r refusals) refuse(connection halfCloser) {
	connectionsRefused.Inc()
	err := connection.SetDeadline(time.Now().Add(refusalTime))
	if err == nil {
		_, err = connection.Write([]byte(tooMany))
	}
	if err == nil {
		err = connection.CloseWrite()
	}
	if err != nil {
		_ = connection.Close() // the client is gone
		return
	}
	select {
	case r <- struct{}{}:
		go func() {
			_, _ = io.CopyN(io.Discard, connection, maxHeader)
			_ = connection.Close()
			<-r
		}()
	default:
		_ = connection.Close()
	}
}
