package page

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

// severalOpen makes pages of a day with many incidents of one service.
func severalOpen(t testing.TB) *Builder {
	t.Helper()
	site := testViews(t)
	site.Readings, site.Incidents = func() Readings { return pagetest.Readings{Several: true} }, pagetest.Incidents{Several: true}
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
	if n := strings.Count(body, "</a> · since 17:"); n != 14 {
		t.Errorf("%d incidents are listed", n)
	}
	_, after, _ := strings.Cut(body, `<div class="places"><ul><li><a href="/incidents/airtel-in-20261118T1145Z">Part of Maharashtra</a> · since 17:15 India time`)
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
	for lang, want := range map[string]string{
		"en": "Maharashtra, Odisha, West Bengal and 11 more", "bn": "আরও ১১টি", "hi": "11 अन्य", "cy": "11 arall",
	} {
		body := rendered(t, site, address.Address{Lang: lang, Country: countrytest.IN})
		if n := strings.Count(body, want); n != 1 {
			t.Errorf("%s: %q stands there %d times", lang, want, n)
		}
	}
}
