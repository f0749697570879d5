package main

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Intake understands every town and every network that a form offers, in any language.
func TestOfferedTownsAreKnown(t *testing.T) {
	s := newServer(t, "embedded")
	list := regexp.MustCompile(`<datalist id="towns">(.*?)</datalist>`)
	networks, offered := regexp.MustCompile(`<datalist id="networks">.*?</datalist>`), 0
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
				if found := s.app.places.Resolve(name, country); !found.Understood || found.Place.Country != country {
					t.Errorf("%s %s: %q is not known: %+v", prefix, country, name, found)
				}
			}
			for _, network := range option.FindAllStringSubmatch(strings.Join(networks.FindStringSubmatch(string(page.body)), ""), -1) {
				if name := html.UnescapeString(network[1]); s.app.services.AccessNetwork(name, country) == "" {
					t.Errorf("%s %s: the network %q is not known", prefix, country, name)
				}
				offered++
			}
		}
	}
	if offered == 0 {
		t.Error("no network is offered")
	}
}

// The page about detection has the configured parameters.
func TestAboutHasTheNumbersInForce(t *testing.T) {
	s := newServer(t, "embedded")
	in := map[string]outage.Parameter{}
	for _, p := range engine.Parameters(s.app.liveTimeline()) {
		in[p.Name] = p
	}
	for prefix, want := range map[string]string{"": "%v min", "/hi": "%v मिनट", "/cy": "%v mun"} {
		body := string(s.send(sender{addr: "192.0.2.1"}, http.MethodGet, prefix+"/about", "", nil).body)
		if n := strings.Count(body, "<tr>"); n < 12 {
			t.Errorf("%s/about tells %d numbers", prefix, n)
		}
		if text := fmt.Sprintf(want, in["footprint.final"].Value); !strings.Contains(body, "<td>"+text) {
			t.Errorf("%s/about has no %q", prefix, text)
		}
	}
}
