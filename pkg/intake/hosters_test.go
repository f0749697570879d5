package intake

import (
	"net/netip"
	"strings"
	"testing"
)

func TestHostersAreFoundByTheirNetworks(t *testing.T) {
	hosters, err := ReadHosters(strings.NewReader(`
# machines for hire
192.0.2.0/24    Example One
192.0.2.128/25  inner       # the longest network wins
2001:db8::/32   example one
`))
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"192.0.2.1": "example one", "192.0.2.200": "inner", "::ffff:192.0.2.1": "example one",
		"2001:db8:5::1": "example one", "192.0.3.1": "", "2001:db9::1": "",
	} {
		if name, ok := hosters.Of(netip.MustParseAddr(addr)); name != want || ok != (want != "") {
			t.Errorf("%s belongs to %q, want %q", addr, name, want)
		}
	}
	if _, ok := (*Hosters)(nil).Of(netip.MustParseAddr("192.0.2.1")); ok {
		t.Error("the nil Hosters has a hoster")
	}
}

func TestHostersAtFaultNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.0/24 a\n192.0.2.0 b":      `line 2: "192.0.2.0" is not a network`,
		"\n\n192.0.2.0/24":                 "line 3: a network and a name are needed",
		"192.0.2.0/33 a":                   `line 1: "192.0.2.0/33" is not a network`,
		"example 192.0.2.0/24 # as before": `line 1: "example" is not a network`,
	} {
		if _, err := ReadHosters(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// FuzzHosters reads any file of networks, which is read or returns an error.
func FuzzHosters(f *testing.F) {
	f.Add("192.0.2.0/24 a\n::/0 b # c")
	f.Fuzz(func(t *testing.T, text string) {
		hosters, err := ReadHosters(strings.NewReader(text))
		if err == nil {
			hosters.Of(netip.MustParseAddr("192.0.2.1"))
		}
	})
}
