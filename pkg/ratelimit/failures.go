package ratelimit

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

// reportEvery is how often failures are logged.
const reportEvery = time.Minute

// Failures bounds attempts to guess a secret, such as a key or a token. An
// attempt that succeeds costs nothing; after too many that failed an address or
// its network has to wait, before the next secret is looked at. All failures of a
// minute are one log line, without any address. It is safe for concurrent use.
type Failures struct {
	message string
	logger  *slog.Logger
	limiter *Limiter

	mutex           sync.Mutex
	failed, refused int // since the last log line
}

// NewFailures takes the message of the log line and how many failures each level
// allows.
func NewFailures(message string, logger *slog.Logger, levels ...Level) *Failures {
	return &Failures{message: message, logger: logger, limiter: New(levels...)}
}

// Wait is how long an address has to wait before its next attempt; 0 is not at
// all. A positive wait counts as a refusal.
func (f *Failures) Wait(addr netip.Addr, now time.Time) time.Duration {
	wait := f.limiter.Wait(addr, now)
	if wait > 0 {
		f.count(0, 1)
	}
	return wait
}

// Failed counts an attempt with a wrong secret.
func (f *Failures) Failed(addr netip.Addr, now time.Time) {
	f.limiter.Take(addr, 1, now)
	f.count(1, 0)
}

// count schedules the log line when there is none under way.
func (f *Failures) count(failed, refused int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.failed+f.refused == 0 {
		time.AfterFunc(reportEvery, f.report)
	}
	f.failed += failed
	f.refused += refused
}

func (f *Failures) report() {
	f.mutex.Lock()
	failed, refused := f.failed, f.refused
	f.failed, f.refused = 0, 0
	f.mutex.Unlock()
	f.logger.Warn(f.message, "failed", failed, "refused", refused, "period", reportEvery)
}
