package main

import (
	"context"
	"time"
)

// drain is the component that stops first. For the drain delay the server responds as
// before, except that /readyz returns "draining", so that a load balancer removes the server
// before its listener closes. Nothing shortens the delay.
func (w *web) drain(ctx context.Context) error {
	<-ctx.Done()
	w.draining.Store(true)
	if w.app.settings.DrainDelay > 0 {
		w.app.logger.Info("draining", "delay", w.app.settings.DrainDelay)
		<-time.After(w.app.settings.DrainDelay)
	}
	return nil
}
