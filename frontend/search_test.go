package frontend

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestSearch(t *testing.T) {
	_, app := testSite(t, nil)
	for _, test := range []struct {
		at, query string
		status    int
		want      string // where it leads, or a part of the page
	}{
		{"/", "এয়ারটেল", 303, "/airtel"},
		{"/", "এ\u09dfারটেল", 303, "/airtel"},
		{"/", "এ\u09af\u09bcারটেল", 303, "/airtel"},
		{"/bn/in", "এয়ারটেল", 303, "/bn/in/airtel"},
		{"/", "WhatsApp", 303, "/whatsapp"},
		{"/", "ee", 303, "/ee"}, // though others hold these letters
		{"/", "no signal", 200, `<h2>Mobile network</h2><ul class="rows found"><li><a href="/jio">Jio</a>`},
		{"/bn/in", "no signal", 200, `<h1>“no signal”: সংস্থা বা পরিষেবা বেছে নিন</h1>`},
		{"/gb", "no signal", 200, `<ul class="rows found"><li><a href="/gb/ee">EE</a></ul>`},
		{"/", "Leeds", 303, "/gb/leeds"}, {"/bn", "লিডস", 303, "/bn/gb/leeds"}, {"/in", "calcutta", 303, "/in/kolkata"}, {"/in", "leeds", 200, "No service found"},
		{"/gb", "newport", 200, `<h1>Places called “newport”</h1>`}, {"/gb", "newport", 200, `<a href="/gb/yorkshire-and-the-humber">`},
		{"/gb", "jio", 200, "No service found for “jio”"},
		{"/", "e", 200, "Services like “e”"},
		{"/hi", "tel", 200, "“tel” जैसी सेवाएँ"},
		{"/", " \xff\xfe ", 200, "Is it just me?"},
		{"/", strings.Repeat("a", 1000), 200, "No service found"},
		{"/", "<b>&\"", 200, `value="&lt;b&gt;&amp;&#34;"`},
		{"/", "", 200, "Is it just me?"},
	} {
		got := get(t, app, test.at+"?q="+url.QueryEscape(test.query))
		found := got.header.Get("Location")
		if got.status == 200 {
			found = got.body
		}
		if got.status != test.status || !strings.Contains(found, test.want) || got.status == 303 && found != test.want {
			t.Errorf("%s for %.20q: status %d, %.200s", test.at, test.query, got.status, found)
		}
	}
}

func TestSearchIsNotCached(t *testing.T) {
	site, app := testSite(t, nil)
	for _, query := range []string{"a", "b", "whatsapp"} {
		get(t, app, "/?q="+query)
	}
	get(t, app, "/in/whatsapp?show=anything")
	get(t, app, "/in/whatsapp?show=reports")
	if n := site.cache.Len(); n != 2 {
		t.Errorf("%d pages in the cache, want that of WhatsApp in two ways", n)
	}
}

// FuzzSearch sends arbitrary queries to pages and badges. The answer is a page, a
// picture or a redirect within the site, and nothing of the query becomes markup.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"<script>alert(1)", "//evil.example", "\xff\x00", "এয়ারটেল", "\"><svg onload=x>", "..", strings.Repeat("ক", 99)} {
		f.Add(seed)
	}
	_, app := testSite(f, nil)
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 1000 {
			return
		}
		escaped := url.QueryEscape(query)
		for path, fits := range map[string]func(int) bool{
			"/in?q=" + escaped:                         func(status int) bool { return status == 200 || status == 303 },
			"/badge/whatsapp.svg?country=" + escaped:   func(status int) bool { return status == 200 || status == 404 },
			"/embed/whatsapp?lang=" + escaped:          func(status int) bool { return status == 200 },
			"/badge/" + url.PathEscape(query) + ".svg": func(status int) bool { return status == 404 || status == 200 },
			"/in/whatsapp?show=" + escaped:             func(status int) bool { return status == 200 },
		} {
			got := get(t, app, path)
			if location := got.header.Get("Location"); !fits(got.status) || strings.HasPrefix(location, "//") {
				t.Errorf("%q: status %d to %q", path, got.status, location)
			}
			if strings.Contains(got.body, "<script>") || strings.Contains(got.body, "onload=x>") {
				t.Errorf("%q: markup in the answer", path)
			}
		}
	})
}

// wishes are the texts that were asked for.
type wishes struct {
	texts []string
	err   error
}

func (w *wishes) Ask(_ context.Context, from netip.Addr, text string) error {
	if !from.IsValid() {
		return errors.New("a request without a sender")
	}
	w.texts = append(w.texts, text)
	return w.err
}

func TestWhatIsNotFoundCanBeAskedFor(t *testing.T) {
	asked := &wishes{}
	_, app := testSite(t, func(c *Config) { c.Wanted = asked })
	page := get(t, app, "/hi/in?q=example")
	for _, want := range []string{`action="/ask"`, `name="q" value="example"`, "यह सेवा जोड़ने को कहें"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page of a search without a result lacks %s", want)
		}
	}
	if found := get(t, app, "/?q=tel"); strings.Contains(found.body, "/ask") {
		t.Error("what was found can be asked for")
	}
	form := url.Values{"q": {"example"}, "lang": {"hi"}, "country": {"IN"}}
	answer := ask(t, app, posted("/ask", form))
	if to := answer.header.Get("Location"); answer.status != 303 || to != "/hi/in?asked=1&q=example" {
		t.Errorf("status %d to %q", answer.status, to)
	}
	if !slices.Equal(asked.texts, []string{"example"}) {
		t.Errorf("asked for %v", asked.texts)
	}
	again := get(t, app, "/hi/in?asked=1&q=example")
	if strings.Contains(again.body, `action="/ask"`) || !strings.Contains(again.body, "धन्यवाद") {
		t.Error("a request is not confirmed")
	}
	asked.err = &outage.Error{Code: outage.CodeLimited, RetryAfter: time.Minute}
	if answer := ask(t, app, posted("/ask", form)); answer.status != 429 {
		t.Errorf("a limited request is answered with %d", answer.status)
	}
	if answer := ask(t, app, posted("/ask", url.Values{})); answer.status != 404 {
		t.Errorf("a request for nothing is answered with %d", answer.status)
	}
}

func TestSuggestions(t *testing.T) {
	_, app := testSite(t, nil)
	for query, want := range map[string]string{
		"?q=wha&lang=bn&country=IN": `[{"name":"হোয়াটসঅ্যাপ","path":"/bn/in/whatsapp"}]`,
		"?q=tel&country=":           "Airtel",
		"?q=zzzz":                   "[]",
		"":                          "[]",
		"?q=%ff&lang=x&country=y":   "[]",
	} {
		if got := get(t, app, "/suggest"+query); got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s, want %s", query, got.status, got.body, want)
		}
	}
}
