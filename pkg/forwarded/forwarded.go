// Package forwarded finds which address a request came from, and which it was sent to,
// when proxies stand in between.
//
// It promises to believe only what a trusted proxy wrote itself. Everything to
// the left of that was written by the client and could be forged, so it is
// refused. The package keeps nothing and logs nothing.
package forwarded

import (
	"net/netip"
	"strings"
)

// Loopback is the set of proxies trusted unless something else is configured:
// those on this machine.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// Client is the address of the client: the rightmost entry of X-Forwarded-For
// that is not a trusted proxy. The headers are the values of all
// X-Forwarded-For lines in the order in which they came, peer is the other end
// of the connection.
//
// The headers count only when the peer is trusted. An entry that is not an
// address ends the walk, and the entry to its right stands, or the peer: what a
// trusted proxy could not name is not ours to guess. The same holds when all
// entries are trusted. The address is unwrapped, after it is known whom to
// trust.
func Client(peer netip.Addr, headers []string, trusted []netip.Prefix) netip.Addr {
	return Unwrap(walk(peer, headers, trusted))
}

func walk(peer netip.Addr, headers []string, trusted []netip.Prefix) netip.Addr {
	client := plain(peer)
	for i := len(headers) - 1; i >= 0; i-- {
		rest, more := headers[i], true
		for more {
			if !Trusted(client, trusted) {
				return client
			}
			var entry string
			rest, entry, more = cutLast(rest)
			addr, ok := parse(entry)
			if !ok {
				return client
			}
			client = addr
		}
	}
	return client
}

// cutLast splits the last entry off a list.
func cutLast(list string) (rest, last string, more bool) {
	if at := strings.LastIndexByte(list, ','); at >= 0 {
		return list[:at], list[at+1:], true
	}
	return "", list, false
}

// parse reads an entry: an address, or an address with a port as some load
// balancers write it.
func parse(entry string) (netip.Addr, bool) {
	entry = strings.Trim(entry, " \t")
	if addr, err := netip.ParseAddr(entry); err == nil {
		return plain(addr), true
	}
	if withPort, err := netip.ParseAddrPort(entry); err == nil {
		return plain(withPort.Addr()), true
	}
	return netip.Addr{}, false
}

func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// Trusted reports whether an address is of one of the trusted networks.
func Trusted(addr netip.Addr, trusted []netip.Prefix) bool {
	for _, prefix := range trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
