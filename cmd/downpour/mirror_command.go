package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/open-downpour/downpour/pkg/tools/mirror"
)

// mirrorCommand keeps a static copy of a server.
type mirrorCommand struct {
	mirror.Config
}

// Run copies until ctx ends, or once.
func (c *mirrorCommand) Run(ctx context.Context) error {
	c.Now, c.Logger = time.Now, slog.New(slog.NewTextHandler(os.Stderr, nil))
	return mirror.Run(ctx, c.Config)
}
