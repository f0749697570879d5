package api

import (
	"context"
	"sync"
	"time"
)

// lateTimeout is a context with a deadline that sets its timer when somebody first waits for
// it, which a response from the cache never does.
type lateTimeout struct {
	context.Context // whose values it has
	until           time.Time
	once            sync.Once
	timed           context.Context
	cancel          context.CancelFunc
}

// withLateTimeout is context.WithTimeout with a timer that is set late.
func withLateTimeout(parent context.Context, length time.Duration) (*lateTimeout, context.CancelFunc) {
	l := &lateTimeout{Context: parent, until: time.Now().Add(length)}
	return l, l.end
}

func (l *lateTimeout) start() context.Context {
	l.once.Do(func() { l.timed, l.cancel = context.WithDeadline(l.Context, l.until) })
	return l.timed
}

// end cancels the context, also for who waits for it only afterwards.
func (l *lateTimeout) end() {
	l.once.Do(func() { l.timed = ended })
	if l.cancel != nil {
		l.cancel()
	}
}

func (l *lateTimeout) Deadline() (time.Time, bool) {
	if earlier, ok := l.Context.Deadline(); ok && earlier.Before(l.until) {
		return earlier, true
	}
	return l.until, true
}

func (l *lateTimeout) Done() <-chan struct{} { return l.start().Done() }
func (l *lateTimeout) Err() error            { return l.start().Err() }

// ended is a context that was cancelled.
var ended = newEnded()

func newEnded() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
