package intake

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// DefaultPerMinute is how many reports one IPv4 address or IPv6 /64 may send in
// a minute. Whole villages share an address, so it is generous; what keeps few
// from posing as many is the cap per prefix, not this.
const DefaultPerMinute = 300

// How many times as much as one address its networks may send. An IPv4 network
// is full of people behind few addresses. In IPv6 the addresses of a network cost
// nothing: a /48 is what one customer gets, a /32 is one provider.
const (
	perV4Site, perV4Carrier = 10, 100
	perV6Site, perV6Carrier = 2, 40
)

// writeLimits holds senders to their rate. Addresses stay in memory and go with it.
type writeLimits struct {
	perMinute int
	limiter   *ratelimit.Limiter
}

func newWriteLimits(perMinute int) *writeLimits {
	level := func(network ratelimit.Network, times int) ratelimit.Level {
		return ratelimit.Level{Network: network, PerMinute: float64(times * perMinute), Burst: times * perMinute}
	}
	return &writeLimits{perMinute, ratelimit.New(
		level(ratelimit.Address, 1),
		level(ratelimit.Network{V4: ratelimit.Site.V4}, perV4Site),
		level(ratelimit.Network{V4: ratelimit.Carrier.V4}, perV4Carrier),
		level(ratelimit.Network{V6: ratelimit.Site.V6}, perV6Site),
		level(ratelimit.Network{V6: ratelimit.Carrier.V6}, perV6Carrier),
	)}
}

// take lets a report through, or answers CodeLimited with the time to wait.
func (l *writeLimits) take(addr netip.Addr, now time.Time) error {
	if wait := l.limiter.Take(addr, 1, now); wait > 0 {
		return &outage.Error{
			Code: outage.CodeLimited, RetryAfter: wait,
			Detail: "too many reports from this network, please wait a moment",
		}
	}
	return nil
}

// quota is what a sender may still send. It counts nothing.
func (l *writeLimits) quota(addr netip.Addr, now time.Time) outage.Quota {
	left := min(float64(l.perMinute), l.limiter.Left(addr, now))
	missing := (float64(l.perMinute) - left) / float64(l.perMinute)
	return outage.Quota{
		Limit: l.perMinute, Window: time.Minute, Remaining: int(left), Reset: time.Duration(missing * float64(time.Minute)),
	}
}

// newUndoFailures bounds attempts to guess undo tokens. A person who errs tries a
// few times.
func newUndoFailures(logger *slog.Logger) *ratelimit.Failures {
	return ratelimit.NewFailures("reports were to be taken back with wrong tokens", logger,
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 10, Burst: 20},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 50, Burst: 100},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 500, Burst: 1000},
	)
}

// limitGuesses checks an attempt to take a report back against the limits, and counts
// it where the report or the token was wrong.
func (s *Service) limitGuesses(from netip.Addr, undo func() error) error {
	if wait := s.undoFailures.Wait(from, s.Now()); wait > 0 {
		return &outage.Error{
			Code: outage.CodeLimited, RetryAfter: wait,
			Detail: "too many wrong undo tokens from this network, please wait a moment",
		}
	}
	err := undo()
	if known := outage.AsError(err); known != nil && (known.Code == outage.CodeForbidden || known.Code == outage.CodeNotFound) {
		s.undoFailures.Failed(from, s.Now())
	}
	return err
}
