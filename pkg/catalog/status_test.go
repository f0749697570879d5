package catalog

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestStatusPages(t *testing.T) {
	const services = `
categories: {c: {names: {en: C}, symptoms: {s: {names: {en: S}}}}}
services: {mail: {category: c, names: {en: Mail}}}
status:
  mail: `
	for name, test := range map[string]struct{ entry, fault string }{
		"people alone":   {"{page: https://a.example/}", ""},
		"feed":           {"{page: https://a.example/, feed: https://a.example/f, format: rss}", ""},
		"no page":        {"{feed: https://a.example/f, format: rss}", "status.mail.page: is missing"},
		"no format":      {"{page: https://a.example/, feed: https://a.example/f}", "a feed without a format"},
		"other format":   {"{page: https://a.example/, feed: https://a.example/f, format: csv}", "is none of atom"},
		"plain http":     {"{page: http://a.example/}", "is not an https:// address"},
		"a user":         {"{page: 'https://a:b@a.example/'}", "is not an https:// address"},
		"no pointer":     {"{page: https://a.example/, feed: https://a.example/f, format: pointer}", "needs a pointer"},
		"bad word":       {"{page: https://a.example/, feed: https://a.example/f, format: pointer, pointer: /a, words: {x: fine}}", `"fine" is not a state`},
		"on, no feed":    {"{page: https://a.example/, enabled: true}", "there is no feed to read"},
		"on, no entry":   {"{enabled: true}", "has no built-in page"},
		"bad confidence": {"{page: https://a.example/, confidence: maybe}", "is none of sure, likely, unsure"},
	} {
		_, err := Parse("f.yaml", []byte("standalone: true"+services+test.entry))
		if test.fault == "" && err != nil || test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%s: %v, want %q", name, err, test.fault)
		}
	}
	if _, err := Parse("f.yaml", []byte(strings.Replace("standalone: true"+services+"{page: https://a.example/}", "  mail: {page", "  post: {page", 1))); err == nil || !strings.Contains(err.Error(), `there is no service "post"`) {
		t.Errorf("unknown service: %v", err)
	}
}

func TestOperatorTurnsStatusPagesOnAndOff(t *testing.T) {
	base, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	built, _ := base.Service("snapchat")
	if built.StatusPage.Enabled || built.StatusPage.Feed == "" {
		t.Fatalf("%+v: an unsure page is on, or gone", built.StatusPage)
	}
	catalog, err := parse("f.yaml", []byte("status: {snapchat: {enabled: true}, github: {enabled: false}}"), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	on, _ := catalog.Service("snapchat")
	off, _ := catalog.Service("github")
	if !on.StatusPage.Enabled || on.StatusPage.Feed != built.StatusPage.Feed || off.StatusPage.Enabled || off.StatusPage.Feed == "" {
		t.Errorf("%+v, %+v", on.StatusPage, off.StatusPage)
	}
	if again, _ := base.Service("github"); !again.StatusPage.Enabled {
		t.Error("the base was changed")
	}
}

// TestTableOfStatusPages holds the table of the documents to the built-in catalogue.
func TestTableOfStatusPages(t *testing.T) {
	catalog, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/status-pages.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, service := range catalog.Services() {
		if page := service.StatusPage; page.Page != "" {
			rows = append(rows, row(service.Slug, page))
		}
	}
	if want := strings.Join(rows, ""); !strings.Contains(string(text), "|---|---|---|---|---|\n"+want) {
		t.Errorf("docs/status-pages.md should have the table\n%s", want)
	}
}

func row(slug string, page outage.StatusPage) string {
	format, read := page.Format, "off"
	if format == "" {
		format, read = "page for people", "never"
	} else if page.Enabled {
		read = "on"
	}
	return fmt.Sprintf("| `%s` | <%s> | %s | %s | %s |\n", slug, page.Page, format, page.Confidence, read)
}
