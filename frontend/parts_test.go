package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/frontend/patch"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// growing are readings of an outage whose counts grow by the minute, or of a quiet hour
// that only goes on.
type growing struct {
	pagetest.Readings
	minute *int
	quiet  bool
}

// more is a count after the minutes of the test.
func (g growing) more(n int64) int64 {
	if g.quiet {
		return n
	}
	return n + n*int64(*g.minute)/20 + int64(*g.minute)
}

func (g growing) Now() time.Time {
	return g.Readings.Now().Add(time.Duration(*g.minute) * time.Minute)
}

func (g growing) Health(ctx context.Context, service string, country outage.Country) (public.Health, error) {
	health, err := g.Readings.Health(ctx, service, country)
	health.Observed, health.Reports = g.more(health.Observed), g.more(health.Reports)
	return health, err
}

func (g growing) Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	heat, err := g.Readings.Heatmap(ctx, service, country, resolution, span)
	for i := range heat.Cells {
		if i%5 == *g.minute%5 {
			heat.Cells[i].Reports = g.more(heat.Cells[i].Reports)
		}
	}
	return heat, err
}

func (g growing) Symptoms(ctx context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error) {
	symptoms, err := g.Readings.Symptoms(ctx, service, area, span)
	symptoms.Total = g.more(symptoms.Total)
	for i := range symptoms.Items {
		symptoms.Items[i].Reports = g.more(symptoms.Items[i].Reports)
		symptoms.Items[i].Share = float64(symptoms.Items[i].Reports) / float64(symptoms.Total)
	}
	return symptoms, err
}

func (g growing) Networks(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Networks, error) {
	networks, err := g.Readings.Networks(ctx, service, country, region, span)
	networks.Total = g.more(networks.Total)
	for i := range networks.Items {
		networks.Items[i].Reports = g.more(networks.Items[i].Reports)
	}
	return networks, err
}

func (g growing) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]public.RegionCount, error) {
	regions, err := g.Readings.Regions(ctx, service, country, span)
	for i := range regions {
		regions[i].Reports = g.more(regions[i].Reports)
	}
	return regions, err
}

func (g growing) Extent(ctx context.Context, in public.Incident) (public.Extent, error) {
	extent, err := g.Readings.Extent(ctx, in)
	extent.Total = g.more(extent.Total)
	return extent, err
}

// Series are the same at each minute whenever they are read, as those of a server are. Of
// a quiet service they are what is expected.
func (g growing) Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error) {
	series, err := g.Readings.Series(ctx, service, area, span, step)
	began := outage.MinuteOf(pagetest.Noon) - 113
	for i := range series.Points {
		p := &series.Points[i]
		if g.quiet {
			p.Reports, p.Works, p.Back = int64(*p.Expected), 0, 0
			continue
		}
		reports := *p.Expected + math.Sqrt(*p.Expected)*pagetest.Seeded(service, area.Country, p.Start).NormFloat64()
		if service == "whatsapp" && area.Country == countrytest.IN && p.Start >= began {
			reports *= 9
		}
		p.Reports = int64(max(reports, 0))
		p.Works, p.Back = p.Reports/20, p.Reports/90
	}
	return series, err
}

// livePage is a page that takes in what changed, as the script of the pages does.
type livePage struct {
	hashes []string
	known  []bool // whether the text of a part was sent
	parts  []string
}

func newLivePage(body string, parts []patch.Part) livePage {
	_, rest, _ := strings.Cut(body, `data-have="`)
	have, _, _ := strings.Cut(rest, `"`)
	live := livePage{hashes: strings.Split(have, "."), known: make([]bool, len(parts))}
	for _, part := range parts {
		live.parts = append(live.parts, part.HTML)
	}
	return live
}

func (p *livePage) have() string {
	var have []string
	for i, hash := range p.hashes {
		if !p.known[i] {
			hash += "-"
		}
		have = append(have, hash)
	}
	return url.QueryEscape(strings.Join(have, "."))
}

