package frontend

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/locale"
)

func TestRegister(t *testing.T) {
	_, app := testSite(t, nil)
	for _, test := range []struct {
		path       string
		has, lacks []string
	}{
		{"/register", []string{
			"Register of incidents", "October – December 2026", "2 incidents opened in this quarter.",
			"Instagram in the UK", "Probably because of WhatsApp", "18 November 2026, 10:34 UK time", "2 h 0 min so far",
			"UPI in India", "26 h 0 min", "16,204", "By region", "By district", "Kolkata", "Yorkshire and the Humber",
			`href="/register/2026-Q4.csv"`, `href="/register/2026-Q3.v1.json"`, "Version 2, 21 October 2026", "Provisional",
			`href="/register?quarter=2026-Q3"`, `href="/bn/register"`, `href="/api/v1/register/hours?level=district&amp;quarter=4&amp;year=2026"`,
			`<link rel="canonical" href="/register">`,
		}, []string{"noindex"}},
		{"/gb/register", []string{"Register of incidents in the UK", "1 incident opened", "Instagram in the UK", `href="/in/register"`}, []string{"UPI in India"}},
		{"/register?quarter=2026-q3", []string{"July – September 2026", "noindex", `href="/hi/register?quarter=2026-Q3"`, `href="/gb/register?quarter=2026-Q3"`}, []string{"Instagram in"}},
		{"/bn/in/register", []string{"ভারতে ঘটনার রেজিস্টার", "অক্টোবর – ডিসেম্বর ২০২৬", "কলকাতা", "২৬ ঘণ্টা ০ মিনিট"}, nil},
	} {
		body := get(t, app, test.path).body
		for _, text := range test.has {
			if !strings.Contains(body, text) {
				t.Errorf("%s lacks %q", test.path, text)
			}
		}
		for _, text := range test.lacks {
			if strings.Contains(body, text) {
				t.Errorf("%s has %q", test.path, text)
			}
		}
	}
	for path, status := range map[string]int{
		"/register?quarter=1999-Q1": 404, "/register?quarter=2026": 422, "/register?quarter=%3Cb%3E": 422, "/register/more": 404, "/whatsapp/register": 404, "/uk/register": 301,
	} {
		if got := get(t, app, path); got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
	}
}

// A long quarter is cut, and says so; a server without incidents has the page too.
func TestRegisterBounds(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Register = pagetest.Register{More: 70} })
	body := get(t, app, "/register").body
	holds(t, "a long quarter", body, "72 incidents opened in this quarter. The latest 50 are listed here")
	if n := strings.Count(body, `<tr><th scope="row"><a href="/incidents/`); n != 50 {
		t.Errorf("%d rows", n)
	}
	for _, lang := range locale.Languages() {
		path := strings.Replace("/"+lang+"/register", "/en", "", 1)
		size := squeezed(get(t, app, path).body)
		t.Logf("%s: %d bytes", path, size)
		if size > 14_000 {
			t.Errorf("%s: %d bytes, budget 14000", path, size)
		}
	}
	_, app = testSite(t, func(c *Config) { c.Register = pagetest.Register{Empty: true} })
	holds(t, "no incident", get(t, app, "/register").body, "0 incidents opened in this quarter.", "Provisional")
}

func TestRegisterIsLinked(t *testing.T) {
	_, app := testSite(t, nil)
	for _, path := range []string{"/bn/in/incidents", "/bn/in/whatsapp"} {
		holds(t, path, get(t, app, path).body, `href="/bn/in/register"`)
	}
	holds(t, "/about", get(t, app, "/about").body, `href="/register">Register of incidents`)
}
