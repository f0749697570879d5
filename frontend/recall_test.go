package frontend

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// failingReadings has an archive that a test can make fail. Live readings work.
type failingReadings struct {
	pagetest.Readings
	away *bool
	now  *time.Time
}

func (f failingReadings) Now() time.Time { return *f.now }

func (f failingReadings) Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error) {
	if *f.away {
		return public.Series{}, pagetest.ErrAway
	}
	return f.Readings.Series(ctx, service, area, span, step)
}

func (f failingReadings) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	if *f.away {
		return public.Heatmap{}, pagetest.ErrAway
	}
	return f.Readings.Heatmap(ctx, service, country, resolution, span)
}

func TestPagesOutliveTheArchive(t *testing.T) {
	now, away := pagetest.Noon, false
	_, app := testSite(t, func(c *Config) {
		c.Now, c.Readings = func() time.Time { return now }, always(failingReadings{away: &away, now: &now})
	})
	whole := get(t, app, "/in/whatsapp").body
	away, now = true, pagetest.Noon.Add(10*time.Minute)
	got := get(t, app, "/in/whatsapp")
	for _, want := range []string{`<svg class="chart"`, `<svg class="map"`, "497 user reports", "Some of what you see is from 18:04 India time", `action="/report"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %q on the page without the archive", want)
		}
	}
	if strings.Contains(whole, "Some of what you see") {
		t.Error("a fresh page says that it is old")
	}
	if cache := got.header.Get("Cache-Control"); cache != cachePartial {
		t.Errorf("Cache-Control %q", cache)
	}

	now = now.Add(page.LastGoodFor)
	late := get(t, app, "/in/whatsapp").body
	if strings.Contains(late, `<svg class="chart"`) || !strings.Contains(late, "Some numbers cannot be shown") {
		t.Error("figures are shown that are too old to tell anything")
	}
	away, now = false, now.Add(tick)
	if body := get(t, app, "/in/whatsapp").body; !strings.Contains(body, `<svg class="chart"`) || strings.Contains(body, `class="notice"`) {
		t.Error("the page is not whole again")
	}
}
