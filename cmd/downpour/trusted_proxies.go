package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/forwarded"
)

// proxies are the networks whose X-Forwarded-For is believed. As text they are
// networks or addresses with commas between them, or the word none.
type proxies []netip.Prefix

// Decode reads the setting from the command line, the environment or a list in the
// configuration file. Kong names the flag in the error.
func (p *proxies) Decode(ctx *kong.DecodeContext) error {
	var texts []string
	switch value := ctx.Scan.Pop().Value.(type) {
	case []any:
		for _, item := range value {
			texts = append(texts, fmt.Sprint(item))
		}
	default:
		texts = strings.Split(fmt.Sprint(value), ",")
	}
	parsed, err := parseProxies(texts)
	*p = parsed
	return err
}

func parseProxies(texts []string) (proxies, error) {
	parsed := proxies{}
	for _, text := range texts {
		text = strings.TrimSpace(text)
		if text == "none" && len(texts) == 1 {
			return parsed, nil
		}
		if addr, err := netip.ParseAddr(text); err == nil {
			parsed = append(parsed, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither a network such as 10.0.0.0/8, nor an address, nor none", text)
		}
		parsed = append(parsed, network.Masked())
	}
	return parsed, nil
}

// warnOfUnlistedProxy logs once that a peer within private networks forwards
// requests though it is not trusted, so that all of its clients count as one. The
// line names the peer: only a private address, which is the operator's own proxy
// and no sender of reports.
func warnOfUnlistedProxy(trusted proxies, logger *slog.Logger) fiber.Handler {
	var once sync.Once
	return func(c *fiber.Ctx) error {
		peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
		peer = peer.Unmap()
		if peer.IsPrivate() && !forwarded.Trusted(peer, trusted) && len(c.Request().Header.Peek(fiber.HeaderXForwardedFor)) > 0 {
			once.Do(func() {
				logger.Warn("a proxy that is not listed forwards requests, so all of its clients count as one; list it in --trusted-proxies", "peer", peer.String())
			})
		}
		return c.Next()
	}
}
