package redistest

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
)

// Ports for servers of tests. They are below those that systems give to outgoing connections
// (from 32768 on Linux), one of which could otherwise take the port of a server that is started
// later, or again; so are the ports 10,000 above them, where nodes of a cluster talk. Each
// test program has a block of its own, as processes that run at the same time have different
// numbers, and takes its ports in turn, so that none takes that of a server which is down.
const (
	firstPort  = 10000
	blocks     = 49
	blockPorts = 256
)

var portsTaken atomic.Int64

// FreeAddress is an address of this machine, host:port, that no server listens on now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	var err error
	for range blockPorts {
		port := firstPort + os.Getpid()%blocks*blockPorts + int(portsTaken.Add(1)%blockPorts)
		address := fmt.Sprintf("127.0.0.1:%d", port)
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal("no free port was found: ", err)
	return ""
}
