// Package retry repeats what fails for a while. The waits in between grow up to a
// limit and are random, so that servers which lost the same engine do not come back to
// it at the same instants.
package retry

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Waits are those between tries: capped exponential backoff with jitter. The first is
// First on average, each further one doubles, and all are between half and one and a
// half of that. None is longer than Most.
type Waits struct {
	First, Most time.Duration
	Tries       uint // after so many the last error is final; 0 for no limit
}

const (
	jitter = .5
	growth = 2
)

// Permanent marks an error after which Do does not try again.
func Permanent(err error) error { return backoff.Permanent(err) }

// Do calls try until it succeeds, and returns nil; or the error of the last try where
// that was Permanent or the last of Tries; or, once ctx ends, the cause of that. It
// calls failed, which may be nil, with each error after which it waits.
func (w Waits) Do(ctx context.Context, try func() error, failed func(error)) error {
	operation := func() (struct{}, error) { return struct{}{}, try() }
	notify := func(err error, _ time.Duration) {
		if failed != nil {
			failed(err)
		}
	}
	_, err := backoff.Retry(ctx, operation, backoff.WithBackOff(w.exponential()),
		backoff.WithMaxTries(w.Tries), backoff.WithMaxElapsedTime(0), backoff.WithNotify(notify))
	return err
}

func (w Waits) exponential() *backoff.ExponentialBackOff {
	longest := time.Duration(float64(w.Most) / (1 + jitter)) // on average
	return &backoff.ExponentialBackOff{
		InitialInterval: min(w.First, longest), MaxInterval: longest,
		Multiplier: growth, RandomizationFactor: jitter,
	}
}

// Schedule gives the waits of a loop that goes on after a success. It is not safe for
// concurrent use.
type Schedule struct{ waits *backoff.ExponentialBackOff }

// Schedule begins with the first wait.
func (w Waits) Schedule() *Schedule {
	waits := w.exponential()
	waits.Reset()
	return &Schedule{waits}
}

// Next is how long to wait after one more failure.
func (s *Schedule) Next() time.Duration { return s.waits.NextBackOff() }

// Reset begins anew, after a success.
func (s *Schedule) Reset() { s.waits.Reset() }

// Once gives a failed for Do that calls log with the first error only.
func Once(log func(error)) func(error) {
	logged := false
	return func(err error) {
		if !logged {
			logged = true
			log(err)
		}
	}
}
