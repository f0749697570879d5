package ratelimit

import (
	"net/netip"
	"sync"
)

// Share is how many slots each network of a size may hold.
type Share struct {
	Network
	Most int
}

// Slots bound what is held at the same time, such as connections: in all, and by
// network. Their memory is bounded by the total. They are safe for concurrent use.
type Slots struct {
	total  int
	shares []Share

	mutex sync.Mutex
	used  int
	held  []map[netip.Prefix]int // by share
}

// NewSlots is a number of slots of which each network gets its share.
func NewSlots(total int, shares ...Share) *Slots {
	s := &Slots{total: total, shares: shares}
	for range shares {
		s.held = append(s.held, map[netip.Prefix]int{})
	}
	return s
}

// Acquire takes a slot for an address. Without ok there is none, in all or for
// that network. release gives it back and may be called more than once. An
// address that is not valid is bounded by the total only.
func (s *Slots) Acquire(addr netip.Addr) (release func(), ok bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.used >= s.total {
		return nil, false
	}
	for i, share := range s.shares {
		if network, ok := share.of(addr); ok && s.held[i][network] >= share.Most {
			return nil, false
		}
	}
	s.add(addr, 1)
	return sync.OnceFunc(func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.add(addr, -1)
	}), true
}

// Used is the number of slots that are held.
func (s *Slots) Used() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.used
}

func (s *Slots) add(addr netip.Addr, n int) {
	s.used += n
	for i, share := range s.shares {
		network, ok := share.of(addr)
		if !ok {
			continue
		}
		if s.held[i][network] += n; s.held[i][network] == 0 {
			delete(s.held[i], network)
		}
	}
}
