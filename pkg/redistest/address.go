package redistest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports for servers of tests. They are below those that systems give to outgoing connections
// (from 32768 on Linux), one of which could otherwise take the port of a server that is started
// later, or again; so are the ports 10,000 above them, where nodes of a cluster talk.
const firstPort, lastPort = 10000, 22767

// FreeAddress is an address of this machine, host:port, that no server listens on now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(lastPort-firstPort+1))
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal("no free port was found: ", err)
	return ""
}
