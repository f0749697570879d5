package page

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
)

// severalOpen makes pages of a day with many incidents of one service.
func severalOpen(t testing.TB) *Builder {
	t.Helper()
	site := testViews(t)
	site.config.Readings, site.config.Incidents = func() Readings { return pagetest.Readings{Several: true} }, pagetest.Incidents{Several: true}
	return site
}

// rendered is the text of a page.
func rendered(t *testing.T, site *Builder, at address.Address) string {
	t.Helper()
	name, page, err := site.Page(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := site.Render(name, page)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestServicePageLinksAllOpenIncidents(t *testing.T) {
	site := severalOpen(t)
	body := rendered(t, site, address.Address{Lang: "en", Country: countrytest.IN, Service: pagetest.SeveralOf, Leaf: address.LeafStatus})
	if n := strings.Count(body, " times the usual · since 17:"); n != 14 {
		t.Errorf("%d incidents are listed", n)
	}
	_, after, _ := strings.Cut(body, `<div class="places"><ul><li><a href="/incidents/airtel-in-20261118T1145Z">Part of Maharashtra</a> · 8.6 times the usual · since 17:15 India time`)
	first, rest, _ := strings.Cut(after, "<details><summary>and 10 more</summary>")
	if strings.Count(first, "<li>") != firstPlaces-1 || strings.Count(rest, "<li>") != 10 {
		t.Errorf("not the largest four first, and ten collapsed: %s", body)
	}
	if want := "14 incidents are open. "; !strings.Contains(body, want) || strings.Contains(body, "More on this incident") {
		t.Errorf("no %q in %s, or a link to one of them", want, body)
	}
	if want := "user reports within 57 min so far; at the worst"; !strings.Contains(body, want) {
		t.Errorf("no %q in %s", want, body)
	}
}

func TestOneIncidentHasNoPlaces(t *testing.T) {
	body := rendered(t, severalOpen(t), address.Address{Lang: "en", Country: countrytest.IN, Service: "whatsapp", Leaf: address.LeafStatus})
	if strings.Contains(body, `class="places"`) {
		t.Error("a single incident is listed by place")
	}
}

func TestHomeShowsSeveralIncidentsInOneCard(t *testing.T) {
	site := severalOpen(t)
	for _, lang := range locale.Languages() {
		body := rendered(t, site, address.Address{Lang: lang, Country: countrytest.IN})
		_, card, _ := strings.Cut(body, `<h3><a href="`+address.Address{Lang: lang, Country: countrytest.IN, Service: "airtel"}.Path()+`"`)
		card, _, found := strings.Cut(card, "<h3>")
		if n := strings.Count(body, `airtel-in-`); !found || n != 14 || strings.Count(card, `airtel-in-`) != n {
			t.Errorf("%s: the card does not list all 14 incidents, the page has %d", lang, n)
		}
		if n := strings.Count(card, `<svg class="map"`); n != 1 {
			t.Errorf("%s: %d maps in the card of 14 incidents", lang, n)
		}
	}
}

// A service, its incidents in all countries and those that it caused are one event.
func TestHomeHasOneCardForAnEvent(t *testing.T) {
	body := rendered(t, severalOpen(t), address.Address{Lang: "en"})
	_, cards, _ := strings.Cut(body, `<ul class="cards">`)
	cards, _, _ = strings.Cut(cards, "</ul>\n</div>")
	for _, want := range []string{
		"Far more reports than usual in India, for 1 h 54 min", "Reported too, probably because of WhatsApp: <a href=\"/instagram\"",
		" user reports so far.", "Worst: Town 119, Town 350, Town 91.",
	} {
		if !strings.Contains(cards, want) {
			t.Errorf("no %q in %s", want, cards)
		}
	}
	if strings.Contains(cards, "<h3><a href=\"/instagram") || strings.Contains(cards, "<h3><a href=\"/in/instagram") {
		t.Error("what another service probably caused has a card of its own")
	}
}

// On a quiet day home says since when, and lists the last incidents.
func TestHomeOnAQuietDay(t *testing.T) {
	site := testViews(t)
	site.config.Readings, site.config.Incidents = func() Readings { return pagetest.Readings{Quiet: true} }, pagetest.Incidents{Quiet: true}
	for lang, want := range map[string]string{
		"en": "Nothing unusual since Tuesday, 05:48 India time.", "hi": "मंगलवार, 05:48 भारतीय समय से कुछ असामान्य नहीं।",
		"bn": "মঙ্গলবার, ০৫:৪৮ ভারতীয় সময় থেকে", "cy": "Dim byd anarferol ers dydd Mawrth, 05:48",
	} {
		body := rendered(t, site, address.Address{Lang: lang})
		if !strings.Contains(body, want) {
			_, headline, _ := strings.Cut(body, `class="headline">`)
			t.Errorf("%s: no %q in %.200s", lang, want, headline)
		}
		if !strings.Contains(body, `<svg class="strip"`) {
			t.Errorf("%s: no record of 90 days", lang)
		}
		_, past, _ := strings.Cut(body, `<ul class="events">`)
		past, _, _ = strings.Cut(past, "</ul>")
		if n := strings.Count(past, "<li>"); n != lastEvents {
			t.Errorf("%s: %d past incidents, want %d", lang, n, lastEvents)
		}
	}
	site.config.Incidents = pagetest.Incidents{}
	if body := rendered(t, site, address.Address{Lang: "en"}); strings.Contains(body, "Nothing unusual since") {
		t.Error("nothing is said to be unusual while incidents are open")
	}
}
