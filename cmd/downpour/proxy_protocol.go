package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/proxyheader"
)

const (
	// headerWithin is how long a trusted peer may take to send its PROXY header.
	headerWithin = 3 * time.Second
	// headersPart bounds the connections whose header is awaited: one in so many
	// of all.
	headersPart = 8
)

// proxied is a listener whose trusted peers are TCP forwarders: each of their
// connections begins with a PROXY header, and the client that it names is the peer
// of the connection from then on. Other peers are served as themselves; a header of
// theirs is a malformed request.
type proxied struct {
	net.Listener
	trusted proxies
	within  time.Duration
	logger  *slog.Logger
	// headers holds a token for each connection whose header is awaited.
	headers  chan struct{}
	refusals refusals
	warning  sync.Once

	start  sync.Once
	ready  chan net.Conn
	ctx    context.Context // ends with the listener
	cancel context.CancelFunc
	ended  chan struct{}
	failed error // why it ended
}

// newProxied awaits at most so many headers at the same time.
func newProxied(listener net.Listener, headers int, trusted proxies, logger *slog.Logger) *proxied {
	ctx, cancel := context.WithCancel(context.Background())
	return &proxied{
		Listener: listener, trusted: trusted, within: headerWithin, logger: logger,
		headers: make(chan struct{}, headers), refusals: newRefusals(),
		ready: make(chan net.Conn), ctx: ctx, cancel: cancel, ended: make(chan struct{}),
	}
}

// Accept is the next connection whose peer is known. The first call starts the
// goroutine that accepts, which ends with the listener.
func (p *proxied) Accept() (net.Conn, error) {
	p.start.Do(func() { go p.acceptAll() })
	select {
	case connection := <-p.ready:
		return connection, nil
	case <-p.ended:
		return nil, p.failed
	}
}

// Close ends the connections whose header is awaited as well.
func (p *proxied) Close() error {
	p.cancel()
	return p.Listener.Close()
}

func (p *proxied) acceptAll() {
	defer close(p.ended)
	defer p.cancel()
	for {
		connection, err := p.Listener.Accept()
		if err != nil {
			p.failed = err
			return
		}
		p.receive(connection)
	}
}

// receive passes a connection on, after reading its header where it must have one. It does
// not wait for headers, so that a slow forwarder blocks no other.
func (p *proxied) receive(connection net.Conn) {
	tcp, ok := connection.(*net.TCPConn)
	if !ok || !forwarded.Trusted(peerOf(tcp.RemoteAddr()), p.trusted) {
		p.hand(connection)
		return
	}
	select {
	case p.headers <- struct{}{}:
		go func() {
			defer func() { <-p.headers }()
			p.awaitHeader(tcp)
		}()
	default:
		p.refusals.refuse(tcp)
	}
}

// hand passes a connection to Accept, or closes it when the listener is closed.
func (p *proxied) hand(connection net.Conn) {
	select {
	case p.ready <- connection:
	case <-p.ctx.Done():
		_ = connection.Close()
	}
}

// awaitHeader reads a header and passes the connection on with the client's address.
func (p *proxied) awaitHeader(tcp *net.TCPConn) {
	stop := context.AfterFunc(p.ctx, func() { _ = tcp.Close() })
	err := tcp.SetReadDeadline(time.Now().Add(p.within))
	named := namedConn{TCPConn: tcp}
	if err == nil {
		named.client, err = proxyheader.Source(tcp)
	}
	if err == nil {
		err = tcp.SetReadDeadline(time.Time{})
	}
	switch open := stop(); {
	case !open: // the listener was closed, and the connection with it
	case err != nil:
		_ = tcp.Close()
		p.count(err)
	case !named.client.IsValid():
		p.hand(tcp) // the client is the peer
	default:
		p.hand(named)
	}
}

// count counts a refused connection, and logs the first one. A peer that disconnects before
// it sends anything is neither: it checked whether the port is open.
func (p *proxied) count(err error) {
	var reason string
	switch {
	case errors.Is(err, proxyheader.ErrMissing):
		reason = headerMissing
	case errors.Is(err, proxyheader.ErrMalformed):
		reason = headerMalformed
	case errors.Is(err, os.ErrDeadlineExceeded):
		reason = headerLate
	default:
		return
	}
	headersRefused.WithLabelValues(reason).Inc()
	p.warning.Do(func() {
		p.logger.Warn("a connection of a trusted proxy has no valid PROXY header and was closed, as all such are; "+
			"only forwarders that send one belong into --trusted-proxies", "header", reason)
	})
}

// namedConn is a connection whose peer is the client that a PROXY header named.
type namedConn struct {
	*net.TCPConn
	client netip.AddrPort
}

// RemoteAddr is a *net.TCPAddr, as fasthttp expects.
func (c namedConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.client) }
