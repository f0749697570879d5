package frontend

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// growing are readings whose counts grow by the minute, or only go on by the minute.
type growing struct {
	pagetest.Readings
	minute *int
	quiet  bool
}

func (g growing) Now() time.Time {
	return g.Readings.Now().Add(time.Duration(*g.minute) * time.Minute)
}

func (g growing) Health(ctx context.Context, service string, country outage.Country) (public.Health, error) {
	health, err := g.Readings.Health(ctx, service, country)
	if !g.quiet {
		health.Observed, health.Reports = health.Observed+int64(*g.minute), health.Reports+int64(*g.minute)
	}
	return health, err
}

func (g growing) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	heat, err := g.Readings.Heatmap(ctx, service, country, resolution, span)
	if !g.quiet && len(heat.Cells) > 0 {
		heat.Cells[*g.minute%len(heat.Cells)].Reports += int64(100 * *g.minute)
	}
	return heat, err
}

// Series of a quiet service are what is expected at each minute.
func (g growing) Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error) {
	series, err := g.Readings.Series(ctx, service, area, span, step)
	for i := range series.Points {
		if p := &series.Points[i]; g.quiet {
			p.Reports, p.Works, p.Back = int64(*p.Expected), 0, 0
		}
	}
	return series, err
}

// livePage is a page that takes in what changed, as the script of the pages does.
type livePage struct {
	have  string
	parts map[string]string // by id
}

func haveOf(body string) string {
	_, rest, _ := strings.Cut(body, `data-have="`)
	have, _, _ := strings.Cut(rest, `"`)
	return have
}

func (p *livePage) take(t *testing.T, body string) {
	t.Helper()
	p.have = haveOf(body)
	const begin = `<div class="part" id="`
	for _, part := range strings.Split(body, begin)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if _, known := p.parts[id]; !known {
			t.Errorf("a part %s that the page does not have", id)
		}
		p.parts[id] = begin + part
	}
}

func (p *livePage) is(t *testing.T, at string, parts []page.Part) {
	t.Helper()
	for _, part := range parts {
		id, _, _ := strings.Cut(strings.TrimPrefix(string(part.HTML), `<div class="part" id="`), `"`)
		if p.parts[id] != string(part.HTML) {
			t.Errorf("%s: part %s differs from that of the page", at, id)
		}
	}
}

// A page that takes in the changes of 20 minutes is at each the page of one snapshot, so
// that no two numbers of it can differ that agree on the page.
func TestALivePageIsAlwaysThatOfOneSnapshot(t *testing.T) {
	for _, path := range []string{"/", "/bn/in", "/gb/bt", "/whatsapp", "/bn/in/whatsapp", "/incidents/" + pagetest.OpenIncident} {
		for _, quiet := range []bool{false, true} {
			minute := 0
			site, app := testSite(t, func(c *Config) {
				c.Now = func() time.Time { return pagetest.Noon.Add(time.Duration(minute) * time.Minute) }
				c.Readings = always(growing{minute: &minute, quiet: quiet})
			})
			at, _ := address.Parse(site.Services, path)
			body := get(t, app, path).body
			live := livePage{have: haveOf(body), parts: map[string]string{}}
			whole, err := site.makePage(at)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range whole.Meta.Parts {
				if !strings.Contains(body, string(part.HTML)) {
					t.Fatalf("%s: a part is not on the page: %s", path, part.HTML)
				}
				id, _, _ := strings.Cut(strings.TrimPrefix(string(part.HTML), `<div class="part" id="`), `"`)
				live.parts[id] = string(part.HTML)
			}
			bytes := 0
			for minute = 1; minute <= 20; minute++ {
				got := get(t, app, path+"?have="+url.QueryEscape(live.have))
				if got.status != fiber.StatusOK {
					t.Fatalf("%s: status %d", path, got.status)
				}
				bytes += squeezed(got.body)
				live.take(t, got.body)
				if whole, err = site.makePage(at); err != nil {
					t.Fatal(err)
				}
				live.is(t, fmt.Sprintf("%s after %d minutes", path, minute), whole.Meta.Parts)
				if again := get(t, app, path+"?have="+url.QueryEscape(live.have)); again.status != fiber.StatusNoContent || again.body != "" {
					t.Errorf("%s: asked again: status %d, %d bytes", path, again.status, len(again.body))
				}
			}
			t.Logf("%s, quiet %v: %d bytes a minute", path, quiet, bytes/20)
			// An open incident goes on by the minute.
			if open := strings.Contains(path, pagetest.OpenIncident) || strings.Contains(path, "whatsapp"); quiet && !open && bytes/20 > 1024 {
				t.Errorf("%s: %d bytes a minute while nothing happens", path, bytes/20)
			}
		}
	}
}

func TestStrangeHashesGetTheWholePage(t *testing.T) {
	_, app := testSite(t, nil)
	all := strings.Count(get(t, app, "/in/whatsapp").body, `class="part"`)
	for _, have := range []string{"", "x", strings.Repeat("0.", 200), "<b>", strings.Repeat("a", 2000)} {
		got := get(t, app, "/in/whatsapp?have="+url.QueryEscape(have))
		if n := strings.Count(got.body, `class="part"`); got.status != 200 || n != all || strings.Contains(got.body, "<html") {
			t.Errorf("%.20q: status %d, %d parts of %d", have, got.status, n, all)
		}
	}
	if got := get(t, app, "/about?have=x"); !strings.Contains(got.body, "<html") {
		t.Error("a page without parts is sent in parts")
	}
}
