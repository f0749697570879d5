package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/tools/health"
)

// A real forwarder names its clients, and checks whether the server is there.
func TestIdentityThroughForwarders(t *testing.T) {
	for name, front := range map[string]func(t *testing.T, server string) string{
		"v2": func(t *testing.T, server string) string {
			return haproxyOf(t, "tcp", server, "send-proxy-v2 check inter 100ms")
		},
		"v1": func(t *testing.T, server string) string {
			return haproxyOf(t, "tcp", server, "send-proxy check inter 100ms")
		},
		"v2, HTTP proxy": func(t *testing.T, server string) string { return haproxy(t, server, "send-proxy-v2 check inter 100ms") },
		"v1, HTTP proxy": func(t *testing.T, server string) string { return haproxy(t, server, "send-proxy") },
		// The forwarder names the HTTP proxy, whose X-Forwarded-For is believed.
		"an HTTP proxy before the forwarder": func(t *testing.T, server string) string {
			return nginx(t, haproxyOf(t, "tcp", server, "send-proxy-v2"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, server, _ := behindForwarder(t, 256)
			address := front(t, server)
			for _, c := range []struct {
				from, forged string
				another      bool
			}{
				{"127.0.0.2", "8.8.8.1", true}, {"127.0.0.2", "8.8.8.2", false}, {"127.0.1.3", "8.8.8.1", true}, {"127.0.1.3", "127.0.0.9", false},
			} {
				if got := connect(t, c.from, address, "").report(c.forged); got != c.another {
					t.Errorf("a report from %s that names %s: counted %v", c.from, c.forged, got)
				}
			}
			if strings.Contains(s.log.String(), "PROXY header") {
				t.Errorf("the log: %s", s.log)
			}
		})
	}
}

// A proxy in a private network that forwards requests and is not listed is warned
// of, when it stands behind a forwarder as well.
func TestUnlistedProxyBehindAForwarder(t *testing.T) {
	s, address, _ := behindForwarder(t, 256)
	for range 3 {
		connect(t, forwarder, address, v2("10.1.2.3")).report("20.0.0.1")
	}
	if n := strings.Count(s.log.String(), "a proxy that is not listed"); n != 1 || !strings.Contains(s.log.String(), "peer=10.1.2.3") {
		t.Errorf("%d warnings: %s", n, s.log)
	}
}

// Reports are limited by the address that the header names.
func TestRateLimitsByProxiedAddress(t *testing.T) {
	s, address, _ := behindForwarder(t, 256)
	limited := func(source string) bool {
		connection := connect(t, forwarder, address, v2(source))
		for range s.app.settings.ReportsPerMin + 1 {
			connection.send("POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n" + someReport)
			if status, _ := connection.answer(); status == http.StatusTooManyRequests {
				return true
			}
		}
		return false
	}
	if !limited("20.0.0.1") {
		t.Error("one address sends as much as it likes")
	}
	if !connect(t, forwarder, address, v2("30.0.0.1")).report("") {
		t.Error("another address is refused")
	}
}

func TestHealthThroughTheProxyProtocol(t *testing.T) {
	_, address, _ := behindForwarder(t, 256)
	for _, c := range []struct {
		trusted string
		flag    bool
		answer  bool
	}{{"127.0.0.1", true, true}, {"10.0.0.1", true, false}, {"127.0.0.1", false, false}} {
		trusted, err := parseProxies([]string{c.trusted})
		if err != nil {
			t.Fatal(err)
		}
		config := health.Config{URL: "http://" + address, Live: true, ProxyProtocol: c.flag, TrustedProxies: trusted}
		var said strings.Builder
		if err := health.Check(t.Context(), config, &said); (err == nil) != c.answer {
			t.Errorf("%+v: %q, %v", c, said.String(), err)
		}
	}
}

func TestProxyProtocolSettings(t *testing.T) {
	parse := func(arguments ...string) (serveCommand, error) {
		var line commands
		parser, err := newParser(t.Context(), &line)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parser.Parse(append(arguments, "serve"))
		return line.Serve, err
	}
	if got, err := parse(); err != nil || got.ProxyProtocol {
		t.Errorf("by default: %v, %v", got.ProxyProtocol, err)
	}
	if got, err := parse("--config", writeConfig(t, "downpour.yaml", "proxy-protocol: true\n")); err != nil || !got.ProxyProtocol {
		t.Errorf("in the file: %v, %v", got.ProxyProtocol, err)
	}
	t.Setenv("DOWNPOUR_PROXY_PROTOCOL", "true")
	if got, err := parse(); err != nil || !got.ProxyProtocol {
		t.Errorf("in the environment: %v, %v", got.ProxyProtocol, err)
	}
	t.Setenv("DOWNPOUR_TRUSTED_PROXIES", "none")
	if _, err := parse(); err == nil || !strings.Contains(err.Error(), "--proxy-protocol: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("without trusted proxies: %v", err)
	}
}
