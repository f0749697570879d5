package frontend

import (
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// holds fails the test for every text that the page lacks, or has too early.
func holds(t *testing.T, path, body string, texts ...string) {
	t.Helper()
	last := 0
	for _, text := range texts {
		at := strings.Index(body[last:], text)
		if at < 0 {
			t.Errorf("%s: no %q after %q", path, text, body[max(0, last-60):last])
			continue
		}
		last += at
	}
}

func TestListOfIncidents(t *testing.T) {
	_, app := testSite(t, nil)
	holds(t, "/incidents", get(t, app, "/incidents").body,
		"Going on now", "Instagram in India", "Reports are falling, probably because of WhatsApp · Major", "WhatsApp in India", "Going on · Critical",
		"West Bengal, Bihar, Jharkhand and 2 more", "18 November 2026, 16:18 India time (10:48 UTC)",
		"1,412 people reported; about 25 is normal, 91 make an incident.",
		"Ended", "UPI in India", "Ended · Major · 5 h 47 min", "BT in the UK", "Part of Yorkshire and the Humber",
		"gone in India", "Some regions")
	if body := get(t, app, "/gb/incidents").body; strings.Contains(body, "in India<") || !strings.Contains(body, "BT in the UK") {
		t.Error("the list of one country has another's incidents, or lacks its own")
	}
}

func TestEmptyListOfIncidents(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Incidents = fakeBook{empty: true} })
	holds(t, "/incidents", get(t, app, "/incidents").body, "No incident is open at the moment.", "Ended", "None so far.")
	_, app = testSite(t, func(c *Config) { c.Incidents = fakeBook{err: errAway} })
	got := get(t, app, "/incidents")
	if strings.Contains(got.body, "No incident is open") || !strings.Contains(got.body, "Some numbers cannot be shown") {
		t.Error("a book that cannot be read looks like an empty one")
	}
}

func TestIncidentPage(t *testing.T) {
	_, app := testSite(t, nil)
	holds(t, openIncident, get(t, app, "/incidents/"+openIncident).body,
		`<link rel="canonical" href="/incidents/`+openIncident, "unusually many problem reports", "Going on · Critical",
		"user reports of problems with WhatsApp in India so far, since 18 November 2026, 16:11 India time (10:41 UTC); at the worst",
		"in 15 minutes, from", "It is still going on.",
		"user reports during the incident, in total", "the normal number in the worst 10 minutes", "How reports ran", "in this chart",
		"How it spread", `<symbol id="land"`, `<ol class="strip">`, "/map?country=IN&amp;each=15m&amp;from=", "16:00</span>",
		`class="foot"`, "outlined: where the incident is", "West Bengal, Bihar, Jharkhand, Odisha, Uttar Pradesh",
		"Some regions", "Worst 10 minutes", "11 times the normal", "Last 10 minutes", "8.6 times the normal",
		"How it went", "Reports began to rise", "Incident opened",
		"What people reported meanwhile", "Messages do not arrive",
		"Also affected", "/incidents/instagram-in-20261118T1100Z", "Not affected in India", `href="/in/facebook"`,
		"On 18 November 2026 from 16:11 to 16:18 India time (10:41–10:48 UTC), 1,412 people reported problems with WhatsApp "+
			"in India (West Bengal, Bihar, Jharkhand and 2 more); about 25 is normal for that time, and 91 make an incident.",
		"Source: user reports to Downpour.", "user reports", "/api/v1/incidents/"+openIncident)
}

