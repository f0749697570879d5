package forwarded

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestClient(t *testing.T) {
	cdn := append(Loopback(), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8:c::/48"))
	cases := []struct {
		name, peer string
		headers    []string
		trusted    []netip.Prefix
		want       string
	}{
		{"no header", "203.0.113.9", nil, Loopback(), "203.0.113.9"},
		{"peer not trusted", "203.0.113.9", []string{"192.0.2.1"}, Loopback(), "203.0.113.9"},
		{"nobody trusted", "127.0.0.1", []string{"192.0.2.1"}, nil, "127.0.0.1"},
		{"one proxy", "127.0.0.1", []string{"192.0.2.1"}, Loopback(), "192.0.2.1"},
		{"forged on the left", "127.0.0.1", []string{"10.9.9.9, 192.0.2.1"}, Loopback(), "192.0.2.1"},
		{"two proxies", "127.0.0.1", []string{"192.0.2.1, 198.51.100.7"}, cdn, "192.0.2.1"},
		{"two proxies, forged", "127.0.0.1", []string{"8.8.8.8,192.0.2.1 ,198.51.100.7"}, cdn, "192.0.2.1"},
		{"two header lines", "127.0.0.1", []string{"8.8.8.8", "192.0.2.1, 198.51.100.7"}, cdn, "192.0.2.1"},
		{"continues in the earlier line", "127.0.0.1", []string{"8.8.8.8, 192.0.2.1", "198.51.100.7"}, cdn, "192.0.2.1"},
		{"private client", "127.0.0.1", []string{"10.0.0.5"}, Loopback(), "10.0.0.5"},
		{"garbage", "127.0.0.1", []string{"unknown"}, Loopback(), "127.0.0.1"},
		{"garbage behind a proxy", "127.0.0.1", []string{"192.0.2.1, ?, 198.51.100.7"}, cdn, "198.51.100.7"},
		{"garbage left of the client", "127.0.0.1", []string{"?, 192.0.2.1"}, Loopback(), "192.0.2.1"},
		{"empty header", "127.0.0.1", []string{""}, Loopback(), "127.0.0.1"},
		{"empty entry", "127.0.0.1", []string{"192.0.2.1,"}, Loopback(), "127.0.0.1"},
		{"all trusted", "127.0.0.1", []string{"198.51.100.8, 198.51.100.7"}, cdn, "198.51.100.8"},
		{"mapped peer", "::ffff:127.0.0.1", []string{"192.0.2.1"}, Loopback(), "192.0.2.1"},
		{"mapped entry", "127.0.0.1", []string{"::ffff:192.0.2.1"}, Loopback(), "192.0.2.1"},
		{"mapped proxy", "127.0.0.1", []string{"192.0.2.1, ::ffff:198.51.100.7"}, cdn, "192.0.2.1"},
		{"IPv6", "::1", []string{"2001:db8::1"}, Loopback(), "2001:db8::1"},
		{"IPv6 proxy", "::1", []string{"2001:db8::1, 2001:db8:c::9"}, cdn, "2001:db8::1"},
		{"zone", "fe80::1%eth0", nil, Loopback(), "fe80::1"},
		{"port", "127.0.0.1", []string{"192.0.2.1:4711"}, Loopback(), "192.0.2.1"},
		{"IPv6 port", "127.0.0.1", []string{"[2001:db8::1]:4711"}, Loopback(), "2001:db8::1"},
		{"6to4 client", "127.0.0.1", []string{"2002:cb00:7109::5"}, Loopback(), "203.0.113.9"},
		{"6to4 peer", "2002:cb00:7109::5", nil, Loopback(), "203.0.113.9"},
		{"6to4 of a proxy is no proxy", "2002:c633:6407::1", []string{"192.0.2.1"}, cdn, "198.51.100.7"},
		{"6to4 of this machine is no proxy", "2002:7f00:1::1", []string{"192.0.2.1"}, Loopback(), "2002:7f00:1::1"},
		{"not quite an address", "127.0.0.1", []string{"192.0.2.256"}, Loopback(), "127.0.0.1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Client(netip.MustParseAddr(c.peer), c.headers, c.trusted); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestClientWithoutPeer(t *testing.T) {
	if got := Client(netip.Addr{}, []string{"192.0.2.1"}, Loopback()); got.IsValid() {
		t.Errorf("an unknown peer was trusted: %s", got)
	}
}

// What a client writes itself, left of the entry its proxy added, never changes
// the answer.
func FuzzClient(f *testing.F) {
	f.Add("8.8.8.8", "192.0.2.1")
	f.Add("", "")
	f.Add("::ffff:127.0.0.1, 127.0.0.1", "127.0.0.1")
	f.Add("a,b,,", "2001:db8::1%eth0")
	f.Fuzz(func(t *testing.T, forged, entry string) {
		peer := netip.MustParseAddr("127.0.0.1")
		entry = strings.ReplaceAll(entry, ",", "")
		alone := Client(peer, []string{entry}, Loopback())
		if !alone.IsValid() || alone.Is4In6() || alone.Zone() != "" {
			t.Fatalf("%q gives %s", entry, alone)
		}
		if slices.ContainsFunc(Loopback(), func(p netip.Prefix) bool { return p.Contains(alone) }) {
			return // the proxy itself wrote a trusted address, so the walk goes on
		}
		for _, headers := range [][]string{{forged + "," + entry}, {forged, entry}} {
			if got := Client(peer, headers, Loopback()); got != alone {
				t.Fatalf("%q gives %s, without the forged part %s", headers, got, alone)
			}
		}
	})
}
