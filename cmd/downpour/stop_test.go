package main

import (
	"context"
	"testing"
)

// A server that is stopped while it starts may be told so before its listener
// accepts, and ends all the same.
func TestStopBeforeListening(t *testing.T) {
	s := newServer(t, "embedded")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.app.web.run(ctx); err != nil {
		t.Error(err)
	}
}
