package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// onJio is the incident of Instagram, which the network Jio is the cause of.
func onJio() *outage.Record {
	record := pagetest.Incidents{}.Records()[0]
	record.Cause = "jio"
	record.Access = &outage.AccessFinding{
		Pattern: outage.AccessOne, Network: "jio", Services: 3,
		ShareRatio: outage.ShareRatio{Observed: 56, Expected: 18.6, Ratio: 3.01, Low: 2.4, High: 3.8},
	}
	return &record
}

// TestNetworksOnPages reads what networks say in four languages: of the app, of the
// network, and the table under its summary.
func TestNetworksOnPages(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Incidents = pagetest.Incidents{Changed: onJio()} })
	for lang, want := range map[string]struct{ app, network, summary string }{
		"": {"People on all networks report WhatsApp alike. It is probably WhatsApp, not a network.",
			"Most of those who report Instagram are on Jio: 3 times its usual share. It is probably the network, not Instagram.",
			"<summary>Jio 3 times its share, Airtel as usual, "},
		"/hi": {"गड़बड़ी शायद व्हाट्सऐप में है, किसी नेटवर्क में नहीं।", "गड़बड़ी शायद नेटवर्क में है, इंस्टाग्राम में नहीं।", "अपने हिस्से का 3 गुना"},
		"/bn": {"কোনও নেটওয়ার্কের নয়।", "সমস্যাটি সম্ভবত নেটওয়ার্কের", "নিজের ভাগের ৩ গুণ"},
		"/cy": {"Mae'n debyg mai WhatsApp sydd ar fai, nid rhwydwaith.", "Mae'n debyg mai'r rhwydwaith sydd ar fai, nid Instagram.", "3 gwaith ei gyfran"},
	} {
		incident := strings.ReplaceAll(get(t, app, lang+"/incidents/"+pagetest.OpenIncident).body, "&#39;", "'")
		service := strings.ReplaceAll(get(t, app, lang+"/in/whatsapp").body, "&#39;", "'")
		collateral := strings.ReplaceAll(get(t, app, lang+"/incidents/"+onJio().ID).body, "&#39;", "'")
		holds(t, "the incident"+lang, incident, want.app, want.summary)
		holds(t, "the service"+lang, service, want.app, want.summary)
		holds(t, "the collateral incident"+lang, collateral, want.network, want.summary)
		if strings.Contains(service, "<details open") {
			t.Errorf("%s: the table is open", lang)
		}
	}
}

// TestNetworksThatSayNothing: without ordinary shares nothing is compared, and the page of
// both countries has no table.
func TestNetworksThatSayNothing(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Young: true}) })
	holds(t, "/in/netflix", get(t, app, "/in/netflix").body, "<summary>Show the networks</summary>", "80 of 4,321 reports named a network.", "too few to say")
	for _, path := range []string{"/netflix", "/in/netflix"} {
		body := get(t, app, path).body
		if strings.Contains(body, "times its share") || strings.Contains(body, "not a network") || path == "/netflix" && strings.Contains(body, "too few to say") {
			t.Errorf("%s says what is not known", path)
		}
	}
}
