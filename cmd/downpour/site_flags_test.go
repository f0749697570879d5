package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSiteFlags(t *testing.T) {
	logo := filepath.Join(t.TempDir(), "logo.svg")
	if err := os.WriteFile(logo, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "logo.txt")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := siteFlags{SiteName: " The Example ", SiteContact: "desk@example.org", SiteLegal: "https://example.org/legal", SiteColour: "#7A0019", SiteLogo: logo, SiteLanguages: []string{"bn", "en"}}
	o, err := good.operator()
	if err != nil || o.Name != "The Example" || o.Contact != "mailto:desk@example.org" || o.Colour != "#7a0019" || o.LogoKind != "image/svg+xml" || !o.Offers("bn") || o.Offers("cy") {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := (&siteFlags{}).operator(); err != nil || o.Name != "Downpour" || o.Contact != "" || !o.Offers("cy") {
		t.Errorf("without flags: %+v, %v", o, err)
	}
	for flag, wrong := range map[string]siteFlags{
		"--site-name":      {SiteName: strings.Repeat("x", 41)},
		"--site-colour":    {SiteColour: "#ffee00"}, // white text on it is not legible
		"--site-legal":     {SiteLegal: "javascript:alert(1)"},
		"--site-contact":   {SiteContact: "nobody"},
		"--site-languages": {SiteLanguages: []string{"fr"}},
		"--site-logo":      {SiteLogo: text},
	} {
		_, err := wrong.operator()
		if err == nil || !strings.HasPrefix(err.Error(), flag+":") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", flag, err)
		}
	}
	for _, colour := range []string{"red", "#fff", "#12345g", "#0a2342;}"} {
		if _, err := (&siteFlags{SiteColour: colour}).operator(); err == nil {
			t.Errorf("the colour %q was taken", colour)
		}
	}
}
