package frontend

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// stormy is a site over the true geography, with reports in a share of its cells.
func stormy(t testing.TB, part float64) (*Site, *fiber.App) {
	t.Helper()
	shapes := celltest.Geography(t)
	return testSite(t, func(c *Config) { c.Shapes, c.Readings = shapes, always(downpour{shapes: shapes, part: part}) })
}

// Budgets of the large map, in bytes as they are served.
const (
	pageBudget   = 25_000
	scriptBudget = 6_000
	cellsBudget  = 20_000
	landBudget   = 25_000
)

// A third of the land has enough reports to be shown on a very bad day: that is
// more than 600 areas of India and 450 of the UK in one hour.
func TestLargeMapKeepsItsBudgets(t *testing.T) {
	site, app := stormy(t, .35)
	_, full := stormy(t, 1)
	t.Logf("with every cell of both countries: %d bytes", squeezed(get(t, full, "/map?service=whatsapp").body))
	for _, path := range []string{"/map?service=whatsapp", "/bn/map?service=whatsapp", "/hi/map", "/cy/map?show=reports"} {
		size := squeezed(get(t, app, path).body)
		t.Logf("%s: %d bytes", path, size)
		if size > pageBudget {
			t.Errorf("%s: %d bytes, budget %d", path, size, pageBudget)
		}
	}
	for _, country := range []string{"GB", "IN"} {
		if size := squeezed(get(t, app, "/map/land/"+country).body); size > landBudget {
			t.Errorf("land of %s: %d bytes, budget %d", country, size, landBudget)
		}
	}
	script := site.assets.island["map"]
	if script == nil {
		t.Skip("the scripts were not built: make build")
	}
	if _, body := script.Encoded("br", func(...string) string { return "br" }); len(body) > scriptBudget {
		t.Errorf("script: %d bytes, budget %d", len(body), scriptBudget)
	}
}

// Every answer is small, with no more cells than a phone draws well.
func TestCellsKeepTheirBudget(t *testing.T) {
	for _, part := range []float64{1, .35} {
		_, app := stormy(t, part)
		for _, country := range []string{"GB", "IN"} {
			for _, at := range []draw.Window{{Z: 0, X: 0, Y: 0}, {Z: 1, X: 1, Y: 1}, {Z: 2, X: 3, Y: 3}, {Z: 3, X: 6, Y: 7}, {Z: 4, X: 14, Y: 16}, {Z: 5, X: 28, Y: 30}} {
				path := fmt.Sprintf("/map/cells?service=whatsapp&country=%s&z=%d&x=%d&y=%d", country, at.Z, at.X, at.Y)
				body := get(t, app, path).body
				var answer draw.Cells
				if err := json.Unmarshal([]byte(body), &answer); err != nil {
					t.Fatal(err)
				}
				size := squeezed(body)
				t.Logf("%s of %.2f: %d cells of fineness %.0f in %d bytes", path, part, len(answer.Class), answer.Finer, size)
				if len(answer.Class) > draw.MostCells {
					t.Errorf("%s: %d cells, at most %d", path, len(answer.Class), draw.MostCells)
				}
				if part < 1 && size > cellsBudget {
					t.Errorf("%s: %d bytes, budget %d", path, size, cellsBudget)
				}
			}
		}
	}
}

// The answer for a whole country has exactly the cells of the public table.
func TestCellsAreThoseOfTheHeatmap(t *testing.T) {
	site, app := stormy(t, .2)
	heat, _ := site.config.Readings().Heatmap(t.Context(), "whatsapp", countrytest.IN, countrytest.IN.LargeResolution(), outage.Span{To: (outage.MinuteOf(pagetest.Noon) + 1).Ceil(outage.Quarter)})
	var answer draw.Cells
	if err := json.Unmarshal([]byte(get(t, app, "/map/cells?service=whatsapp&country=IN").body), &answer); err != nil {
		t.Fatal(err)
	}
	var sent, shown int64
	for _, n := range answer.Reports {
		sent += n
	}
	scale := draw.ScaleOf(false, heat)
	for i, cell := range heat.Cells {
		shown += cell.Reports
		if want := byte('1' + scale.ClassOf(cell)); answer.Class[i] != want {
			t.Fatalf("cell %d has class %c, want %c", i, answer.Class[i], want)
		}
	}
	if sent != shown || len(answer.Class) != len(heat.Cells) {
		t.Errorf("%d reports in %d cells, want %d in %d", sent, len(answer.Class), shown, len(heat.Cells))
	}
	corners := 0
	for at := 0; at < len(answer.Rings); at += 1 + 2*answer.Rings[at] {
		corners++
	}
	if corners != len(answer.Class) {
		t.Errorf("%d rings for %d cells", corners, len(answer.Class))
	}
	if answer.Status == "" {
		t.Error("a picture that still changes tells no status")
	}
	over := get(t, app, "/map/cells?service=whatsapp&country=IN&from=2026-11-17T10:00:00Z&to=2026-11-17T10:15:00Z").body
	if !strings.Contains(over, `"status":""`) {
		t.Error("a picture of the past tells the status of now")
	}
}

