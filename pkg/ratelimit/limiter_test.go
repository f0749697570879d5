package ratelimit

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"
	"time"
)

var start = time.Date(2026, time.March, 4, 10, 0, 0, 0, time.UTC)

// v6 is the nth /64 of 2001:db8::/32.
func v6(n uint64) netip.Addr {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], 0x2001_0db8_0000_0000+n)
	return netip.AddrFrom16(raw)
}

func v4(n uint32) netip.Addr {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], 20<<24+n)
	return netip.AddrFrom4(raw)
}

func TestEachLevelLimits(t *testing.T) {
	for _, test := range []struct {
		name string
		addr func(n int) netip.Addr
		want int // of 1000 requests in an instant
	}{
		{"one IPv4 address", func(int) netip.Addr { return v4(7) }, 10},
		{"the same, mapped into IPv6", func(n int) netip.Addr {
			if n%2 == 0 {
				return v4(7)
			}
			return netip.AddrFrom16(v4(7).As16())
		}, 10},
		{"one /64", func(n int) netip.Addr { return v6(1).Next().Next() }, 10},
		{"one /24", func(n int) netip.Addr { return v4(uint32(n % 256)) }, 40},
		{"one /48", func(n int) netip.Addr { return v6(uint64(n)) }, 40},
		{"one /16", func(n int) netip.Addr { return v4(uint32(n * 61 % 65536)) }, 160},
		{"one /32", func(n int) netip.Addr { return v6(uint64(n) << 16) }, 160},
		{"many networks", func(n int) netip.Addr { return v4(uint32(n) << 16) }, 1000},
	} {
		limiter := New(Level{Address, 10, 10}, Level{Site, 40, 40}, Level{Carrier, 160, 160})
		taken := 0
		for n := range 1000 {
			if limiter.Take(test.addr(n), 1, start) == 0 {
				taken++
			}
		}
		if taken != test.want {
			t.Errorf("%s: %d taken, not %d", test.name, taken, test.want)
		}
	}
}

func TestRefusedTakesNothing(t *testing.T) {
	limiter := New(Level{Address, 60, 1}, Level{Site, 60, 5})
	for range 100 {
		limiter.Take(v4(1), 1, start)
	}
	if left := limiter.Left(v4(2), start); left != 1 {
		t.Errorf("a neighbour has %v tokens left", left)
	}
	for n := range 4 {
		if wait := limiter.Take(v4(uint32(10+n)), 1, start); wait != 0 {
			t.Errorf("neighbour %d waits %s", n, wait)
		}
	}
	if wait := limiter.Take(v4(20), 1, start); wait != time.Second {
		t.Errorf("beyond the network's tokens: waits %s", wait)
	}
	if wait := limiter.Wait(v4(20), start); wait != time.Second {
		t.Errorf("asked without taking: %s", wait)
	}
	if wait := limiter.Take(v4(20), 1, start.Add(time.Second)); wait != 0 {
		t.Errorf("a second later: waits %s", wait)
	}
}

func TestMoreThanTheBurstTakesTheBurst(t *testing.T) {
	limiter := New(Level{Address, 60, 5})
	if wait := limiter.Take(v4(1), 100, start); wait != 0 {
		t.Errorf("waits %s", wait)
	}
	if wait := limiter.Take(v4(1), 1, start); wait != time.Second {
		t.Errorf("then: waits %s", wait)
	}
}

func TestUnknownAddressIsNotLimited(t *testing.T) {
	limiter := New(Level{Address, 1, 1})
	for range 5 {
		if limiter.Take(netip.Addr{}, 1, start) != 0 {
			t.Fatal("limited")
		}
	}
	if left := limiter.Left(netip.Addr{}, start); !math.IsInf(left, 1) {
		t.Errorf("left %v", left)
	}
}

func TestFullBucketsAreForgotten(t *testing.T) {
	limiter := New(Level{Address, 60, 10})
	for n := range 50 {
		limiter.Take(v4(uint32(n)), 1, start)
	}
	limiter.Take(v4(1000), 1, start.Add(2*time.Minute))
	if n := limiter.Buckets(); n != 1 {
		t.Errorf("%d buckets", n)
	}
}

// TestFloodResetsNobody fills a level many times over from new addresses. The
// memory stays bounded, and who had used up their tokens gets none back.
func TestFloodResetsNobody(t *testing.T) {
	limiter := New(Level{Address, 1, 10})
	limiter.levels[0].most = 1000
	exhausted := v4(1)
	for limiter.Take(exhausted, 1, start) == 0 {
	}
	for n := range uint64(50_000) {
		limiter.Take(v6(n), 1, start)
		if limiter.Buckets() > 1000 {
			t.Fatalf("%d buckets", limiter.Buckets())
		}
	}
	if limiter.Take(exhausted, 1, start) == 0 {
		t.Error("a flood of new addresses gave tokens back")
	}
}

func TestSlots(t *testing.T) {
	slots := NewSlots(8, Share{Address, 2}, Share{Site, 4})
	var releases []func()
	acquire := func(addr netip.Addr) bool {
		release, ok := slots.Acquire(addr)
		if ok {
			releases = append(releases, release)
		}
		return ok
	}
	count := func(addr func(n int) netip.Addr) (n int) {
		for i := range 20 {
			if acquire(addr(i)) {
				n++
			}
		}
		return n
	}
	if n := count(func(int) netip.Addr { return v4(1) }); n != 2 {
		t.Errorf("one address holds %d", n)
	}
	if n := count(func(i int) netip.Addr { return v4(uint32(i)) }); n != 2 {
		t.Errorf("the rest of its /24 holds %d", n)
	}
	if n := count(func(i int) netip.Addr { return v4(uint32(i+1) << 16) }); n != 4 {
		t.Errorf("others hold %d", n)
	}
	for _, release := range releases {
		release()
		release()
	}
	if slots.Used() != 0 || len(slots.held[0]) != 0 || len(slots.held[1]) != 0 {
		t.Errorf("after all were released: %d used, %v", slots.Used(), slots.held)
	}
}