func (p *livePage) take(t *testing.T, body string) {
	t.Helper()
	var answer struct {
		Have  string
		Parts []patch.Edits
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Parts) != len(p.parts) {
		t.Fatalf("%d parts of %d, %v", len(answer.Parts), len(p.parts), err)
	}
	p.hashes = strings.Split(answer.Have, ".")
	for i, edits := range answer.Parts {
		if edits == nil {
			continue
		}
		old := ""
		if p.known[i] {
			old = p.parts[i]
		}
		p.parts[i], p.known[i] = edits.Apply(old), true
	}
}

func (p *livePage) is(t *testing.T, at string, parts []patch.Part) {
	t.Helper()
	for i, part := range parts {
		if p.parts[i] != part.HTML || p.hashes[i] != part.Hash {
			t.Errorf("%s: a part is %s, on the page %s", at, p.parts[i], part.HTML)
		}
	}
}

// A page that takes in the changes of 20 minutes is at each the page of one snapshot, so
// that no two numbers of one window differ, and takes less than a kilobyte a minute.
func TestLivePagesAreOfOneSnapshotAndLight(t *testing.T) {
	for _, path := range []string{"/", "/bn/in", "/gb/bt", "/whatsapp", "/hi/whatsapp", "/bn/in/whatsapp", "/in/west-bengal", "/bn/in/west-bengal", "/gb/leeds", "/incidents/" + pagetest.OpenIncident} {
		for _, quiet := range []bool{false, true} {
			minute := 0
			site, app := testSite(t, func(c *Config) {
				c.Now = func() time.Time { return pagetest.Noon.Add(time.Duration(minute) * time.Minute) }
				c.Readings = always(growing{minute: &minute, quiet: quiet})
			})
			at, ok := address.Parse(site.config.Services, path)
			if !ok {
				at, _ = address.ParsePlace(site.config.Services, site.config.Places, path)
			}
			body := get(t, app, path).body
			whole, err := site.makePage(at)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range whole.Meta.Parts {
				if !strings.Contains(body, part.HTML) {
					t.Fatalf("%s: a part is not on the page: %s", path, part.HTML)
				}
			}
			live, sent, first, compared := newLivePage(body, whole.Meta.Parts), 0, 0, 0
			for minute = 1; minute <= 20; minute++ {
				got := get(t, app, path+"?have="+live.have())
				if got.status != fiber.StatusOK {
					t.Fatalf("%s: status %d", path, got.status)
				}
				sent += squeezed(got.body)
				if minute == 1 {
					first = sent
				}
				live.take(t, got.body)
				if whole, err = site.makePage(at); err != nil {
					t.Fatal(err)
				}
				when := fmt.Sprintf("%s after %d minutes", path, minute)
				live.is(t, when, whole.Meta.Parts)
				compared += oneNumberAWindow(t, when, strings.Join(live.parts, ""), at.Country != "")
				if again := get(t, app, path+"?have="+live.have()); again.status != fiber.StatusNoContent || again.body != "" {
					t.Errorf("%s: asked again: status %d, %d bytes", path, again.status, len(again.body))
				}
			}
			t.Logf("%s, quiet %v: %d bytes a minute, %d in the first", path, quiet, sent/20, first)
			if english := at.Lang == "en"; english && at.Service != "" && compared == 0 {
				t.Errorf("%s: no window has two numbers to compare", path)
			}
			if sent/20 > 1000 {
				t.Errorf("%s, quiet %v: %d bytes a minute", path, quiet, sent/20)
			}
		}
	}
}

func TestStrangeHashesGetTheWholePage(t *testing.T) {
	_, app := testSite(t, nil)
	all := strings.Count(get(t, app, "/in/whatsapp").body, `class="part"`)
	for _, have := range []string{"", "x", strings.Repeat("0.", 200), "<b>", strings.Repeat("a", 2000), strings.Repeat("000000-.", all-1) + "0", strings.Repeat(".", all-1)} {
		got := get(t, app, "/in/whatsapp?have="+url.QueryEscape(have))
		if n := strings.Count(got.body, `class=\"part\"`); got.status != 200 || n != all || strings.Contains(got.body, "<html") {
			t.Errorf("%.20q: status %d, %d parts of %d", have, got.status, n, all)
		}
	}
	if got := get(t, app, "/about?have=x"); !strings.Contains(got.body, "<html") {
		t.Error("a page without parts is sent in parts")
	}
}
