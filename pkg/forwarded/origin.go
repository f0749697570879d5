package forwarded

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// hostName is what the name of a server may be, with a port.
var hostName = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$`)

// IsHost reports whether a text is the name or the address of a server, with a port or
// without.
func IsHost(text string) bool { return hostName.MatchString(text) }

// Origins are the addresses of a server in links: those of its own names only. The Host
// header comes from the client, and what a stranger writes there would stand in answers
// that shared caches give to others. They never change.
type Origins struct {
	names   map[string]origin
	proxies []netip.Prefix
}

// origin is a name with each scheme.
type origin struct{ plain, secure string }

// NewOrigins makes those of the names of a server. The proxies are those whose
// X-Forwarded-Proto is believed.
func NewOrigins(names []string, proxies []netip.Prefix) *Origins {
	made := &Origins{names: map[string]origin{}, proxies: proxies}
	for _, name := range names {
		if name = strings.ToLower(name); IsHost(name) {
			made.names[name] = origin{"http://" + name, "https://" + name}
		}
	}
	return made
}

// Of is the address of the server without a slash at its end, by the peer, the
// X-Forwarded-Proto and the Host header of a request; "" where the host is none of its
// names. There are as many different ones as names and schemes.
func (o *Origins) Of(peer netip.Addr, proto, host string) string {
	found, ok := o.names[host]
	if !ok {
		found, ok = o.names[plainHost(host)]
	}
	switch {
	case !ok:
		return ""
	case proto == "https" && Trusted(plain(peer), o.proxies):
		return found.secure
	}
	return found.plain
}

// AtSocket is the address of a server that is asked by the address of its socket, without a
// proxy: the name of this machine, or the address at which the connection came, with its
// port. It is "" for any other host, and the same for all spellings of one address.
func AtSocket(host string, local netip.AddrPort) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if port != strconv.Itoa(int(local.Port())) {
		return ""
	}
	at, err := netip.ParseAddr(name)
	switch {
	case err == nil && at.Unmap() == plain(local.Addr()):
		name = at.Unmap().String()
	case name != "localhost" || !plain(local.Addr()).IsLoopback():
		return ""
	}
	return "http://" + plainHost(net.JoinHostPort(name, port))
}

// plainHost is a host in lower case without the port that its scheme implies.
func plainHost(host string) string {
	host = strings.ToLower(host)
	for _, port := range []string{":80", ":443"} {
		if name, ok := strings.CutSuffix(host, port); ok {
			return name
		}
	}
	return host
}
