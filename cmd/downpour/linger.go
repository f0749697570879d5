package main

import (
	"io"
	"net"
	"time"
)

// How long, and for how many bytes, a connection that is closed still takes
// what its client is sending.
const (
	lingerFor   = 2 * time.Second
	lingerBytes = 64 << 20
)

// lingering is a listener whose connections close in two steps. A server that
// refuses a large body answers before it has read it all; were it to close at
// once, the client's system would throw the answer away and report a broken
// connection instead.
type lingering struct{ net.Listener }

func (l lingering) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if half, ok := connection.(halfCloser); ok {
		return lingeringConn{half}, err
	}
	return connection, err
}

// halfCloser is a connection whose sending side can be closed alone.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

type lingeringConn struct{ halfCloser }

// Close ends what we send at once, and the connection when the client has
// ended its side, or after a while.
func (c lingeringConn) Close() error {
	if err := c.CloseWrite(); err != nil {
		return c.halfCloser.Close() // the client is gone already
	}
	go func() {
		defer c.halfCloser.Close()
		if c.SetReadDeadline(time.Now().Add(lingerFor)) == nil {
			_, _ = io.CopyN(io.Discard, c.halfCloser, lingerBytes)
		}
	}()
	return nil
}
