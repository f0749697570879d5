package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"

	"github.com/open-downpour/downpour/pkg/tools/privacycheck"
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

// Run searches and prints the report. It fails where there are findings.
func (c *privacyCheckCommand) Run(ctx context.Context) error {
	report, err := privacycheck.Search(ctx, privacycheck.Config{
		Data: c.Data, Redis: c.Redis, ClickHouse: c.Clickhouse, Logs: c.Logs, Input: os.Stdin,
		Probes: c.Probe, ProbeKeys: c.ProbeKey, Own: c.Own, Private: c.Private,
	})
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
