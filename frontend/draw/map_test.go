package draw

import (
	"bytes"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// walk reads a path of relative commands back into closed outlines.
func walk(t *testing.T, path string) [][]point {
	t.Helper()
	var rings [][]point
	var at, start point
	command := ""
	for _, token := range regexp.MustCompile(`[A-Za-z]|-?\d+ ?-?\d+|-?\d+`).FindAllString(path, -1) {
		if regexp.MustCompile(`^[A-Za-z]$`).MatchString(token) {
			command = token
			if token == "z" {
				at = start
			}
			continue
		}
		pairs := regexp.MustCompile(`-?\d+`).FindAllString(token, -1)
		if len(pairs) != 2 {
			t.Fatalf("odd coordinates %q in %q", token, path)
		}
		x, _ := strconv.Atoi(pairs[0])
		y, _ := strconv.Atoi(pairs[1])
		at = point{at.x + x, at.y + y}
		if command == "M" || command == "m" {
			start, rings = at, append(rings, nil)
		}
		rings[len(rings)-1] = append(rings[len(rings)-1], at)
	}
	return rings
}

func TestMapPathsAreTheCells(t *testing.T) {
	for _, code := range outage.Countries() {
		land := Project(pagetest.LandShapes(), code, code.MapResolution())
		rings := walk(t, land.path(land.Land))
		if len(rings) != len(land.Land) {
			t.Fatalf("%s: %d outlines of %d cells", code, len(rings), len(land.Land))
		}
		for i, cell := range land.Land {
			if !slices.Equal(rings[i], land.rings[cell]) {
				t.Fatalf("%s: cell %s is drawn as %v, is %v", code, cell, rings[i], land.rings[cell])
			}
			for _, p := range rings[i] {
				if p.x < 0 || p.y < 0 || p.x > land.Width || p.y > land.Height {
					t.Fatalf("%s: %v lies off the map of %d by %d", code, p, land.Width, land.Height)
				}
			}
		}
		if max(land.Width, land.Height) != mapSize {
			t.Errorf("%s: map of %d by %d", code, land.Width, land.Height)
		}
	}
}

func TestBordersPartRegions(t *testing.T) {
	land := Project(pagetest.LandShapes(), countrytest.IN, countrytest.IN.MapResolution())
	sides := map[edge]int{}
	for _, ring := range land.rings {
		for i, p := range ring {
			sides[edgeOf(p, ring[(i+1)%len(ring)])]++
		}
	}
	count := func(path string, beside int) (n int) {
		for _, chain := range walk(t, path) {
			for i := range chain[:len(chain)-1] {
				n++
				if side := edgeOf(chain[i], chain[i+1]); sides[side] != beside {
					t.Fatalf("%v has %d cells beside it, want %d", side, sides[side], beside)
				}
			}
		}
		return n
	}
	outer := 0
	for _, cells := range sides {
		if cells == 1 {
			outer++
		}
	}
	if got := count(land.Coast, 1); got != outer {
		t.Errorf("the coast has %d sides, want %d", got, outer)
	}
	if got := count(land.borders, 2); got < 100 {
		t.Errorf("the borders have %d sides", got)
	}
}

func TestChartLine(t *testing.T) {
	series := public.Series{Span: outage.Span{From: 100, To: 130}, Step: 5}
	for i, n := range []int64{0, 0, 0, 10, 10, 5} {
		series.Points = append(series.Points, public.Point{Start: outage.Minute(100 + 5*i), Reports: n})
	}
	reports := func(p public.Point) (float64, bool) { return float64(p.Reports) / 10, true }
	if got, want := line(series, chartHeight, reports), "M0 140h2l1-140h1l1 70"; got != want {
		t.Errorf("line is %q, want %q", got, want)
	}
	gap := series
	gap.Points = slices.Delete(slices.Clone(series.Points), 1, 3)
	if got, want := line(gap, chartHeight, reports), "M0 140l3-140h1l1 70"; got != want {
		t.Errorf("line over a gap is %q, want %q", got, want)
	}
	slopes := series
	slopes.Points = series.Points[2:]
	slopes.Points[1].Reports = 2
	if got, want := line(slopes, chartHeight, reports), "M0 140h2l1-28 1-112 1 70"; got != want {
		t.Errorf("line of slopes is %q, want %q", got, want)
	}
	nothing := func(public.Point) (float64, bool) { return 0, false }
	if got := line(series, chartHeight, nothing); got != "" {
		t.Errorf("a line without values is %q", got)
	}
}

// chartOf is the picture of a series on the clock of a country.
func chartOf(series public.Series, country outage.Country) string {
	drawn := ChartSVG(Chart{
		ID: "c", Name: "x", Series: series, Now: pagetest.Noon, Zone: country.Zone(),
		Number: func(n int64) string { return strconv.FormatInt(n, 10) },
		Label:  func(at time.Time) string { return at.In(country.Zone()).Format("15:04") },
	})
	return string(drawn.SVG)
}

func TestChartSurvivesOddNumbers(t *testing.T) {
	nan := math.NaN()
	for name, series := range map[string]public.Series{
		"empty":    {Span: outage.Span{From: 0, To: 1440}, Step: 5},
		"no step":  {Span: outage.Span{From: 0, To: 1440}},
		"no span":  {Points: []public.Point{{Reports: 3}}},
		"nan":      {Span: outage.Span{From: 0, To: 10}, Step: 5, Points: []public.Point{{Expected: &nan, Upper: &nan}}},
		"negative": {Span: outage.Span{From: 0, To: 10}, Step: 5, Points: []public.Point{{Reports: -3}}},
	} {
		drawn := chartOf(series, countrytest.GB)
		if strings.Contains(drawn, "NaN") || strings.Contains(drawn, "Inf") || !strings.HasSuffix(drawn, "</svg>") {
			t.Errorf("%s: %s", name, drawn)
		}
	}
}

// A peak far above the normal is drawn by square roots, in which the normal is seen.
func TestChartOfAPeak(t *testing.T) {
	normal, upper := 4., 8.
	series := public.Series{Span: outage.Span{From: 0, To: 30}, Step: 10}
	for i, n := range []int64{4, 10_000, 2500} {
		series.Points = append(series.Points, public.Point{Start: outage.Minute(10 * i), Reports: n, Expected: &normal, Upper: &upper})
	}
	drawing := func() ChartDrawing {
		return ChartSVG(Chart{
			Series: series, Marks: []Mark{{At: 10, Text: "opened"}, {At: 31, Text: "later"}}, Now: outage.Minute(60).Time(), Zone: time.UTC,
			Number: func(n int64) string { return strconv.FormatInt(n, 10) }, Label: func(time.Time) string { return "" },
		})
	}
	drawn := drawing()
	svg := string(drawn.SVG)
	for _, want := range []string{
		`data-n="4 10000 2500"`, `data-e="4"`, `>10000</text>`, `>2500</text>`, `cy="18"`, `>opened</text>`, `class="rep" d="M0 137l1-137 1 70"`, `class="band" d="M0 140V136`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
	if !drawn.Root || strings.Contains(svg, "later") {
		t.Errorf("no square roots, or a mark outside of the chart: %s", svg)
	}
	for i := range series.Points {
		series.Points[i].Reports /= 200
	}
	if drawn := drawing(); drawn.Root {
		t.Errorf("square roots for a low peak: %s", drawn.SVG)
	}
}

func TestChartTicksAreLocalHours(t *testing.T) {
	now := outage.MinuteOf(pagetest.Noon).Floor(5)
	series := public.Series{Span: outage.Span{From: now - 24*60, To: now}, Step: 5}
	for country, want := range map[outage.Country]string{
		countrytest.GB: "18:00 00:00 06:00 12:00", // from 12:30
		countrytest.IN: "18:00 00:00 06:00 12:00", // from 18:00
	} {
		drawn := chartOf(series, country)
		var ticks []string
		for _, match := range regexp.MustCompile(`y="180"[^>]*>([0-9:]+)<`).FindAllStringSubmatch(drawn, -1) {
			ticks = append(ticks, match[1])
		}
		if got := strings.Join(ticks, " "); got != want {
			t.Errorf("%s: ticks %q, want %q", country, got, want)
		}
	}
}

func TestTheCurrentStepIsNoDecline(t *testing.T) {
	now := outage.MinuteOf(pagetest.Noon)
	for _, test := range []struct {
		start       outage.Minute // of the last step
		before, now int64
		want        int // points drawn
	}{
		{now - 4, 9, 3, 1}, {now - 4, 9, 9, 2}, {now - 4, 0, 1, 2}, {now - 10, 9, 3, 2}, {now - 9, 9, 3, 1},
	} {
		series := public.Series{Step: 10, Points: []public.Point{{Start: test.start - 10, Reports: test.before}, {Start: test.start, Reports: test.now}}}
		if got := len(Settled(series, pagetest.Noon).Points); got != test.want {
			t.Errorf("%+v: %d points", test, got)
		}
	}
}

func TestRoundUp(t *testing.T) {
	for x, want := range map[float64]float64{4: 4, 4.1: 5, 7: 8, 9: 10, 10: 10, 11: 20, 214: 400, 999: 1000} {
		if got := roundUp(x); got != want {
			t.Errorf("roundUp(%v) = %v, want %v", x, got, want)
		}
	}
}

func TestOutlineGoesAroundCells(t *testing.T) {
	land := Project(pagetest.LandShapes(), countrytest.IN, countrytest.IN.MapResolution())
	sides := 0
	for _, chain := range walk(t, land.Outline(land.Land)) {
		sides += len(chain) - 1
	}
	coast := 0
	for _, chain := range walk(t, land.Coast) {
		coast += len(chain) - 1
	}
	if sides != coast || sides == 0 {
		t.Errorf("the outline of all land has %d sides, the coast %d", sides, coast)
	}
}

// TestMapOfACountryIsSmall checks the size at brotli level 5, as served.
func TestMapOfACountryIsSmall(t *testing.T) {
	heat, _ := pagetest.Readings{}.Heatmap(t.Context(), "whatsapp", countrytest.IN, countrytest.IN.MapResolution(), outage.Span{})
	classes, _ := ScaleOf(true, heat).Classify(heat)
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 5)
	_, _ = w.Write([]byte(Project(pagetest.LandShapes(), countrytest.IN, countrytest.IN.MapResolution()).SVG("m", "bn", "x", classes)))
	_ = w.Close()
	if out.Len() > 6_000 {
		t.Errorf("map of India: %d bytes, budget 6000", out.Len())
	}
}

// Every view lies within one window.
func TestEveryViewLiesInAWindow(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	projection := &Projection{Width: 640, Height: 700}
	for range 2000 {
		z := r.IntN(deepestLevel + 1)
		window := float64(projection.Width+2*margin) / float64(int(1)<<z)
		left := r.Float64() * (float64(projection.Width+2*margin) - window)
		b := Window{Z: z, X: int(2 * left / window)}
		top := -float64(margin) // y 0 holds the top
		for _, x := range []float64{left - margin, left - margin + window - 1e-9} {
			if !b.holds(projection, x, top) {
				t.Fatalf("depth %d: %f is outside of box %d of a view from %f", z, x, b.X, left)
			}
		}
	}
}
