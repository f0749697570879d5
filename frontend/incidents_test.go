package frontend

import (
	"context"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/public"
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
		"Going on now", "WhatsApp in India", "Going on · Critical",
		"West Bengal, Bihar, Jharkhand and 2 more", "18 November 2026, 16:18 India time (10:48 UTC)",
		"user reports within 1 h 54 min so far; at the worst",
		`class="s-elevated caused"`, "Instagram in India", "Reports are falling, probably because of WhatsApp · Major",
		"Ended", "UPI in India", "Ended · Major · 5 h 54 min", "BT in the UK", "Part of Yorkshire and the Humber",
		"gone in India", "Some regions")
	if body := get(t, app, "/gb/incidents").body; strings.Contains(body, "in India<") || !strings.Contains(body, "BT in the UK") {
		t.Error("the list of one country has another's incidents, or lacks its own")
	}
}

// noExtents cannot count what was reported during an incident.
type noExtents struct{ pagetest.Readings }

func (noExtents) Extent(context.Context, public.Incident) (public.Extent, error) {
	return public.Extent{}, pagetest.ErrAway
}

func TestListOfIncidentsWithoutExtents(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(noExtents{}) })
	holds(t, "/incidents", get(t, app, "/incidents").body, "WhatsApp in India", "1,412 people reported; about 25 is usual, an incident needs 91.", "UPI in India")
}

func TestListGroupsTheIncidentsOfAService(t *testing.T) {
	_, app := testSite(t, func(c *Config) {
		c.Incidents, c.Readings = pagetest.Incidents{Several: true}, always(pagetest.Readings{Several: true})
	})
	for _, path := range []string{"/incidents", "/in/incidents?state=open"} {
		body := get(t, app, path).body
		open, _, _ := strings.Cut(body, "<h2>Ended</h2>")
		if n := strings.Count(open, "<h3>"); n != map[string]int{"/incidents": 3, "/in/incidents?state=open": 2}[path] {
			t.Errorf("%s: %d entries are open", path, n)
		}
		if n := strings.Count(open, `href="/incidents/airtel-in-`); n != 14 {
			t.Errorf("%s: %d incidents of Airtel are linked", path, n)
		}
		holds(t, path, open, `<a href="/in/airtel">Airtel in India`, "Going on · Minor · 14 incidents",
			"user reports within 57 min so far; at the worst",
			`<div class="places">`, "Part of Maharashtra</a> · 8.6 times the usual · since 17:15 India time", "<summary>and 10 more</summary>")
	}
	holds(t, "/incidents", get(t, app, "/incidents").body, "<h2>Ended</h2>", "Airtel in India", "Ended · Minor · 3 incidents · 1 h 9 min", "UPI in India")
	holds(t, "/bn/incidents", get(t, app, "/bn/incidents").body, "১৪টি ঘটনা", "আরও ১০টি ঘটনা")
	holds(t, "/hi/incidents", get(t, app, "/hi/incidents").body, "14 घटनाएँ", "और 10 घटनाएँ")
	holds(t, "/cy/incidents", get(t, app, "/cy/incidents").body, "14 digwyddiad", "a 10 arall")
}

func TestEmptyListOfIncidents(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Incidents = pagetest.Incidents{Empty: true} })
	holds(t, "/incidents", get(t, app, "/incidents").body, "No incident is open at the moment.", "Ended", "None so far.")
	_, app = testSite(t, func(c *Config) { c.Incidents = pagetest.Incidents{Err: pagetest.ErrAway} })
	got := get(t, app, "/incidents")
	if strings.Contains(got.body, "No incident is open") || !strings.Contains(got.body, "Some numbers cannot be shown") {
		t.Error("a book that cannot be read looks like an empty one")
	}
}

