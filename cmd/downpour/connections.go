package main

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"downpour/pkg/ratelimit"
)

// What one address, its /24 or /48, and its /16 or /32 may hold of all
// connections: one in so many. An address may be that of many people.
const (
	addressPart = 8
	sitePart    = 4
	carrierPart = 2
)

var connectionsRefused = promauto.NewCounter(prometheus.CounterOpts{
	Name: "downpour_connections_refused_total",
	Help: "Connections that were refused because their network or the server had too many.",
})

// connections is a listener that holds fewer connections than there are file
// descriptors, divides them among networks, and survives a lack of descriptors.
// Connections of trusted proxies count in all only, since they carry many people.
type connections struct {
	net.Listener
	slots   *ratelimit.Slots
	trusted []netip.Prefix
	logger  *slog.Logger
	closed  chan struct{}
	close   func() error
	// refusals holds a token for each connection that is being refused.
	refusals chan struct{}
}

func newConnections(listener net.Listener, most int, trusted []netip.Prefix, logger *slog.Logger) *connections {
	c := &connections{
		Listener: listener, trusted: trusted, logger: logger, closed: make(chan struct{}), refusals: make(chan struct{}, maxRefusals),
		slots: ratelimit.NewSlots(most,
			ratelimit.Share{Network: ratelimit.Address, Most: max(1, most/addressPart)},
			ratelimit.Share{Network: ratelimit.Site, Most: max(1, most/sitePart)},
			ratelimit.Share{Network: ratelimit.Carrier, Most: max(1, most/carrierPart)},
		),
	}
	c.close = sync.OnceValue(func() error {
		close(c.closed)
		return listener.Close()
	})
	return c
}

func (c *connections) Close() error { return c.close() }

// Accept is the next connection that has a slot. It returns an error only when
// the listener is closed or broken.
func (c *connections) Accept() (net.Conn, error) {
	for {
		connection, err := c.acceptPatiently()
		if err != nil {
			return nil, err
		}
		tcp, ok := connection.(*net.TCPConn)
		if !ok {
			return connection, nil
		}
		if release, ok := c.slots.Acquire(c.holder(tcp.RemoteAddr())); ok {
			return &counted{tcp, release}, nil
		}
		connectionsRefused.Inc()
		c.refuse(tcp)
	}
}

// holder is the address whose share a connection takes: that of the peer, and
// none for a trusted proxy.
func (c *connections) holder(remote net.Addr) netip.Addr {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	peer := tcp.AddrPort().Addr().Unmap().WithZone("")
	for _, network := range c.trusted {
		if network.Contains(peer) {
			return netip.Addr{}
		}
	}
	return peer
}

// counted is a connection that gives its slot back when it is closed.
type counted struct {
	*net.TCPConn
	release func()
}

func (c *counted) Close() error {
	err := c.TCPConn.Close()
	c.release()
	return err
}

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

// refuse answers and closes a connection without waiting for its client: an
// answer this short fits into the buffer of a new connection. It then lets the
// request arrive, since closing meanwhile would discard the answer, unless many
// others are being refused.
func (c *connections) refuse(connection *net.TCPConn) {
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
	case c.refusals <- struct{}{}:
		go func() {
			_, _ = io.CopyN(io.Discard, connection, maxHeader)
			_ = connection.Close()
			<-c.refusals
		}()
	default:
		_ = connection.Close()
	}
}
