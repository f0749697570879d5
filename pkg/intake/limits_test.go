package intake

import (
	"context"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// TestWritesAreLimitedByNetwork sends reports in one instant from addresses of
// which none sends more than a few.
func TestWritesAreLimitedByNetwork(t *testing.T) {
	v6 := func(n uint64) netip.Addr { // the nth /64 of 2001:db8::/32
		var raw [16]byte
		binary.BigEndian.PutUint64(raw[:], 0x2001_0db8<<32+n)
		return netip.AddrFrom16(raw)
	}
	v4 := func(n uint32) netip.Addr {
		var raw [4]byte
		binary.BigEndian.PutUint32(raw[:], 20<<24+n)
		return netip.AddrFrom4(raw)
	}
	for _, test := range []struct {
		name string
		sent int
		from func(n int) netip.Addr
		want int
	}{
		{"900 /64s of one /48", 900, func(n int) netip.Addr { return v6(uint64(n)) }, perV6Site * DefaultPerMinute},
		{"20,000 /48s of one /32", 20_000, func(n int) netip.Addr { return v6(uint64(n) << 16) }, perV6Carrier * DefaultPerMinute},
		{"a /24 that sends 20 from each address", 256 * 20, func(n int) netip.Addr { return v4(uint32(n % 256)) }, perV4Site * DefaultPerMinute},
		{"40,000 addresses of one /16", 40_000, func(n int) netip.Addr { return v4(uint32(n)) }, perV4Carrier * DefaultPerMinute},
		{"300 homes of 300 networks", 300, func(n int) netip.Addr { return v4(uint32(n) << 12) }, 300},
	} {
		t.Run(test.name, func(t *testing.T) {
			limits, taken := newWriteLimits(DefaultPerMinute), 0
			for n := range test.sent {
				if limits.take(test.from(n), noon) == nil {
					taken++
				}
			}
			if taken != test.want {
				t.Errorf("%d of %d accepted, want %d", taken, test.sent, test.want)
			}
		})
	}
}

// forbidding is a counter that rejects every undo token.
type forbidding struct {
	fakes
	asked int
}

func (f *forbidding) Undo(context.Context, outage.ReportID, uint64) error {
	f.asked++
	return &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "the token does not fit"}
}

func TestUndoTokensCannotBeGuessed(t *testing.T) {
	service, _, _ := newService(t)
	counter := &forbidding{}
	service.Counter = counter
	id := outage.NewReportID(0, noon).String()
	refused := 0
	for range 1500 {
		err := outage.AsError(service.Undo(context.Background(), somebody.Addr, id, "guess"))
		if err == nil {
			t.Fatal("a wrong token was accepted")
		}
		if err.Code == outage.CodeLimited {
			refused++
			if err.RetryAfter <= 0 {
				t.Fatal("the refusal does not say how long to wait")
			}
		}
	}
	if counter.asked > 20 || refused+counter.asked != 1500 {
		t.Errorf("%d tokens were checked, %d attempts rejected", counter.asked, refused)
	}
	neighbour := somebody.Addr.Next()
	if err := outage.AsError(service.Undo(context.Background(), neighbour, id, "guess")); err == nil || err.Code != outage.CodeForbidden {
		t.Errorf("a neighbour's first attempt: %v", err)
	}
}
