package page

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// worstNames are the first worst places that the outputs of one snapshot name, by
// output; "" for one that names none.
func worstNames(t *testing.T, site *Builder, lang, service string, country outage.Country, id string) map[string]string {
	t.Helper()
	l := locale.New(lang, country)
	// after is what follows the text of a key up to its placeholder.
	after := func(text, key, placeholder string) string {
		before, behind, _ := strings.Cut(l.T(key, placeholder, "|"), "|")
		_, rest, found := strings.Cut(html.UnescapeString(text), before)
		if !found {
			return ""
		}
		name, _, _ := strings.Cut(rest, behind)
		name, _, _ = strings.Cut(name, ",")
		return name
	}
	at := address.Address{Lang: lang, Country: country}
	state, err := address.ParseMapState(site.config.Services, lang, func(name string) string {
		return map[string]string{"service": service, "country": string(country)}[name]
	}, site.config.Readings().Now())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		"service page":        after(rendered(t, site, at.WithService(service)), "map.worst", "places"),
		"map":                 after(mapText(t, site, state), "map.worst", "places"),
		"map of plain counts": after(mapText(t, site, state.WithShow(address.ShowReports)), "map.worst", "places"),
		"map client":          after(cellsText(t, site, state, draw.Window{}), "map.worst", "places"),
		"zoomed map":          after(cellsText(t, site, state, draw.Window{Z: 1, X: 1, Y: 1}), "map.worst", "places"),
	}
	if id == "" {
		return names
	}
	in, err := site.config.Incidents.Incident(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	body := rendered(t, site, address.Address{Lang: lang, Leaf: address.LeafIncidents, ID: id})
	names["event page"] = after(body, "incident.worst.open", "place")
	names["map of the event"] = after(body[strings.Index(body, `id="map-`):], "map.worst.hour", "places")
	names["home page"] = after(rendered(t, site, at), "event.places", "places")
	numbers := site.config.Readings()
	extent, _ := numbers.Extent(t.Context(), in)
	where, _ := numbers.Extremes(t.Context(), service, country, in.WorstIn(numbers.Now()))
	names["feeds and messages"] = after(site.sentences.Summary(lang, in, extent, where), "incident.worst.open", "place")
	return names
}

func mapText(t *testing.T, site *Builder, state address.MapState) string {
	t.Helper()
	at := address.Address{Lang: state.Lang, Leaf: address.LeafMap}
	body, _, err := site.Render("map", site.MapPage(t.Context(), at, state))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func cellsText(t *testing.T, site *Builder, state address.MapState, part draw.Window) string {
	t.Helper()
	body, _, err := site.Cells(t.Context(), state, part, draw.Scale{})
	if err != nil {
		t.Fatal(err)
	}
	var answer draw.Cells
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Words
}

// All outputs of one snapshot name the same place as the worst.
func TestOutputsNameTheSameWorstPlace(t *testing.T) {
	site := severalOpen(t)
	for _, c := range []struct {
		service string
		country outage.Country
		id      string
	}{
		{"whatsapp", countrytest.IN, "whatsapp-in-20261118T1048Z"}, {"instagram", countrytest.IN, ""}, {"upi", countrytest.IN, ""},
	} {
		want, err := site.config.Readings().Extremes(t.Context(), c.service, c.country, public.LastHour(site.config.Readings().Now()))
		if err != nil || len(want.Worst) == 0 {
			t.Fatalf("%s in %s: no worst place, error %v", c.service, c.country, err)
		}
		for _, lang := range locale.Languages() {
			for output, name := range worstNames(t, site, lang, c.service, c.country, c.id) {
				if name != want.Worst[0].NameIn(lang) {
					t.Errorf("%s in %s, %s: the %s names %q instead of %q", c.service, c.country, lang, output, name, want.Worst[0].NameIn(lang))
				}
			}
		}
	}
}
