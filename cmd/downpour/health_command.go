package main

import (
	"context"
	"os"

	"github.com/open-downpour/downpour/pkg/tools/health"
)

// healthCommand checks whether a server is ready, for health checks of containers: the exit
// status is 0 where it is.
type healthCommand struct {
	URL            string  `arg:"" optional:"" help:"Address of the server. By default this machine, at the port of --listen."`
	Listen         string  `help:"Address that the server listens on." default:":8080"`
	Live           bool    `help:"Ask only whether the process answers (/livez)."`
	ProxyProtocol  bool    `help:"As of the server: begin with a PROXY header where this machine is a trusted proxy." name:"proxy-protocol"`
	TrustedProxies proxies `help:"As of the server." default:"127.0.0.0/8,::1/128" placeholder:"CIDR"`
}

// Run prints one line, and fails where the server is not ready.
func (c *healthCommand) Run(ctx context.Context) error {
	return health.Check(ctx, health.Config{
		URL: c.URL, Listen: c.Listen, Live: c.Live, ProxyProtocol: c.ProxyProtocol, TrustedProxies: c.TrustedProxies,
	}, os.Stdout)
}
