package redistest

import (
	"net"
	"testing"
)

// keysAtOnce is how many keys redis-cli moves with one command.
const keysAtOnce = 10

// Slot is the hash slot of a key.
func (c *Cluster) Slot(t testing.TB, key string) int64 {
	t.Helper()
	slot, _ := c.Servers[0].Do(t, "cluster", "keyslot", key).Val().(int64)
	return slot
}

// MoveSlot moves a hash slot from one master to another with all its keys, in the steps of
// redis-cli --cluster reshard. It calls between before each command that moves keys.
func (c *Cluster) MoveSlot(t testing.TB, slot int64, from, to *Server, between func()) {
	t.Helper()
	to.Do(t, "cluster", "setslot", slot, "importing", from.id(t))
	from.Do(t, "cluster", "setslot", slot, "migrating", to.id(t))
	host, port, err := net.SplitHostPort(to.Addr)
	if err != nil {
		t.Fatal(err)
	}
	for {
		keys, _ := from.Do(t, "cluster", "getkeysinslot", slot, keysAtOnce).Val().([]any)
		if len(keys) == 0 {
			break
		}
		between()
		from.Do(t, append([]any{"migrate", host, port, "", 0, 5000, "keys"}, keys...)...)
	}
	owner := to.id(t)
	to.Do(t, "cluster", "setslot", slot, "node", owner)
	from.Do(t, "cluster", "setslot", slot, "node", owner)
	for _, server := range c.Servers {
		if server != to && server != from && server.IsMaster() {
			server.Do(t, "cluster", "setslot", slot, "node", owner)
		}
	}
}

// Keys counts the keys of a slot on a server.
func (s *Server) Keys(t testing.TB, slot int64) int64 {
	t.Helper()
	n, _ := s.Do(t, "cluster", "countkeysinslot", slot).Val().(int64)
	return n
}