func TestIncidentPage(t *testing.T) {
	_, app := testSite(t, nil)
	holds(t, pagetest.OpenIncident, get(t, app, "/incidents/"+pagetest.OpenIncident).body,
		`<link rel="canonical" href="/incidents/`+pagetest.OpenIncident, "unusually many problem reports", "Going on · Critical",
		"user reports of problems with WhatsApp in India within 1 h 54 min so far, since 18 November 2026, 16:11 India time (10:41 UTC); at the worst",
		"in 15 minutes, from", "On an ordinary day there are about", "In the last hour it was worst around Town 119.", "It is still going on.",
		"user reports during the incident, in total", "as many as on an ordinary day", "Reports over time", "in this chart",
		"How it spread", `<symbol id="land"`, `<ol class="small-multiples">`, "/map?country=IN&amp;each=15m&amp;from=", "16:00</span>",
		`class="foot"`, "outlined: where the incident is", "West Bengal, Bihar, Jharkhand, Odisha, Uttar Pradesh",
		"Some regions",
		"Timeline", "Reports began to rise", "Incident opened",
		"What people reported meanwhile", "Messages do not arrive",
		"Also affected", "/incidents/instagram-in-20261118T1100Z", "Not affected in India", `href="/in/facebook"`,
		"On 18 November 2026 from 16:11 to 16:18 India time (10:41–10:48 UTC), 1,412 people reported problems with WhatsApp "+
			"in India (West Bengal, Bihar, Jharkhand and 2 more); about 25 is usual for that time, and an incident needs 91.",
		"Worst 10 minutes", "11 times the usual",
		"Source: user reports to Downpour.", "user reports", "/api/v1/incidents/"+pagetest.OpenIncident)
}

// The text to quote is the same wherever it stands.
func TestOneSentenceIsQuoted(t *testing.T) {
	_, app := testSite(t, nil)
	for _, path := range []string{"/incidents/", "/bn/incidents/"} {
		body := get(t, app, path+pagetest.OpenIncident).body
		_, lead, _ := strings.Cut(body, `<p class="quotable">`)
		lead, _, found := strings.Cut(lead, "</p>")
		for _, place := range []string{
			`<meta name="description" content="` + lead, `<meta property="og:description" content="` + lead, `<meta property="og:image:alt" content="` + lead,
			`<blockquote>` + lead, `aria-labelledby="cite">` + lead,
		} {
			if !found || !strings.Contains(body, place) {
				t.Errorf("%s: no %s", path, place)
			}
		}
	}
}

func TestPageOfAnEndedIncident(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/incidents/"+pagetest.EndedIncident).body
	holds(t, pagetest.EndedIncident, body,
		"It has ended: 17 November 2026, 05:48 India time (00:18 UTC), 5 h 54 min after it began.",
		"Across the country", "How long", "5 h 54 min", "17 November 2026, 00:01 India time (16 November 2026, 18:31 UTC)", "Reports began to fall", "Incident ended",
		"From 23:54 on 16 November 2026 to 00:01 on 17 November 2026, India time (16 November 2026, 18:24–18:31 UTC)")
	for _, word := range []string{`class="foot"`, "Last 10 minutes", "Related services", "still going on"} {
		if strings.Contains(body, word) {
			t.Errorf("the page has %q", word)
		}
	}
	holds(t, "a collateral one", get(t, app, "/incidents/instagram-in-20261118T1100Z").body, "Instagram itself is probably not at fault", "WhatsApp had the problem", "reports are falling",
		"Facebook had the problem", "Instagram itself is probably at fault after all")
	if body := get(t, app, "/incidents/instagram-in-20261118T1100Z").body; strings.Contains(body, "Reports rose again") {
		t.Error("another verdict is told as another rise")
	}
	if got := get(t, app, "/incidents/gone-in-20261005T1234Z"); got.status != 200 || !strings.Contains(got.body, "gone in India") {
		t.Errorf("a service that left the catalogue: status %d", got.status)
	}
}

func TestServicePageListsItsIncidents(t *testing.T) {
	_, app := testSite(t, nil)
	holds(t, "/in/whatsapp", get(t, app, "/in/whatsapp").body,
		"Incident open since 16:18 India time.",
		`href="/incidents/`+pagetest.OpenIncident, "Past incidents", "whatsapp-in-20261030T1234Z", `href="/in/incidents"`)
	holds(t, "/whatsapp", get(t, app, "/whatsapp").body, `<section class="panel" id="IN">`, `<section class="panel" id="GB">`)
	holds(t, "/netflix", get(t, app, "/netflix").body, "Past incidents", "None so far.")
}

// The filter is open where it leaves something out, so that the list begins on the first
// screen of a phone.
func TestFilterIsClosedUntilItIsUsed(t *testing.T) {
	_, app := testSite(t, nil)
	for path, open := range map[string]bool{
		"/incidents": false, "/bn/in/incidents": false, "/incidents?state=resolved": true, "/in/incidents?service=whatsapp": true, "/incidents?from=2026-11-01": true,
	} {
		body := get(t, app, path).body
		_, before, _ := strings.Cut(body, "<details")
		before, _, found := strings.Cut(before, `<form class="filter"`)
		if !found || strings.HasPrefix(before, " open>") != open {
			t.Errorf("%s: the filter is after <details%s", path, before)
		}
	}
}
