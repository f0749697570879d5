package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"
)

// clickhouseCommand serves the ClickHouse of this program by its HTTP protocol
// to those who know its password. Its environment names are its own: those of
// the server mean something else.
type clickhouseCommand struct {
	Listen   string `help:"Address to listen on; beyond this machine a password must be given." default:"127.0.0.1:8123" env:"DOWNPOUR_CLICKHOUSE_LISTEN"`
	Data     string `help:"Directory of the archive." default:"data/archive" type:"path" placeholder:"DIR" env:"DOWNPOUR_CLICKHOUSE_DATA"`
	Password string `help:"Password of every request; by default one is made and printed." env:"DOWNPOUR_CLICKHOUSE_PASSWORD" placeholder:"TEXT"`
}

// Validate is called before Run, and names the flag at fault.
func (c *clickhouseCommand) Validate() error {
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

// Run serves until ctx ends.
func (c *clickhouseCommand) Run(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	engine, err := embedded.Open(ctx, embedded.Options{Path: c.Data, Logger: logger})
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	if c.Password == "" {
		c.Password = rand.Text()
		fmt.Fprintf(os.Stderr, "password: %s\n", c.Password)
	}
	host, _, _ := net.SplitHostPort(c.Listen) // Validate has seen it
	handler, err := engine.Guarded(ctx, embedded.GuardOptions{Password: c.Password, Hosts: []string{strings.ToLower(host)}})
	if err != nil {
		return errors.Join(err, engine.Close())
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("--listen: %w", err), engine.Close())
	}
	logger.Info("clickhouse is listening", "address", listener.Addr().String(), "release", engine.Release())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
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
