package frontend

import (
	"regexp"
	"strings"
	"testing"
)

// TestCalendar holds that days with incidents have drops and words, that days of which
// nothing is known have no link, and that today is marked.
func TestCalendar(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/in/2026/10").body
	for _, want := range []string{
		`<caption>October 2026</caption>`, `<th scope="col">Mon<th scope="col">Tue`, `<a href="/in/2026/10/01">1<svg class="drops"`,
		`<span class="sr-only"> 1 incident, Major</span>`, `<a href="/in/2026/10/03">3</a>`, `<a href="/in/2026">2026</a>`, `rel="prev">← September 2026`, `rel="next">November 2026`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	now := get(t, app, "/2026/11").body
	if !strings.Contains(now, `<a href="/2026/11/18" aria-current="date">18<svg`) || !strings.Contains(now, "<td>19<td>") || strings.Contains(now, `rel="next"`) {
		t.Errorf("today is not the last day: %s", now)
	}
	year := get(t, app, "/2026").body
	if months := strings.Count(year, `<table class="month">`); months != 12 {
		t.Errorf("the year has %d months", months)
	}
	links := regexp.MustCompile(`<td><a href="/2026/\d\d/\d\d"`).FindAllString(year, -1)
	if first := `<td><a href="/2026/07/01"`; len(links) != 31+31+30+31+18 || links[0] != first {
		t.Errorf("the year leads to %d days, first %s", len(links), links[0])
	}
}

// TestDay holds that a day lists its incidents by country, those with most reports first,
// and those that began on an earlier day.
func TestDay(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/2026/11/18").body
	for _, want := range []string{
		"<h2>UK</h2>", `<a href="/incidents/`, `<a href="/2026/11">November 2026</a>`, "Days begin at midnight, UK time · India time.", `rel="prev">← 17 November 2026`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if strings.Contains(body, "<h2>India</h2>") {
		t.Error("a country without incidents has a heading")
	}
	second := get(t, app, "/in/2026/10/02").body
	if !strings.Contains(second, "16,204") || !strings.Contains(second, "1 October 2026, 05:30 India time") {
		t.Errorf("an incident of the day before: %s", second)
	}
	empty := get(t, app, "/gb/2026/11/17").body
	if !strings.Contains(empty, "No incident in this time.") || !strings.Contains(empty, `content="noindex"`) {
		t.Error("a day without incidents is listed by search engines, or does not say so")
	}
}
