package main

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"downpour/pkg/outage"
)

// The towns that a form offers, in any language, are towns that intake knows.
func TestOfferedTownsAreKnown(t *testing.T) {
	s := newServer(t, "embedded")
	list := regexp.MustCompile(`<datalist id="towns">(.*?)</datalist>`)
	option := regexp.MustCompile(`value="([^"]*)"`)
	for _, prefix := range []string{"", "/hi", "/bn", "/cy"} {
		for _, country := range outage.Countries() {
			page := s.send(sender{addr: "192.0.2.1"}, http.MethodGet, prefix+"/"+strings.ToLower(string(country))+"/whatsapp/report", "", nil)
			found := list.FindStringSubmatch(string(page.body))
			if found == nil {
				t.Fatalf("%s %s: status %d without a list of towns", prefix, country, page.status)
			}
			for _, town := range option.FindAllStringSubmatch(found[1], -1) {
				name := html.UnescapeString(town[1])
				if place, err := s.app.places.Lookup(name, country); err != nil || place.Country != country {
					t.Errorf("%s %s: %q is not known: %v", prefix, country, name, err)
				}
			}
		}
	}
}
