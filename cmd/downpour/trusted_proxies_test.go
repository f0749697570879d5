package main

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/open-downpour/downpour/pkg/forwarded"
)

func TestTrustedProxiesAsText(t *testing.T) {
	for _, c := range []struct{ text, want, err string }{
		{"none", "", ""},
		{"10.0.0.1", "10.0.0.1/32", ""},
		{"fd00::1", "fd00::1/128", ""},
		{"10.0.0.0/8, 192.168.1.9/24", "10.0.0.0/8 192.168.1.0/24", ""},
		{"none,10.0.0.1", "", `"none" is neither`},
		{"10.0.0.0/40", "", `"10.0.0.0/40" is neither`},
		{"proxy.example", "", `"proxy.example" is neither`},
		{"", "", `"" is neither`},
	} {
		var line commands
		parser, err := newParser(t.Context(), &line)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parser.Parse([]string{"serve", "--trusted-proxies=" + c.text})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), "--trusted-proxies") {
				t.Errorf("%q ends with %v", c.text, err)
			}
			continue
		}
		var got []string
		for _, network := range line.Serve.TrustedProxies {
			got = append(got, network.String())
		}
		if err != nil || strings.Join(got, " ") != c.want || line.Serve.TrustedProxies == nil {
			t.Errorf("%q is %v: %v", c.text, line.Serve.TrustedProxies, err)
		}
	}
	var line commands
	parser, err := newParser(t.Context(), &line)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"serve"}); err != nil || !slices.Equal(line.Serve.TrustedProxies, proxies(forwarded.Loopback())) {
		t.Errorf("by default %v are trusted: %v", line.Serve.TrustedProxies, err)
	}
}

// TestUnlistedProxiesAreWarnedOfOnce sends requests with X-Forwarded-For from peers.
func TestUnlistedProxiesAreWarnedOfOnce(t *testing.T) {
	for _, c := range []struct {
		peer, header string
		trusted      proxies
		warns        bool
	}{
		{"10.0.0.7", "192.0.2.1", proxies{}, true},
		{"10.0.0.7", "192.0.2.1", proxies{netip.MustParsePrefix("10.0.0.0/8")}, false},
		{"10.0.0.7", "", proxies{}, false},
		{"81.7.1.1", "192.0.2.1", proxies{}, false}, // a sender of reports: its address is never written
	} {
		var log bytes.Buffer
		app := fiber.New()
		app.Use(warnOfUnlistedProxy(c.trusted, slog.New(slog.NewTextHandler(&log, nil))))
		for range 3 {
			var ctx fasthttp.RequestCtx
			ctx.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.ParseIP(c.peer)}, nil)
			if c.header != "" {
				ctx.Request.Header.Set("X-Forwarded-For", c.header)
			}
			app.Handler()(&ctx)
		}
		if lines := strings.Count(log.String(), "\n"); (lines == 1) != c.warns || lines > 1 || strings.Contains(log.String(), "192.0.2.1") {
			t.Errorf("%+v: the log is %q", c, log.String())
		}
	}
}
