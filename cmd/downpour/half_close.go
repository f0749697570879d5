package main

import (
	"io"
	"net"
	"time"
)

// How long, and for how many bytes, a closed connection still reads what its client
// sends.
const (
	readAfterClose  = 2 * time.Second
	bytesAfterClose = 64 << 20
)

// halfCloseListener is a listener whose connections close in two steps. A server that
// rejects a large body responds before it has read all of it; if it closed at once, the
// client's system would discard the response and report a broken connection instead.
type halfCloseListener struct{ net.Listener }

func (l halfCloseListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if half, ok := connection.(halfCloser); ok {
		return halfCloseConn{half}, err
	}
	return connection, err
}

// halfCloser is a connection whose sending side can be closed alone.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

type halfCloseConn struct{ halfCloser }

// Close ends the sending side at once, and the connection when the client has
// ended its side, or after a while.
func (c halfCloseConn) Close() error {
	if err := c.CloseWrite(); err != nil {
		return c.halfCloser.Close() // the client is gone already
	}
	go func() {
		defer c.halfCloser.Close()
		if c.SetReadDeadline(time.Now().Add(readAfterClose)) == nil {
			_, _ = io.CopyN(io.Discard, c.halfCloser, bytesAfterClose)
		}
	}()
	return nil
}
