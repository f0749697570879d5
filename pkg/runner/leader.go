package runner

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
)

// followEvery is how often a follower reads the state of the leader.
const followEvery = 5 * time.Second

// Leads reports whether this server is the leader.
func (l *Live) Leads() bool { return l.leads.Load() }

// advance detects as the leader, or follows the leader.
func (l *Live) advance(ctx context.Context) error {
	leads, err := l.holdLease(ctx)
	if err != nil {
		return err
	}
	if !leads {
		return l.followLeader(ctx)
	}
	return l.catchUp(ctx)
}

// holdLease takes or renews the lease. An engine of another term is dropped, because
// another server may have advanced the state since.
func (l *Live) holdLease(ctx context.Context) (bool, error) {
	if l.config.Lease == nil {
		l.leads.Store(true)
		return true, nil
	}
	term, held, err := l.config.Lease.Hold(ctx)
	if err != nil {
		return false, err
	}
	if !held || term != l.term {
		l.engine = nil
	}
	if held && !l.leads.Load() {
		l.config.Logger.Info("detecting", "term", term)
	}
	l.term = term
	l.leads.Store(held)
	return held, nil
}

// renew renews the lease in the background, so that it does not expire during long work.
// The returned function stops that and releases the lease.
func (l *Live) renew(ctx context.Context) (end func()) {
	if l.config.Lease == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		ticks := time.NewTicker(l.config.Lease.Length() / 3)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
			if l.leads.Load() {
				_, _, _ = l.config.Lease.Hold(ctx) // the next round tries again and reports the error
			}
		}
	})
	return func() {
		cancel()
		renewing.Wait()
		last, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		if err := l.config.Lease.Release(last); err != nil {
			l.config.Logger.Warn("releasing the lease failed", "error", err)
		}
	}
}

// followLeader loads the leader's state and publishes its view.
func (l *Live) followLeader(ctx context.Context) error {
	if now := l.config.Now(); now.Sub(l.followedAt) >= followEvery {
		l.followedAt = now
	} else {
		return nil
	}
	state, err := l.config.States.Load(ctx)
	if err != nil || state == nil {
		return err
	}
	seen := engine.New(l.config.Engine)
	if err := seen.Restore(bytes.NewReader(state)); err != nil {
		return fmt.Errorf("restoring the leader's state: %w", err)
	}
	if last, _ := seen.Last(); l.view.Load() == nil || l.view.Load().Minute != last {
		l.view.Store(seen.View())
	}
	return nil
}
