package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/open-downpour/downpour/pkg/tools/clickhouse"
)

// clickhouseCommand serves the embedded ClickHouse to other programs.
type clickhouseCommand struct {
	clickhouse.Config
}

// Run serves until ctx ends, and prints the password where one was made up.
func (c *clickhouseCommand) Run(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return clickhouse.Serve(ctx, c.Config, logger, func(password string) { fmt.Fprintf(os.Stderr, "password: %s\n", password) })
}