func TestMapStates(t *testing.T) {
	_, app := stormy(t, .1)
	for _, test := range []struct {
		path   string
		status int
		text   string
	}{
		{"/map", 200, "All services"},
		{"/map?service=&country=&from=24h&each=60m", 200, "All services"},
		{"/map?service=upi", 200, "India"},
		{"/map?country=uk", 200, "UK"},
		{"/map?from=6h&t=2026-11-18T09:00:00Z", 200, "08:15 to 09:15"},
		{"/map?from=2026-11-17T10:00:00Z&to=2026-11-17T12:00:00%2B00:00&each=15m", 200, "11:45 to 12:00"},
		{"/bn/map?service=whatsapp", 200, "মানচিত্র: হোয়াটসঅ্যাপ"},
		{"/map?service=nothing", 422, "do not know this service"},
		{"/map?service=upi&country=GB", 422, "Choose one of the countries"},
		{"/map?country=FR", 422, "Choose one of the countries"},
		{"/map?from=yesterday", 422, "must start before it ends"},
		{"/map?from=-5h", 422, "must start before it ends"},
		{"/map?from=169h", 422, "no longer than seven days"},
		{"/map?from=2027-01-01T00:00:00Z", 422, "must start before it ends"},
		{"/map?to=never", 422, "the time at which it ends"},
		{"/map?t=2026-11-01T00:00:00Z", 422, "within the chosen time"},
		{"/map?each=7m", 422, "15 minutes or one hour"},
		{"/map?show=all", 422, "counts only"},
		{"/bn/map?show=all", 422, "শুধু সংখ্যা"},
		{"/map/cells", 422, "Choose a country"},
		{"/map/cells?country=IN&z=7", 422, ""},
		{"/map/cells?country=IN&z=1&x=4", 422, ""},
		{"/map/land/FR", 404, ""},
	} {
		got := get(t, app, test.path)
		if got.status != test.status || !strings.Contains(got.body, test.text) {
			t.Errorf("%s: status %d, want %d with %q", test.path, got.status, test.status, test.text)
		}
	}
}

func TestLargeMapWithoutNumbers(t *testing.T) {
	shapes := celltest.Geography(t)
	_, app := testSite(t, func(c *Config) { c.Shapes, c.Readings = shapes, always(pagetest.Readings{Err: pagetest.ErrAway}) })
	got := get(t, app, "/map?service=whatsapp")
	if got.status != 200 || !strings.Contains(got.body, "Some numbers cannot be shown") || !strings.Contains(got.body, `class="coast"`) {
		t.Errorf("status %d: a map without numbers must show the land and say so", got.status)
	}
	if got := get(t, app, "/map/cells?country=IN"); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("cells: status %d, want 503 with a time to wait", got.status)
	}
}

// The switch marks what the legend shows, also where nothing is known to be normal.
func TestTheSwitchAgreesWithTheLegend(t *testing.T) {
	for _, young := range []bool{false, true} {
		_, app := testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Young: young}) })
		body := get(t, app, "/map").body
		_, after, _ := strings.Cut(body, `<nav class="switch"`)
		links, _, _ := strings.Cut(after, "</nav>")
		first, _, _ := strings.Cut(links, "</a>")
		if ratios := strings.Contains(first, `aria-current="true"`); ratios == young {
			t.Errorf("without a baseline: %t; the switch is %s", young, links)
		}
	}
}

// The choices of the time are closed until one is made, so that the map is on the first
// screen of a phone.
func TestTimesAreClosedUntilOneIsChosen(t *testing.T) {
	_, app := testSite(t, nil)
	for path, open := range map[string]bool{
		"/map": false, "/bn/map?service=whatsapp&country=IN": false, "/map?from=6h": true, "/map?each=15m": true, "/map?at=2026-11-18T10:00": true,
	} {
		body := get(t, app, path).body
		_, details, _ := strings.Cut(body, `<button>`)
		_, details, found := strings.Cut(details, "<details")
		if !found || strings.HasPrefix(details, " open>") != open || strings.Index(details, `name="at"`) > strings.Index(details, "</details>") {
			t.Errorf("%s: the choices of the time begin with <details%.20s", path, details)
		}
	}
}
