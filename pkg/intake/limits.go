package intake

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// DefaultPerMinute is how many reports one IPv4 address or IPv6 /64 may send in
// a minute. It is high because whole villages share an address; the cap of each prefix, not
// this limit, prevents few people from counting as many.
const DefaultPerMinute = 300

// Limits of the networks of an address as multiples of its own. An IPv4 network has many
// people behind few addresses. In IPv6 addresses are free: a /48 is one customer, a /32 one
// provider.
const (
	perV4Site, perV4Carrier = 10, 100
	perV6Site, perV6Carrier = 2, 40
)

// writeLimits are the rate limits of senders. Addresses are in memory only.
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

// take counts a report, or returns CodeLimited with the time to wait.
func (l *writeLimits) take(addr netip.Addr, now time.Time) error {
	if wait := l.limiter.Take(addr, 1, now); wait > 0 {
		return &outage.Error{
			Code: outage.CodeLimited, RetryAfter: wait,
			Detail: "too many reports from this network, please wait a moment",
		}
	}
	return nil
}

// quota is the remaining reports of a sender. It is not counted as a request.
func (l *writeLimits) quota(addr netip.Addr, now time.Time) outage.Quota {
	left := min(float64(l.perMinute), l.limiter.Left(addr, now))
	missing := (float64(l.perMinute) - left) / float64(l.perMinute)
	return outage.Quota{
		Limit: l.perMinute, Window: time.Minute, Remaining: int(left), Reset: time.Duration(missing * float64(time.Minute)),
	}
}

// newUndoFailures limits attempts to guess undo tokens, and allows a person a few mistakes.
func newUndoFailures(logger *slog.Logger) *ratelimit.Failures {
	return ratelimit.NewFailures("wrong undo tokens were sent", logger,
		ratelimit.Level{Network: ratelimit.Address, PerMinute: 10, Burst: 20},
		ratelimit.Level{Network: ratelimit.Site, PerMinute: 50, Burst: 100},
		ratelimit.Level{Network: ratelimit.Carrier, PerMinute: 500, Burst: 1000},
	)
}

// limitGuesses checks an attempt to undo a report against the limits, and counts it where
// the report or the token was wrong.
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
