package main

import (
	"context"

	"github.com/open-downpour/downpour/pkg/tools/mcp"
)

// mcpCommand serves the API of a server to language models.
type mcpCommand struct {
	sourceFlag
}

// Run serves until its input ends.
func (c *mcpCommand) Run(ctx context.Context) error {
	return mcp.Serve(ctx, c.base(), version, c.client())
}
