// Package health asks a server whether it is ready, for the health checks of
// containers. It sends one request and keeps nothing.
package health

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/proxyheader"
)

// patience is how long a server may take to say how it is.
const patience = 5 * time.Second

// Config says where the server is, and what it expects of this machine.
type Config struct {
	URL            string // of the server; by default this machine, at the port of Listen
	Listen         string // address that the server listens on
	Live           bool   // ask only whether the process answers
	ProxyProtocol  bool   // the server takes PROXY headers of its trusted proxies
	TrustedProxies []netip.Prefix
}

// Check asks once and prints one line. Its error says what the server answered.
func Check(ctx context.Context, config Config, out io.Writer) error {
	base, err := config.base()
	if err != nil {
		return err
	}
	path := "/readyz"
	if config.Live {
		path = "/livez"
	}
	return check(ctx, config.client(), base+path, out)
}

// client connects as the server expects it of this machine.
func (c *Config) client() *http.Client {
	if !c.ProxyProtocol {
		return http.DefaultClient
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil || !forwarded.Trusted(ipOf(connection.LocalAddr()), c.TrustedProxies) {
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
func (c *Config) base() (string, error) {
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

// check reads one answer.
func check(ctx context.Context, client *http.Client, url string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
	var answer struct {
		Reason   string   `json:"reason"`
		Degraded []string `json:"degraded"`
	}
	const most = 64 << 10
	_ = json.NewDecoder(io.LimitReader(response.Body, most)).Decode(&answer) // without JSON there is no detail
	line := response.Status
	for _, part := range append([]string{answer.Reason}, answer.Degraded...) {
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

func ipOf(address net.Addr) netip.Addr {
	if tcp, ok := address.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
