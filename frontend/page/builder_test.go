package page

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// testViews makes pages over the fakes.
func testViews(t testing.TB) *Builder {
	t.Helper()
	result, err := NewBuilder(Config{
		Readings: func() Readings { return pagetest.Readings{} }, Incidents: pagetest.Incidents{}, Register: pagetest.Register{}, Services: pagetest.SomeServices(), Shapes: pagetest.LandShapes(),
		Now: func() time.Time { return pagetest.Noon }, Log: slog.New(slog.DiscardHandler),
		Fonts: &draw.Fonts{}, Places: pagetest.Places{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestOutlinesKeepTheFloor(t *testing.T) {
	site := testViews(t)
	for _, test := range []struct {
		weights []float64
		drawn   bool
	}{{nil, false}, {[]float64{2.9}, false}, {[]float64{3}, true}, {[]float64{.9, 40}, true}} {
		in := public.Incident{Country: countrytest.IN, Footprint: public.Footprint{Scope: outage.ScopeCell}}
		for i, weight := range test.weights {
			in.Footprint.Cells = append(in.Footprint.Cells, public.CellWeight{Cell: site.maps[mapKey{countrytest.IN, countrytest.IN.MapResolution()}].Land[7*i], Weight: weight})
		}
		page := &incidentPage{request: site.request(address.Address{Lang: "en"})}
		drawn := string(page.footprint(heatmap{SVG: "<svg></svg>"}, in).SVG)
		if strings.Contains(drawn, `class="foot"`) != test.drawn {
			t.Errorf("%v: %s", test.weights, drawn)
		}
		if rings := strings.Count(drawn, "M") + strings.Count(drawn, "m"); test.drawn && rings != 1 {
			t.Errorf("%v: %d outlines, want that of one cell", test.weights, rings)
		}
	}
}

func TestCaptionHasTheMinimumCount(t *testing.T) {
	series := public.Series{Span: outage.Span{To: day}, Step: 10, Points: []public.Point{{Reports: 5, Works: 2, Back: 1}, {Start: 10, Works: 1, Back: 1}}}
	got := chartCaption(locale.New("en", ""), series, countrytest.GB)
	want := "5 reports in this chart. The busiest 10 minutes had 5, at 01:00 UK time. 3 said that it works for them."
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
