package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestServicePageListsRelatedServices(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/in/instagram").body
	holds(t, "/in/instagram", body, "Is it only Instagram?", "Instagram itself is probably not at fault", "Both rose in the same places.",
		"It rose far less than WhatsApp did.", "More reports than usual now also for:", `href="/in/whatsapp"`)
	if facebook, _, _ := strings.Cut(body, "</main>"); strings.Contains(facebook, `href="/in/facebook"`) {
		t.Error("a service of which too little is known is listed as one without trouble")
	}
	holds(t, "/bn/in/instagram", get(t, app, "/bn/in/instagram").body, "দুটির রিপোর্ট একই জায়গায় বেড়েছে।")
	if body := get(t, app, "/in/jio").body; strings.Contains(body, "Is it only") {
		t.Error("a service without neighbours has a heading for them")
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	english := locale.New(locale.Default, "")
	for _, reason := range []outage.Reason{
		outage.ReasonDepends, outage.ReasonProvider, outage.ReasonCategory, outage.ReasonFamily, outage.ReasonMany,
		outage.ReasonFootprint, outage.ReasonOnset, outage.ReasonSize, outage.ReasonNetwork, outage.ReasonAlike, outage.ReasonSymptom,
	} {
		if !english.Has("reason." + string(reason)) {
			t.Errorf("no words for %s", reason)
		}
	}
}
