package forwarded

import (
	"net/netip"
	"testing"
)

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ name, addr, want string }{
		{"IPv4", "203.0.113.9", "203.0.113.9"},
		{"IPv6", "2a00:1450::1", "2a00:1450::1"},
		{"mapped", "::ffff:203.0.113.9", "203.0.113.9"},
		{"zone", "fe80::1%eth0", "fe80::1"},
		{"6to4", "2002:cb00:7109::1", "203.0.113.9"},
		{"6to4, another subnet", "2002:cb00:7109:ffff:1:2:3:4", "203.0.113.9"},
		{"6to4 of this machine", "2002:7f00:1::1", "2002:7f00:1::1"},
		{"6to4 of a private address", "2002:a00:1::1", "2002:a00:1::1"},
		{"6to4 of a multicast address", "2002:e000:1::1", "2002:e000:1::1"},
		{"6to4 of a reserved address", "2002:f000:1::1", "2002:f000:1::1"},
		{"6to4 of nothing", "2002::1", "2002::1"},
		{"beside 6to4", "2003:cb00:7109::1", "2003:cb00:7109::1"},
		{"NAT64", "64:ff9b::203.0.113.9", "203.0.113.9"},
		{"NAT64 of a private address", "64:ff9b::10.0.0.1", "64:ff9b::a00:1"},
		{"local NAT64", "64:ff9b:1::203.0.113.9", "203.0.113.9"},
		{"local NAT64, another prefix", "64:ff9b:1:5:6:7:203.0.113.9", "203.0.113.9"},
		{"beside NAT64", "64:ff9b:2::203.0.113.9", "64:ff9b:2::cb00:7109"},
		{"Teredo (RFC 4380)", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"},
		{"Teredo, another port", "2001:0:4136:e378:8000:1111:3fff:fdd2", "192.0.2.45"},
		{"beside Teredo", "2001:1:4136:e378:8000:63bf:3fff:fdd2", "2001:1:4136:e378:8000:63bf:3fff:fdd2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Unwrap(netip.MustParseAddr(c.addr)); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if got := Unwrap(netip.Addr{}); got.IsValid() {
		t.Errorf("no address gives %s", got)
	}
}

// What is unwrapped stays as it is, has one form, and is never an address by
// which a proxy on this machine or in a private network is trusted.
func FuzzUnwrap(f *testing.F) {
	for _, seed := range []string{"2002:7f00:1::1", "64:ff9b::10.0.0.1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "::ffff:127.0.0.1"} {
		bytes := netip.MustParseAddr(seed).As16()
		f.Add(bytes[:])
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		addr, ok := netip.AddrFromSlice(bytes)
		if !ok {
			return
		}
		got := Unwrap(addr)
		if got.Is4In6() || got.Zone() != "" || got != Unwrap(got) {
			t.Fatalf("%s gives %s, then %s", addr, got, Unwrap(got))
		}
		if got != plain(addr) && (got.IsLoopback() || got.IsPrivate() || !got.IsGlobalUnicast()) {
			t.Fatalf("%s gives %s, which no client on the internet has", addr, got)
		}
	})
}
