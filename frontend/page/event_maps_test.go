package page

import (
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The start page has a map of the largest event only, in each country that has it, with
// the colours and a link to the map of the service.
func TestLargestEventHasAMap(t *testing.T) {
	site := severalOpen(t)
	for _, at := range []address.Address{{Lang: "en"}, {Lang: "bn", Country: countrytest.IN}} {
		body := rendered(t, site, at)
		_, cards, _ := strings.Cut(body[strings.Index(body, `class="cards"`):], "<h3>")
		first, others, _ := strings.Cut(cards, "<h3>")
		if strings.Count(first, `class="map" role="img"`) == 0 || !strings.Contains(first, `class="ramp"`) || !strings.Contains(first, "#map-") {
			t.Errorf("%s: no map, link or key in %s", at.Path(), first)
		}
		if strings.Contains(others, `class="maps"`) {
			t.Errorf("%s: a smaller event has a map", at.Path())
		}
	}
}

// A start page where nothing goes on has no map.
func TestQuietStartPageHasNoMap(t *testing.T) {
	builder := testViews(t)
	builder.config.Readings = func() Readings { return pagetest.Readings{Quiet: true} }
	if body := rendered(t, builder, address.Address{Lang: "en"}); strings.Contains(body, `class="maps"`) {
		t.Error("a map without an event")
	}
}

// Reports do not fall for as long as an event has lasted, and are not said to fall where
// they do not.
func TestFallingReportsAreSaidToFallAfterATime(t *testing.T) {
	page := &homePage{request: testViews(t).request(address.Address{Lang: "en"})}
	with := func(country outage.Country, as string) member {
		return member{verdict: verdict{Country: country, Status: outage.StatusOutage, as: as}}
	}
	for _, c := range []struct {
		lead []member
		want string
	}{
		{[]member{with(countrytest.GB, "falling"), with(countrytest.IN, "falling")}, "Reports are falling in the UK and in India, 44 min after they began"},
		{[]member{with(countrytest.GB, "falling"), with(countrytest.IN, "outage")}, "Far more reports than usual in India, for 44 min"},
		{[]member{with(countrytest.GB, "outage"), with(countrytest.IN, "falling")}, "Far more reports than usual in the UK, for 44 min"},
	} {
		if got := page.eventSentence(c.lead, 44*time.Minute); got != c.want {
			t.Errorf("%q instead of %q", got, c.want)
		}
	}
}
