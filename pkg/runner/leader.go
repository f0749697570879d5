package runner

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
)

// followEvery is how often a server that does not detect reads what the one
// that does has found.
const followEvery = 5 * time.Second

// Leads says whether this server detects.
func (l *Live) Leads() bool { return l.leads.Load() }

// advance detects, or follows the server that does.
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

// holdLease takes or renews the lease. An engine of another term is forgotten: what
// another server did meanwhile is in the state.
func (l *Live) holdLease(ctx context.Context) (bool, error) {
	if l.Lease == nil {
		l.leads.Store(true)
		return true, nil
	}
	term, held, err := l.Lease.Hold(ctx)
	if err != nil {
		return false, err
	}
	if !held || term != l.term {
		l.engine = nil
	}
	if held && !l.leads.Load() {
		l.Logger.Info("detecting", "term", term)
	}
	l.term = term
	l.leads.Store(held)
	return held, nil
}

// renew keeps the lease while a long piece of work goes on. What it returns
// ends that, and lets go of the lease.
func (l *Live) renew(ctx context.Context) (end func()) {
	if l.Lease == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		ticks := time.NewTicker(l.Lease.Length() / 3)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
			if l.leads.Load() {
				_, _, _ = l.Lease.Hold(ctx) // the next round asks again, and tells
			}
		}
	})
	return func() {
		cancel()
		renewing.Wait()
		last, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		if err := l.Lease.Release(last); err != nil {
			l.Logger.Warn("lease is not let go", "error", err)
		}
	}
}

// followLeader shows what the server that detects has found.
func (l *Live) followLeader(ctx context.Context) error {
	if now := l.Now(); now.Sub(l.followedAt) >= followEvery {
		l.followedAt = now
	} else {
		return nil
	}
	state, err := l.States.Load(ctx)
	if err != nil || state == nil {
		return err
	}
	seen := engine.New(l.Engine)
	if err := seen.Restore(bytes.NewReader(state)); err != nil {
		return fmt.Errorf("following the detector: %w", err)
	}
	if last, _ := seen.Last(); l.view.Load() == nil || l.view.Load().Minute != last {
		l.view.Store(seen.View())
	}
	return nil
}
