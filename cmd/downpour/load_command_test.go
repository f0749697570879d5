package main

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// TestRandomReportsFit sends random reports to a server, which takes them all.
func TestRandomReportsFit(t *testing.T) {
	s := newServerWith(t, "embedded", func(c *serveCommand) { c.TrustedProxies = proxies{netip.MustParsePrefix("127.0.0.0/8")} })
	config := load.Config{To: s.listen(), Rate: 400, Duration: 500 * time.Millisecond, Clients: 5000, Open: 100, Timeout: 30 * time.Second, Seed: 7}
	loaded, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	got, err := load.Run(context.Background(), config, s.app.services.Services(), townsOf(loaded.Towns()))
	if err != nil || got.Sent != 200 || got.Accepted != 200 {
		t.Errorf("%+v, %v", got, err)
	}
}
