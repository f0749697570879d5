package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"downpour/pkg/embedded"
)

// clickhouseCommand serves the ClickHouse of this program by its HTTP protocol.
// It knows no users: who can reach the address can do everything.
type clickhouseCommand struct {
	Listen string `help:"Address to listen on; it has no access control, so keep it to this machine." default:"127.0.0.1:8123"`
	Data   string `help:"Directory of the archive." default:"data/archive" type:"path" placeholder:"DIR"`
}

// Run serves until ctx ends.
func (c *clickhouseCommand) Run(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	engine, err := embedded.Open(ctx, embedded.Options{Path: c.Data, Logger: logger})
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("--listen: %w", err), engine.Close())
	}
	logger.Info("clickhouse is listening", "address", listener.Addr().String(), "release", engine.Release())
	server := &http.Server{Handler: engine.Handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
		defer cancel()
		err = server.Shutdown(last)
	}
	return errors.Join(err, engine.Close())
}
