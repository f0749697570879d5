// Package privacycheck searches what a server wrote, in files, logs, Redis and
// ClickHouse, for what must not be stored: addresses, user agents, exact
// coordinates and keys that have ended.
//
// It opens the sources; pkg/privacy decides what is a finding. It changes nothing
// in Redis or in logs, but the embedded engine merges parts of an archive that it
// opens.
package privacycheck

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/privacy"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

// Config says what is searched, and for what.
type Config struct {
	Data       string    // directory of the data of a server
	Redis      []string  // redis:// addresses (several: a cluster)
	ClickHouse string    // an http(s):// address
	Logs       []string  // paths; - is Input
	Input      io.Reader // the standard input

	Probes    []netip.Addr   // addresses of senders, in more forms than addresses in general
	ProbeKeys []string       // keys in hexadecimal
	Own       []netip.Prefix // networks of the operator's machines, which are no findings
	Private   bool           // whether addresses of private networks are findings
}

// Validate fails where there is nothing to search, and names the flag at fault. The
// word embedded comes from an environment that the server shares: an embedded
// engine has no address.
func (c *Config) Validate() error {
	if c.Data == "" && len(c.redisAddresses()) == 0 && c.clickhouseURL() == "" && len(c.Logs) == 0 {
		return errors.New("nothing to search: give --data DIR, --redis URL, --clickhouse URL or a log")
	}
	for _, text := range c.ProbeKeys {
		if _, err := hex.DecodeString(text); err != nil {
			return errors.New("--probe-key: is not hexadecimal") // the value is a secret
		}
	}
	return nil
}

func (c *Config) redisAddresses() []string {
	if len(c.Redis) == 1 && c.Redis[0] == "embedded" {
		return nil
	}
	return c.Redis
}

func (c *Config) clickhouseURL() string {
	return strings.TrimPrefix(c.ClickHouse, "embedded")
}

// Search searches all sources. The archive comes last, since the engine may delete
// files that are to be searched.
func Search(ctx context.Context, config Config) (*privacy.Report, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	check, err := config.newCheck(time.Now())
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *privacy.Check) error{
		config.searchLogs, config.searchRedis, config.searchFiles, config.searchArchives, config.searchClickHouse,
	} {
		if err := step(ctx, check); err != nil {
			return nil, err
		}
	}
	return check.Finish(), nil
}

func (c *Config) newCheck(now time.Time) (*privacy.Check, error) {
	scanner := &privacy.Scanner{Own: c.ownNetworks(), Private: c.Private}
	check := privacy.NewCheck(scanner, now)
	for _, addr := range c.Probes {
		if note := scanner.ProbeAddress(addr); note != "" {
			check.Unread("%s", note)
		}
	}
	for _, text := range c.ProbeKeys {
		key, _ := hex.DecodeString(text) // Validate has seen it
		if err := scanner.ProbeKey(key); err != nil {
			return nil, fmt.Errorf("--probe-key: %w", err)
		}
	}
	return check, nil
}

// ownNetworks are the networks of --own, and the addresses of this machine and of
// the engines.
func (c *Config) ownNetworks() []netip.Prefix {
	own := append([]netip.Prefix(nil), c.Own...)
	add := func(addr netip.Addr) { own = append(own, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())) }
	local, _ := net.InterfaceAddrs() // without them they are findings, which --own ends
	for _, one := range local {
		if network, ok := one.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(network.IP); ok {
				add(addr)
			}
		}
	}
	for _, text := range append(c.redisAddresses(), c.clickhouseURL()) {
		if address, err := url.Parse(text); err == nil {
			if addr, err := netip.ParseAddr(address.Hostname()); err == nil {
				add(addr)
			}
		}
	}
	return own
}

func (c *Config) searchLogs(ctx context.Context, check *privacy.Check) error {
	for _, path := range c.Logs {
		err := error(nil)
		if path == "-" {
			err = check.Stream(ctx, "standard input", c.Input)
		} else {
			err = check.Log(ctx, path)
		}
		if err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	return nil
}

func (c *Config) searchRedis(ctx context.Context, check *privacy.Check) error {
	if len(c.redisAddresses()) == 0 {
		return nil
	}
	redisconn.LogTo(slog.New(slog.DiscardHandler)) // errors are returned as well
	connection, err := redisconn.Open(redisconn.Config{Addresses: c.redisAddresses()})
	if err != nil {
		return fmt.Errorf("--redis: %w", err)
	}
	defer connection.Close()
	if answered, err := connection.Check(ctx); err != nil || !answered {
		return fmt.Errorf("--redis: %w", errors.Join(err, errorUnless(answered, "no server answers")))
	}
	if err := check.Redis(ctx, connection.Client()); err != nil {
		return fmt.Errorf("--redis: %w", err)
	}
	return nil
}

func errorUnless(holds bool, text string) error {
	if holds {
		return nil
	}
	return errors.New(text)
}

func (c *Config) searchFiles(ctx context.Context, check *privacy.Check) error {
	if c.Data == "" {
		return nil
	}
	if err := check.Dir(ctx, c.Data); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	return nil
}
