package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// slowStop is how long a component may take to stop before a log line names it.
const slowStop = 15 * time.Second

// component is one piece of the server. run works until its context ends; stop
// frees what the component holds. Either may be nil.
type component struct {
	name string
	run  func(context.Context) error
	stop func() error
}

// running is a component that was started.
type running struct {
	component
	cancel context.CancelFunc
	ended  chan struct{}
}

func (a *app) add(c component) { a.components = append(a.components, c) }

// stopAll frees what the components hold that were built but never ran.
func (a *app) stopAll() (failed error) {
	for i := len(a.components) - 1; i >= 0; i-- {
		if a.components[i].stop != nil {
			failed = errors.Join(failed, a.components[i].stop())
		}
	}
	return failed
}

// run starts the components in order and, when ctx ends or one of them fails, stops
// them in reverse: what takes requests stops before what answers them.
func (a *app) run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var started []running
	for _, c := range a.components {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r := running{component: c, cancel: cancel, ended: make(chan struct{})}
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
		slow := time.AfterFunc(slowStop, func() { a.logger.Warn("waiting for a component to stop", "component", r.name) })
		<-r.ended
		slow.Stop()
		if r.stop != nil {
			failed = errors.Join(failed, r.stop())
		}
	}
	return failed
}