func TestPageOfAnEndedIncident(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/incidents/"+endedIncident).body
	holds(t, endedIncident, body,
		"It has ended: 17 November 2026, 05:48 India time (00:18 UTC), 5 h 47 min after it opened.",
		"Across the country", "How long", "5 h 47 min", "17 November 2026, 00:01 India time (16 November 2026, 18:31 UTC)", "Reports began to fall", "Incident ended",
		"From 23:54 on 16 November 2026 to 00:01 on 17 November 2026, India time (16 November 2026, 18:24–18:31 UTC)")
	for _, word := range []string{`class="foot"`, "Last 10 minutes", "Related services", "still going on"} {
		if strings.Contains(body, word) {
			t.Errorf("the page has %q", word)
		}
	}
	holds(t, "a collateral one", get(t, app, "/incidents/instagram-in-20261118T1100Z").body, "Instagram itself is probably not at fault", "WhatsApp broke", "reports are falling",
		"Facebook broke", "Instagram itself is probably at fault after all")
	if body := get(t, app, "/incidents/instagram-in-20261118T1100Z").body; strings.Contains(body, "Reports rose again") {
		t.Error("another verdict is told as another rise")
	}
	if got := get(t, app, "/incidents/gone-in-20261005T1234Z"); got.status != 200 || !strings.Contains(got.body, "gone in India") {
		t.Errorf("a service that left the catalogue: status %d", got.status)
	}
}

func TestServicePageTellsItsIncidents(t *testing.T) {
	_, app := testSite(t, nil)
	holds(t, "/in/whatsapp", get(t, app, "/in/whatsapp").body,
		"Incident open since 16:18 India time.",
		`href="/incidents/`+openIncident, "Past incidents", "whatsapp-in-20261030T1234Z", `href="/in/incidents"`)
	holds(t, "/whatsapp", get(t, app, "/whatsapp").body, `<section class="panel" id="IN">`, `<section class="panel" id="GB">`)
	holds(t, "/netflix", get(t, app, "/netflix").body, "Past incidents", "None so far.")
}

func TestInstantsTellTheDateThatDiffers(t *testing.T) {
	site, _ := testSite(t, nil)
	late := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		lang    string
		country outage.Country
		want    string
	}{
		{"en", outage.GB, "1 July 2026, 00:30 UK time (30 June 2026, 23:30 UTC)"},
		{"bn", outage.IN, "১ জুলাই ২০২৬, ০৫:০০ ভারতীয় সময় (৩০ জুন ২০২৬, ২৩:৩০ UTC)"},
		{"cy", outage.GB, "1 Gorffennaf 2026, 00:30 amser y DU (30 Mehefin 2026, 23:30 UTC)"},
	} {
		if got := site.frame(address{Lang: test.lang}).Instant(late, test.country).Text; got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestOutlinesKeepTheFloor(t *testing.T) {
	site, _ := testSite(t, nil)
	for _, test := range []struct {
		weights []float64
		drawn   bool
	}{{nil, false}, {[]float64{2.9}, false}, {[]float64{3}, true}, {[]float64{.9, 40}, true}} {
		in := outage.Incident{Country: outage.IN, Footprint: outage.Footprint{Scope: outage.ScopeCell}}
		for i, weight := range test.weights {
			in.Footprint.Cells = append(in.Footprint.Cells, outage.CellWeight{Cell: site.sheets[sheetKey{outage.IN, mapResolution}].land[7*i], Weight: weight})
		}
		page := &incidentPage{frame: site.frame(address{Lang: "en"})}
		drawn := string(page.footprint(heatmap{SVG: "<svg></svg>"}, in).SVG)
		if strings.Contains(drawn, `class="foot"`) != test.drawn {
			t.Errorf("%v: %s", test.weights, drawn)
		}
		if rings := strings.Count(drawn, "M") + strings.Count(drawn, "m"); test.drawn && rings != 1 {
			t.Errorf("%v: %d outlines, want that of one cell", test.weights, rings)
		}
	}
}

func TestOutlineGoesAroundCells(t *testing.T) {
	land := project(testShapes(), outage.IN, mapResolution)
	sides := 0
	for _, chain := range walk(t, land.outline(land.land)) {
		sides += len(chain) - 1
	}
	coast := 0
	for _, chain := range walk(t, land.coast) {
		coast += len(chain) - 1
	}
	if sides != coast || sides == 0 {
		t.Errorf("the outline of all land has %d sides, the coast %d", sides, coast)
	}
}
