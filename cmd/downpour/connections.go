package main

import (
	"net"
	"net/netip"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Shares of all connections, one in so many, of one address, its /24 or /48, and its /16
// or /32. Many people may share an address.
const (
	addressPart = 8
	sitePart    = 4
	carrierPart = 2
)

// connections is a listener that limits connections in total and by network. Those of
// trusted proxies count only in total, because many people use them.
type connections struct {
	net.Listener
	slots    *ratelimit.Slots
	trusted  []netip.Prefix
	refusals refusals
}

func newConnections(listener net.Listener, most int, trusted []netip.Prefix) *connections {
	return &connections{
		Listener: listener, trusted: trusted, refusals: newRefusals(),
		slots: ratelimit.NewSlots(most,
			ratelimit.Share{Network: ratelimit.Address, Most: max(1, most/addressPart)},
			ratelimit.Share{Network: ratelimit.Site, Most: max(1, most/sitePart)},
			ratelimit.Share{Network: ratelimit.Carrier, Most: max(1, most/carrierPart)},
		),
	}
}

// Accept is the next connection that has a slot. It returns an error only when
// the listener is closed or broken.
func (c *connections) Accept() (net.Conn, error) {
	for {
		connection, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		half, ok := connection.(halfCloser)
		if !ok {
			return connection, nil
		}
		if release, ok := c.slots.Acquire(c.holder(half.RemoteAddr())); ok {
			return &counted{half, release}, nil
		}
		c.refusals.refuse(half)
	}
}

// holder is the address whose share a connection uses: that of the peer, or none for a
// trusted proxy.
func (c *connections) holder(remote net.Addr) netip.Addr {
	if peer := peerOf(remote); !forwarded.Trusted(peer, c.trusted) {
		return peer
	}
	return netip.Addr{}
}

// peerOf is the address of the other end of a connection, which is not valid
// where that is no TCP.
func peerOf(remote net.Addr) netip.Addr {
	if tcp, ok := remote.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// counted is a connection that releases its slot when it is closed.
type counted struct {
	halfCloser
	release func()
}

func (c *counted) Close() error {
	err := c.halfCloser.Close()
	c.release()
	return err
}
