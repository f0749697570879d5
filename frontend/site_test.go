package frontend

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// testSite makes pages over the fakes, which a test may change first.
func testSite(t testing.TB, change func(*Config)) (*Site, *fiber.App) {
	t.Helper()
	config := Config{
		Push:   true,
		Intake: &pagetest.Intake{}, Readings: always(pagetest.Readings{}), Incidents: pagetest.Incidents{}, Register: pagetest.Register{}, Services: pagetest.SomeServices(), Shapes: pagetest.LandShapes(), Places: pagetest.Places{},
		ClientOf: func(*fiber.Ctx) outage.Client {
			return outage.Client{Addr: netip.MustParseAddr("192.0.2.7"), UserAgent: "test"}
		},
		Now: func() time.Time { return pagetest.Noon },
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&config)
	}
	site, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{ErrorHandler: site.Error, DisableStartupMessage: true})
	site.Routes(app)
	return site, app
}

// always is the same snapshot for every page.
func always(readings page.Readings) func() page.Readings {
	return func() page.Readings { return readings }
}
