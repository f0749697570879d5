// Package ratelimit bounds what strangers may do by the network they come from.
//
// A Limiter holds token buckets, Slots count what is held at the same time. Both
// apply several levels at once, such as the address, its /24 and its /16, so that
// a whole network cannot do what one address may not. Both need memory that is
// bounded whatever strangers send, and both keep addresses in memory only.
package ratelimit

import (
	"net/netip"

	"github.com/open-downpour/downpour/pkg/forwarded"
)

// Network is a size of network: prefix lengths for IPv4 and IPv6. A length of 0
// leaves that family out.
type Network struct{ V4, V6 int }

// The levels that the server uses.
var (
	Address = Network{32, 64} // one household or one machine
	Site    = Network{24, 48} // one customer, or one part of a provider
	Carrier = Network{16, 32} // one provider
)

// of gives the network of an address; false where the family is left out.
func (n Network) of(addr netip.Addr) (netip.Prefix, bool) {
	addr = forwarded.Unwrap(addr)
	bits := n.V6
	if addr.Is4() {
		bits = n.V4
	}
	if bits == 0 || !addr.IsValid() {
		return netip.Prefix{}, false
	}
	prefix, err := addr.Prefix(bits)
	return prefix, err == nil
}

// Name is the network of an address as text, "" where the family is left out.
func (n Network) Name(addr netip.Addr) string {
	prefix, ok := n.of(addr)
	if !ok {
		return ""
	}
	return prefix.String()
}
