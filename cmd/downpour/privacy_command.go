package main

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
	"os"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/privacy"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

// privacyCheckCommand searches what a server wrote for addresses, user agents,
// exact coordinates and keys that have ended. The exit status is 0 where there
// are none.
type privacyCheckCommand struct {
	Data       string       `help:"Directory of the data of a server; the archive in it is read only while no server runs on it." type:"path" placeholder:"DIR"`
	Redis      []string     `help:"Redis to search, with its files where it runs on this machine: redis:// addresses (several: a cluster)." placeholder:"URL"`
	Clickhouse string       `help:"ClickHouse to search: an http(s):// address." placeholder:"URL"`
	Probe      []netip.Addr `help:"Address of a sender to search for, in more forms than addresses in general; can be repeated." placeholder:"ADDRESS"`
	ProbeKey   []string     `help:"Key to search for, in hexadecimal; can be repeated." name:"probe-key" placeholder:"HEX"`
	Own        proxies      `help:"Networks or addresses of your own machines, which are no findings; those of this machine never are." placeholder:"CIDR"`
	Private    bool         `help:"Report addresses of private networks as well."`
	JSON       bool         `help:"Print the report as JSON." name:"json"`
	Logs       []string     `arg:"" optional:"" help:"Logs to search; - is the standard input." placeholder:"LOG"`
}

// Validate is called before Run, and names the flag at fault. The word embedded
// comes from an environment that the server shares: what it names has no address.
func (c *privacyCheckCommand) Validate() error {
	if c.Data == "" && len(c.redisAddresses()) == 0 && c.clickhouseURL() == "" && len(c.Logs) == 0 {
		return errors.New("nothing to search: give --data DIR, --redis URL, --clickhouse URL or a log")
	}
	for _, text := range c.ProbeKey {
		if _, err := hex.DecodeString(text); err != nil {
			return errors.New("--probe-key: is not hexadecimal") // the value is a secret
		}
	}
	return nil
}

func (c *privacyCheckCommand) redisAddresses() []string {
	if len(c.Redis) == 1 && c.Redis[0] == "embedded" {
		return nil
	}
	return c.Redis
}

func (c *privacyCheckCommand) clickhouseURL() string {
	return strings.TrimPrefix(c.Clickhouse, "embedded")
}

// Run searches and prints the report. It fails where there are findings.
func (c *privacyCheckCommand) Run(ctx context.Context) error {
	report, err := c.search(ctx, os.Stdin)
	if err != nil {
		return err
	}
	if c.JSON {
		err = report.WriteJSON(os.Stdout)
	} else {
		err = report.WriteText(os.Stdout)
	}
	if err == nil && !report.Clean {
		err = fmt.Errorf("privacy-check: %d findings", report.Total())
	}
	return err
}

// search searches all sources. The archive comes last, since the engine may
// delete files that are to be searched.
func (c *privacyCheckCommand) search(ctx context.Context, input io.Reader) (*privacy.Report, error) {
	check, err := c.newCheck(time.Now())
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *privacy.Check) error{
		func(ctx context.Context, check *privacy.Check) error { return c.searchLogs(ctx, check, input) },
		c.searchRedis, c.searchFiles, c.searchArchives, c.searchClickHouse,
	} {
		if err := step(ctx, check); err != nil {
			return nil, err
		}
	}
	return check.Finish(), nil
}

func (c *privacyCheckCommand) newCheck(now time.Time) (*privacy.Check, error) {
	scanner := &privacy.Scanner{Own: c.ownNetworks(), Private: c.Private}
	check := privacy.NewCheck(scanner, now)
	for _, addr := range c.Probe {
		if note := scanner.ProbeAddress(addr); note != "" {
			check.Unread("%s", note)
		}
	}
	for _, text := range c.ProbeKey {
		key, _ := hex.DecodeString(text) // Validate has seen it
		if err := scanner.ProbeKey(key); err != nil {
			return nil, fmt.Errorf("--probe-key: %w", err)
		}
	}
	return check, nil
}

// ownNetworks are the networks of --own, and the addresses of this machine and of
// the engines.
func (c *privacyCheckCommand) ownNetworks() []netip.Prefix {
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

func (c *privacyCheckCommand) searchLogs(ctx context.Context, check *privacy.Check, input io.Reader) error {
	for _, path := range c.Logs {
		err := error(nil)
		if path == "-" {
			err = check.Stream(ctx, "standard input", input)
		} else {
			err = check.Log(ctx, path)
		}
		if err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	return nil
}

func (c *privacyCheckCommand) searchRedis(ctx context.Context, check *privacy.Check) error {
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

func (c *privacyCheckCommand) searchFiles(ctx context.Context, check *privacy.Check) error {
	if c.Data == "" {
		return nil
	}
	if err := check.Dir(ctx, c.Data); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	return nil
}
