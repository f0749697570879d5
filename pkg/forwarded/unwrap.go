package forwarded

import "net/netip"

// Networks whose IPv6 addresses carry the IPv4 address of the machine behind
// them.
var (
	sixToFour  = netip.MustParsePrefix("2002::/16")      // RFC 3056
	teredo     = netip.MustParsePrefix("2001::/32")      // RFC 4380
	nat64      = netip.MustParsePrefix("64:ff9b::/96")   // RFC 6052
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48") // RFC 8215, used as /96
)

// Unwrap is the address by which networks and limits know a client: the IPv4
// address inside a mapped, 6to4, NAT64 or Teredo address, else the address
// itself without its zone. One IPv4 address commands a whole 6to4 /48 and
// thousands of Teredo addresses, so they are one client. An inner address that
// no client on the internet can have, such as 127.0.0.1, is not believed: the
// IPv6 address stands. Unwrap must not be used to decide whom to trust.
func Unwrap(addr netip.Addr) netip.Addr {
	addr = plain(addr)
	if !addr.Is6() {
		return addr
	}
	bytes := addr.As16()
	var inner [4]byte
	switch {
	case sixToFour.Contains(addr):
		copy(inner[:], bytes[2:6])
	case teredo.Contains(addr):
		for i := range inner {
			inner[i] = bytes[12+i] ^ 0xff
		}
	case nat64.Contains(addr), nat64Local.Contains(addr):
		copy(inner[:], bytes[12:])
	default:
		return addr
	}
	if within := netip.AddrFrom4(inner); isPublic(within) {
		return within
	}
	return addr
}

// isPublic reports whether an IPv4 address can be that of a client on the
// internet.
func isPublic(addr netip.Addr) bool {
	return addr.IsGlobalUnicast() && !addr.IsPrivate() && addr.As4()[0] != 0 && addr.As4()[0] < 240
}
