package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// slowStop is how long a part may take to stop before a log line names it.
const slowStop = 15 * time.Second

// part is one piece of the server. run works until its context ends; stop frees
// what the part holds. Either may be nil.
type part struct {
	name string
	run  func(context.Context) error
	stop func() error
}

// running is a part at work.
type running struct {
	part
	cancel context.CancelFunc
	ended  chan struct{}
}

func (a *app) add(p part) { a.parts = append(a.parts, p) }

// stopAll frees what the parts hold that were built but never ran.
func (a *app) stopAll() (failed error) {
	for i := len(a.parts) - 1; i >= 0; i-- {
		if a.parts[i].stop != nil {
			failed = errors.Join(failed, a.parts[i].stop())
		}
	}
	return failed
}

// run starts the parts in order and, when ctx ends or one of them fails, stops
// them in reverse: what takes requests stops before what answers them.
func (a *app) run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var started []running
	for _, p := range a.parts {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r := running{part: p, cancel: cancel, ended: make(chan struct{})}
		started = append(started, r)
		go func() {
			defer close(r.ended)
			if r.run == nil {
				return
			}
			if err := r.run(own); err != nil && own.Err() == nil {
				fail(fmt.Errorf("%s: %w", r.name, err))
			}
		}()
	}
	<-ctx.Done()
	a.logger.Info("stopping")
	var failed error
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		failed = cause
	}
	for i := len(started) - 1; i >= 0; i-- {
		r := started[i]
		r.cancel()
		slow := time.AfterFunc(slowStop, func() { a.logger.Warn("waiting for a part to stop", "part", r.name) })
		<-r.ended
		slow.Stop()
		if r.stop != nil {
			failed = errors.Join(failed, r.stop())
		}
	}
	return failed
}
