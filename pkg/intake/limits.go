package intake

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"downpour/pkg/outage"
)

// DefaultPerMinute is how many reports one IPv4 address or IPv6 /64 may send in
// a minute. Whole villages share an address, so it is generous; what keeps few
// from posing as many is the cap per prefix, not this.
const DefaultPerMinute = 300

// mostSenders bounds the memory for senders; beyond it the sweep comes early.
const mostSenders = 200_000

// limits holds senders to their rate. Addresses stay in memory and go with it.
type limits struct {
	perMinute int
	mutex     sync.Mutex
	senders   map[netip.Prefix]*rate.Limiter
}

func newLimits(perMinute int) *limits {
	return &limits{perMinute: perMinute, senders: map[netip.Prefix]*rate.Limiter{}}
}

// take lets a report through, or answers CodeLimited with the time to wait.
func (l *limits) take(addr netip.Addr, now time.Time) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	sender := narrowNetwork(addr)
	limiter, ok := l.senders[sender]
	if !ok {
		if len(l.senders) >= mostSenders {
			l.forget(now)
		}
		limiter = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
		l.senders[sender] = limiter
	}
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	reservation.CancelAt(now)
	return &outage.Error{
		Code: outage.CodeLimited, RetryAfter: wait,
		Detail: "too many reports from this network, please wait a moment",
	}
}

// quota is what a sender may still send. It counts nothing.
func (l *limits) quota(addr netip.Addr, now time.Time) outage.Quota {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	left := float64(l.perMinute)
	if limiter, ok := l.senders[narrowNetwork(addr)]; ok {
		left = min(left, max(0, limiter.TokensAt(now)))
	}
	missing := (float64(l.perMinute) - left) / float64(l.perMinute)
	return outage.Quota{
		Limit: l.perMinute, Window: time.Minute, Remaining: int(left), Reset: time.Duration(missing * float64(time.Minute)),
	}
}

func (l *limits) sweep(now time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.forget(now)
}

// forget drops the senders that could send a full minute's worth again.
func (l *limits) forget(now time.Time) {
	for sender, limiter := range l.senders {
		if limiter.TokensAt(now) >= float64(l.perMinute) {
			delete(l.senders, sender)
		}
	}
}
