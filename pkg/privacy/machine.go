package privacy

import "net"

// onThisMachine reports whether the host of an address is this machine.
func onThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ips, err := net.LookupIP(host)
	if err != nil || len(ips) == 0 {
		return false
	}
	local, _ := net.InterfaceAddrs() // without them only loopback is local
	for _, one := range local {
		if network, ok := one.(*net.IPNet); ok && network.IP.Equal(ips[0]) {
			return true
		}
	}
	return ips[0].IsLoopback()
}
