// Package clickhouse serves the embedded ClickHouse by its HTTP protocol to those
// who know its password.
//
// It owns the engine and the listener while it runs. It is no part of the server,
// which talks to its own engine in the process.
package clickhouse

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"
)

// drainFor bounds how long requests that are under way may take to end.
const drainFor = 10 * time.Second

// Config are the settings, with the defaults and help texts of the command line.
// The environment names differ from those of the server, which mean something else.
type Config struct {
	Listen   string `help:"Address to listen on; beyond this machine a password must be given." default:"127.0.0.1:8123" env:"DOWNPOUR_CLICKHOUSE_LISTEN"`
	Data     string `help:"Directory of the archive." default:"data/archive" type:"path" placeholder:"DIR" env:"DOWNPOUR_CLICKHOUSE_DATA"`
	Password string `help:"Password of every request; by default one is made and printed." env:"DOWNPOUR_CLICKHOUSE_PASSWORD" placeholder:"TEXT"`
}

// Validate names the flag at fault.
func (c *Config) Validate() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	addr, err := netip.ParseAddr(host)
	if local := host == "localhost" || err == nil && addr.IsLoopback(); !local && c.Password == "" {
		return fmt.Errorf("--password: must be given, since --listen %s can be reached from other machines", c.Listen)
	}
	return nil
}

// Serve serves until ctx ends. It calls made with the password that it made up,
// where the settings have none.
func Serve(ctx context.Context, config Config, logger *slog.Logger, made func(password string)) error {
	engine, err := embedded.Open(ctx, embedded.Options{Path: config.Data, Logger: logger})
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	if config.Password == "" {
		config.Password = rand.Text()
		made(config.Password)
	}
	return errors.Join(config.serve(ctx, engine, logger), engine.Close())
}

func (c *Config) serve(ctx context.Context, engine *embedded.ClickHouse, logger *slog.Logger) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	handler, err := engine.Guarded(ctx, embedded.GuardOptions{Password: c.Password, Hosts: []string{strings.ToLower(host)}})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	logger.Info("clickhouse is listening", "address", listener.Addr().String(), "release", engine.Release())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
		defer cancel()
		return server.Shutdown(last)
	}
}
