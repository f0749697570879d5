package bucket

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestHalfHourOutOfOrder adds one reporter's reports out of order: a late retry, or servers
// whose clocks differ.
func TestHalfHourOutOfOrder(t *testing.T) {
	cases := map[string]struct {
		first, second string // when each happened, in the order of arrival
		arrives       string // when the second arrives
		counted       bool
	}{
		"a retry beyond the turn of the half hour":    {"10:00:05", "09:59:50", "10:00:10", false},
		"a retry some minutes late":                   {"10:05:00", "09:58:00", "10:07:00", false},
		"a clock half a minute slow":                  {"10:00:10", "09:59:40", "09:59:40", false},
		"a half hour earlier":                         {"10:31:00", "10:01:00", "10:31:00", true},
		"a second less than a half hour earlier":      {"10:31:00", "10:01:01", "10:31:00", false},
		"in the same half hour, the other way around": {"10:20:00", "10:01:00", "10:20:30", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				b.add(b.at(c.first).report(1, "whatsapp", outage.Problem))
				second := b.at(c.second).report(1, "whatsapp", outage.Problem)
				b.at(c.arrives)
				if got := b.add(second); got != c.counted {
					t.Errorf("counted %v, want %v", got, c.counted)
				}
				if again := b.add(second); again != c.counted {
					t.Errorf("added again: counted %v, want %v", again, c.counted)
				}
			})
		})
	}
}

// TestLedgerEnds checks how long an Add may be repeated: a report that is no longer in the
// ledger is a new one, which the half-hour rule still keeps from counting.
func TestLedgerEnds(t *testing.T) {
	if ledgerFor <= outage.UndoFor {
		t.Error("a report could be undone after it left the ledger")
	}
	if ledgerFor >= outage.HalfHour-time.Minute {
		t.Error("a report that left the ledger could count twice")
	}
}
