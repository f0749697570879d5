package page

import (
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

// A status above the usual has a number above the usual beside it, unless reports fall.
func TestStatusHasANumberAboveTheUsual(t *testing.T) {
	site := severalOpen(t)
	above := regexp.MustCompile(`times the usual|Reports are falling`)
	blocks := 0
	for _, service := range append(site.config.Services.Services(), site.config.Services.Services()[0]) {
		for _, at := range []address.Address{
			{Lang: "en"}, {Lang: "en", Country: countrytest.IN}, {Lang: "en", Service: service.Slug}, {Lang: "en", Service: service.Slug, Country: countrytest.IN},
		} {
			if at.Country != "" && at.Service != "" && !address.UsedIn(service, at.Country) {
				continue
			}
			at.Leaf = address.LeafStatus
			for _, block := range regexp.MustCompile(`class="(verdict )?s-(outage|elevated)`).Split(rendered(t, site, at), -1)[1:] {
				block, _, _ = strings.Cut(block, `class="asof"`)
				if blocks++; !above.MatchString(block) {
					t.Errorf("%s: no number above the usual in %s", at.Path(), block)
				}
			}
		}
	}
	if blocks == 0 {
		t.Error("no service has more reports than usual")
	}
}

// The numbers of an incident are the same wherever its page has them.
func TestIncidentHasOneTotal(t *testing.T) {
	site := severalOpen(t)
	name, page, err := site.Page(t.Context(), address.Address{Lang: "en", Leaf: address.LeafIncidents, ID: "whatsapp-in-20261118T1048Z"})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := site.Render(name, page)
	if err != nil {
		t.Fatal(err)
	}
	totals := map[string]bool{}
	for _, found := range regexp.MustCompile(`([0-9,]+)(</b>)? user reports (of problems|during the incident, in total)`).FindAllStringSubmatch(string(body), -1) {
		totals[found[1]] = true
	}
	if len(totals) != 1 {
		t.Errorf("the total is %v", totals)
	}
}
