package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
)

// Beside what a vendor says stands a link to how often vendors say so, and how late.
func TestNoticesLinkToTheRecordOfVendors(t *testing.T) {
	_, app := testSite(t, nil)
	for path, want := range map[string]string{
		"/in/whatsapp": `<a href="/vendors">What vendors say, and when</a>`, "/bn/in/whatsapp": `<a href="/bn/vendors">`,
		"/incidents/" + pagetest.OpenIncident: `<a href="/vendors">`, "/incidents": `<a href="/vendors">`,
	} {
		if !strings.Contains(get(t, app, path).body, want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
	if body := get(t, app, "/gb/bt").body; strings.Contains(body, `href="/vendors"`) {
		t.Error("a page without a notice links to the record of vendors")
	}
}
