package frontend

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
)

func TestBadges(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Services = pagetest.ManyServices() })
	for _, test := range []struct{ path, want string }{
		{"/badge/whatsapp.svg", "WhatsApp: reports far above usual"},
		{"/badge/whatsapp.svg?country=GB", "WhatsApp: reports as usual"},
		{"/badge/upi.svg?country=in&lang=bn", "ইউপিআই: রিপোর্ট স্বাভাবিকের বেশি"},
		{"/badge/upi.svg?lang=xx", "UPI: reports above usual"},
		{"/badge/digilocker.svg?lang=cy", "Digilocker: "},
	} {
		got := get(t, app, test.path)
		if got.status != 200 || !strings.Contains(got.body, test.want) || len(got.body) > 1500 {
			t.Errorf("%s: status %d, %d bytes: %s", test.path, got.status, len(got.body), got.body)
		}
		if strings.Contains(strings.ToLower(got.body), "down") || got.header.Get("Cache-Control") != cacheBadge {
			t.Errorf("%s: %s, %s", test.path, got.header.Get("Cache-Control"), got.body)
		}
		if err := xml.Unmarshal([]byte(got.body), new(struct{})); err != nil {
			t.Errorf("%s: %v", test.path, err)
		}
	}
	for _, path := range []string{"/badge/nothing.svg", "/badge/nothing.json", "/badge/whatsapp", "/badge/jio.svg?country=GB", "/badge/jio.svg?country=FR", "/embed/nothing", "/embed/jio?country=GB"} {
		if got := get(t, app, path); got.status != 404 {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
}

// TestBadgeData holds the JSON to the schema of a shields.io endpoint.
func TestBadgeData(t *testing.T) {
	_, app := testSite(t, nil)
	got := get(t, app, "/badge/upi.json?country=IN")
	var data struct {
		SchemaVersion         int
		Label, Message, Color string
		LabelColor            string
		CacheSeconds          int
	}
	if err := json.Unmarshal([]byte(got.body), &data); err != nil {
		t.Fatal(err)
	}
	if data.SchemaVersion != 1 || data.Label != "UPI" || data.Message != "reports above usual" || data.Color == "" {
		t.Errorf("%+v", data)
	}
	if got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("other sites cannot read it")
	}
}

func TestBadgesOfStrangeNames(t *testing.T) {
	_, app := testSite(t, func(c *Config) {
		c.Services = pagetest.Services{{Slug: "bad", Name: `<script>"&'`}}
	})
	got := get(t, app, "/badge/bad.svg").body
	if strings.Contains(got, "<script") {
		t.Errorf("markup in %s", got)
	}
	if err := xml.Unmarshal([]byte(got), new(struct{})); err != nil {
		t.Errorf("%v in %s", err, got)
	}
}

func TestEmbeds(t *testing.T) {
	_, app := testSite(t, nil)
	got := get(t, app, "/embed/whatsapp?country=IN&lang=bn")
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") {
		t.Errorf("policy %q", policy)
	}
	policyFits(t, "/embed/whatsapp", got)
	for _, want := range []string{`<html lang="bn">`, "হোয়াটসঅ্যাপ", `href="/bn/in/whatsapp"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
	if strings.Contains(got.body, "<script") || got.header.Get("Cache-Control") != cachePublic {
		t.Errorf("%s: %s", got.header.Get("Cache-Control"), got.body)
	}
	if page := get(t, app, "/whatsapp"); strings.Contains(page.header.Get("Content-Security-Policy"), "frame-ancestors *") {
		t.Error("a page with a form may be framed")
	}
}

func TestNoStatusIsGreenOrDown(t *testing.T) {
	english := locale.New(locale.Default, countrytest.GB)
	for status := range draw.BadgeColours {
		if text := english.T("badge." + string(status)); strings.Contains(text, "down") || !strings.Contains(text, "reports") {
			t.Errorf("%s says %q", status, text)
		}
	}
}
