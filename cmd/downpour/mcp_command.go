package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/tools/mcp"
)

// mcpTimeout bounds one call of the API.
const mcpTimeout = 30 * time.Second

// mcpCommand serves the API of a server to language models.
type mcpCommand struct {
	From string `help:"Address of the server to read from." default:"http://localhost:8080" placeholder:"URL"`
}

// Validate names the flag at fault.
func (c *mcpCommand) Validate() error {
	if !strings.HasPrefix(c.From, "http://") && !strings.HasPrefix(c.From, "https://") {
		return fmt.Errorf("--from: %q is not an http(s):// address", c.From)
	}
	return nil
}

// Run serves until its input ends.
func (c *mcpCommand) Run(ctx context.Context) error {
	return mcp.Serve(ctx, strings.TrimSuffix(c.From, "/"), version, &http.Client{Timeout: mcpTimeout})
}
