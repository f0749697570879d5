package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/proxyheader"
)

// healthPatience is how long a server may take to say how it is.
const healthPatience = 5 * time.Second

// healthCommand asks a server whether it is ready, for the health checks of
// containers: the exit status is 0 where it is.
type healthCommand struct {
	URL            string  `arg:"" optional:"" help:"Address of the server. By default this machine, at the port of --listen."`
	Listen         string  `help:"Address that the server listens on." default:":8080"`
	Live           bool    `help:"Ask only whether the process answers (/livez)."`
	ProxyProtocol  bool    `help:"As of the server: begin with a PROXY header where this machine is a trusted proxy." name:"proxy-protocol"`
	TrustedProxies proxies `help:"As of the server." default:"127.0.0.0/8,::1/128" placeholder:"CIDR"`
}

// Run prints one line, and fails where the server is not ready.
func (c *healthCommand) Run(ctx context.Context) error {
	base, err := c.base()
	if err != nil {
		return err
	}
	path := "/readyz"
	if c.Live {
		path = "/livez"
	}
	return health(ctx, c.client(), base+path, os.Stdout)
}

// client connects as the server expects it of this machine.
func (c *healthCommand) client() *http.Client {
	if !c.ProxyProtocol {
		return http.DefaultClient
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil || !forwarded.Trusted(peerOf(connection.LocalAddr()), c.TrustedProxies) {
			return connection, err
		}
		if _, err := connection.Write(proxyheader.Local()); err != nil {
			return nil, errors.Join(err, connection.Close())
		}
		return connection, nil
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

// base is the address of the server.
func (c *healthCommand) base() (string, error) {
	if c.URL != "" {
		if !strings.HasPrefix(c.URL, "http://") && !strings.HasPrefix(c.URL, "https://") {
			return "", fmt.Errorf("%q is not an http(s):// address", c.URL)
		}
		return strings.TrimSuffix(c.URL, "/"), nil
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return "", fmt.Errorf("--listen: %q is not an address such as :8080", c.Listen)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = ""
	}
	return "http://" + net.JoinHostPort(cmp.Or(host, "localhost"), port), nil
}

// health reads one answer. Its error says what the server said.
func health(ctx context.Context, client *http.Client, url string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var said struct {
		Reason   string   `json:"reason"`
		Degraded []string `json:"degraded"`
	}
	const most = 64 << 10
	_ = json.NewDecoder(io.LimitReader(response.Body, most)).Decode(&said) // what is no JSON says nothing
	line := response.Status
	for _, part := range append([]string{said.Reason}, said.Degraded...) {
		if part != "" {
			line += ", " + part
		}
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, line)
	}
	_, err = fmt.Fprintln(out, line)
	return err
}
