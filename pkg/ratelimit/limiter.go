package ratelimit

import (
	"maps"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bounds of the memory of one level. A bucket takes about 150 bytes.
const (
	mostBuckets = 50_000
	// sampled buckets are compared when one has to go.
	sampled = 16
	// sweepEvery is how often buckets that are full again are removed.
	sweepEvery = time.Minute
)

// Level is one token bucket for each network of a size.
type Level struct {
	Network
	PerMinute float64 // tokens that come back in a minute
	Burst     int     // tokens of a full bucket, at least 1
}

// Limiter is a set of token buckets by network. It is safe for concurrent use,
// needs no goroutine, and reads no clock.
//
// Each level keeps at most 50,000 buckets. Beyond that a new network takes the
// place of a full one or of the fullest of 16 buckets chosen at random: an exhausted bucket goes
// only when all of the others are exhausted as well, so that a flood of new
// addresses does not give anyone their tokens back.
type Limiter struct {
	mutex  sync.Mutex
	levels []*buckets
	swept  time.Time
}

type buckets struct {
	Level
	most int
	held map[netip.Prefix]*rate.Limiter
}

// New is a limiter with the given levels.
func New(levels ...Level) *Limiter {
	l := &Limiter{}
	for _, level := range levels {
		l.levels = append(l.levels, &buckets{Level: level, most: mostBuckets, held: map[netip.Prefix]*rate.Limiter{}})
	}
	return l
}

// Take takes n tokens from the bucket of every level, and returns 0. When one of
// them has too few it takes none, and returns how long to wait. An n above the
// burst of a level takes that whole burst.
func (l *Limiter) Take(addr netip.Addr, n int, now time.Time) (wait time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.sweep(now)
	taken := make([]*rate.Reservation, 0, len(l.levels))
	for _, level := range l.levels {
		if bucket := level.bucket(addr, now); bucket != nil {
			reservation := bucket.ReserveN(now, min(n, level.Burst))
			taken = append(taken, reservation)
			wait = max(wait, reservation.DelayFrom(now))
		}
	}
	if wait > 0 {
		for _, reservation := range taken {
			reservation.CancelAt(now)
		}
	}
	return wait
}

// Wait is how long until one token is there; 0 is now. It takes nothing and
// creates no bucket.
func (l *Limiter) Wait(addr netip.Addr, now time.Time) (wait time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, level := range l.levels {
		if missing := 1 - level.left(addr, now); missing > 0 {
			wait = max(wait, time.Duration(missing/level.PerMinute*float64(time.Minute)))
		}
	}
	return wait
}

// Left is the number of tokens that the scarcest level has for an address. It
// takes nothing. Without a level for the address it is +Inf.
func (l *Limiter) Left(addr netip.Addr, now time.Time) float64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	left := math.Inf(1)
	for _, level := range l.levels {
		left = min(left, level.left(addr, now))
	}
	return left
}

// Buckets is the number of buckets in memory.
func (l *Limiter) Buckets() (n int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, level := range l.levels {
		n += len(level.held)
	}
	return n
}

// sweep removes the buckets that are full again.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery && !now.Before(l.swept) {
		return
	}
	l.swept = now
	for _, level := range l.levels {
		maps.DeleteFunc(level.held, func(_ netip.Prefix, bucket *rate.Limiter) bool {
			return bucket.TokensAt(now) >= float64(level.Burst)
		})
	}
}

func (b *buckets) left(addr netip.Addr, now time.Time) float64 {
	network, ok := b.of(addr)
	if !ok {
		return math.Inf(1)
	}
	if bucket := b.held[network]; bucket != nil {
		return max(0, bucket.TokensAt(now))
	}
	return float64(b.Burst)
}

// bucket is that of an address, made when there is none; nil where the level
// does not apply.
func (b *buckets) bucket(addr netip.Addr, now time.Time) *rate.Limiter {
	network, ok := b.of(addr)
	if !ok {
		return nil
	}
	bucket := b.held[network]
	if bucket == nil {
		if len(b.held) >= b.most {
			b.evict(now)
		}
		bucket = rate.NewLimiter(rate.Limit(b.PerMinute/60), b.Burst)
		b.held[network] = bucket
	}
	return bucket
}

// evict removes the fullest of some buckets, or the first that is full again: nobody
// gets tokens back by losing it. Go begins the iteration over a map at random.
func (b *buckets) evict(now time.Time) {
	var fullest netip.Prefix
	most, seen := math.Inf(-1), 0
	for network, bucket := range b.held {
		if tokens := bucket.TokensAt(now); tokens > most {
			fullest, most = network, tokens
		}
		if seen++; seen == sampled || most >= float64(b.Burst) {
			break
		}
	}
	delete(b.held, fullest)
}
