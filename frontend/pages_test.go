package frontend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t testing.TB, app *fiber.App, request *http.Request) answer {
	t.Helper()
	response, err := app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func get(t testing.TB, app *fiber.App, path string) answer {
	t.Helper()
	return ask(t, app, httptest.NewRequest(http.MethodGet, path, nil))
}

func TestAddresses(t *testing.T) {
	_, app := testSite(t, nil)
	for _, test := range []struct {
		path   string
		status int
		want   string // a part of the page, or where it leads
	}{
		{"/", 200, "Is it just me?"},
		{"/en", 301, "/"},
		{"/bn", 200, `<html lang="bn">`},
		{"/in", 200, "Is it just me in India?"},
		{"/uk", 301, "/gb"},
		{"/hi/in", 200, "भारत में क्या यह सिर्फ़ मेरे साथ है?"},
		{"/whatsapp", 200, `name="country" value="IN"`},
		{"/WhatsApp", 301, "/whatsapp"},
		{"/in/whatsapp", 200, "Far more people than usual report problems with WhatsApp in India."},
		{"/in/whatsapp/", 301, "/in/whatsapp"},
		{"/bn/in/whatsapp", 200, "হোয়াটসঅ্যাপ"},
		{"/cy/gb/bt", 200, `<html lang="cy">`},
		{"/gb/jio", 404, "No such page"},
		{"/bn/nowhere", 404, "এমন কোনও পাতা নেই"},
		{"/in/bn/whatsapp", 404, "No such page"},
		{"/whatsapp/in", 404, "No such page"},
		{"/whatsapp/report/more", 404, "No such page"},
		{"/bt/report", 200, `action="/report"`},
		{"/about", 200, "What is a report?"},
		{"/vendors", 200, "29 min"}, {"/bn/vendors", 200, "মধ্যমা দেরি"}, {"/in/vendors", 404, "No such page"},
		{"/hi/about", 200, "रिपोर्ट क्या है?"},
		{"/in/about", 404, "No such page"},
		{"/credits", 200, "GeoNames"},
		{"/incidents", 200, "Going on now"},
		{"/uk/incidents/", 301, "/gb/incidents"},
		{"/bn/in/incidents", 200, "ভারতে ঘটনা"},
		{"/incidents/" + pagetest.OpenIncident, 200, "WhatsApp in India: unusually many problem reports"},
		{"/incidents/" + strings.ToLower(pagetest.OpenIncident), 301, "/incidents/" + pagetest.OpenIncident},
		{"/in/incidents/" + pagetest.OpenIncident, 301, "/incidents/" + pagetest.OpenIncident},
		{"/hi/incidents/" + pagetest.OpenIncident, 200, `<html lang="hi">`},
		{"/incidents/whatsapp-in-20261118T1049Z", 404, "There is no incident at this address."},
		{"/bn/incidents/whatsapp-in-20261118T1049Z", 404, "এই ঠিকানায় কোনও ঘটনা নেই।"},
		{"/incidents/whatsapp", 404, "No such page"},
		{"/incidents/" + pagetest.OpenIncident + "/more", 404, "No such page"},
		{"/whatsapp/incidents", 404, "No such page"},
		{"/report", 303, "/"},
		{"/status", 404, "No such page"},
		{"/in/whatsapp/status", 404, "No such page"},
		{"/map", 200, "All countries"}, {"/in/map", 301, "/map?country=IN"},
		{"/gb/leeds", 200, "<h1>Leeds</h1>"}, {"/uk/leeds", 301, "/gb/leeds"}, {"/bn/gb/leeds", 200, "<h1>লিডস</h1>"},
		{"/in/kolkata", 200, "across the country or nearby: WhatsApp, Instagram."}, {"/in/calcutta", 301, "/in/kolkata"}, {"/hi/in/Kolkata/", 301, "/hi/in/kolkata"},
		{"/gb/লিডস", 301, "/gb/leeds"}, {"/gb/leeds-gb-tle", 301, "/gb/leeds"},
		{"/in/wb", 301, "/in/west-bengal"}, {"/gb/tle", 301, "/gb/yorkshire-and-the-humber"}, {"/in/west-bengal", 200, "<h1>West Bengal</h1>"},
		{"/leeds", 404, "No such page"}, {"/in/leeds", 404, "No such page"}, {"/gb/leeds/more", 404, "No such page"}, {"/gb/%zz", 404, "No such page"},
		{"/gb/bt", 200, "<h1>BT</h1>"}, {"/gb/bt-gb-tle", 200, "<h1>Aberconwy bt</h1>"}, // a service comes before a place
		{"/2026/11/18", 200, "<h1>Incidents: 18 November 2026</h1>"}, {"/in/2026/11", 200, "<h1>Incidents in India: November 2026</h1>"}, {"/bn/2026", 200, "<h1>ঘটনা: ২০২৬</h1>"},
		{"/2026/10/1", 301, "/2026/10/01"}, {"/uk/2026/11/", 301, "/gb/2026/11"}, {"/2026/02/30", 404, "No such page"}, {"/2026/13", 404, "No such page"},
		{"/2026/11/19", 404, "nothing at this address"}, {"/2027", 404, "nothing at this address"}, {"/2025/02/28", 200, "No incident is known from before 1 July 2026."},
		{"/gb/2026/11/17", 200, "No incident in this time."}, {"/whatsapp/2026", 404, "No such page"}, {"/2026/11/18/whatsapp", 404, "No such page"},
		{"/embed/whatsapp", 200, "WhatsApp"},
		{"/embed/nothing", 404, "No such page"},
		{"/badge/whatsapp.svg", 200, "reports far above usual"},
		{"/badge/whatsapp.json", 200, `"schemaVersion":1`},
		{"/badge/whatsapp.png", 404, "No such page"},
		{"/badge/nothing.svg", 404, "No such page"},
		{"/in/whatsapp/thanks", 200, "There is no report to show here."},
		{"/static/icon.0.svg", 404, "No such page"},
		{"//evil.example/", 404, "No such page"},
	} {
		t.Run(test.path, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			request.URL = &url.URL{Path: test.path}
			request.RequestURI = ""
			got := ask(t, app, request)
			if got.status != test.status {
				t.Fatalf("status %d, want %d", got.status, test.status)
			}
			if got.status/100 == 3 {
				if location := got.header.Get("Location"); location != test.want {
					t.Errorf("leads to %q, want %q", location, test.want)
				}
			} else if !strings.Contains(got.body, test.want) {
				t.Errorf("no %q in %s", test.want, got.body)
			}
		})
	}
}

// everyPage lists one address for each kind of page.
var everyPage = []string{"/", "/in", "/whatsapp", "/in/whatsapp", "/gb/bt", "/whatsapp/report", "/about", "/credits", "/vendors", "/register", "/in/register", "/gb/leeds", "/in/west-bengal", "/2026", "/in/2026/11", "/2026/10/01",
	"/incidents", "/in/incidents", "/incidents/" + pagetest.OpenIncident, "/incidents/" + pagetest.EndedIncident}

func TestPublicPages(t *testing.T) {
	_, app := testSite(t, nil)
	for _, lang := range locale.Languages() {
		for _, path := range everyPage {
			if lang != locale.Default {
				path = strings.TrimSuffix("/"+lang+path, "/")
			}
			got := get(t, app, path)
			if got.status != 200 {
				t.Fatalf("%s: status %d", path, got.status)
			}
			for name, want := range map[string]string{
				"Cache-Control": cachePublic, "X-Content-Type-Options": "nosniff",
				"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "", "Vary": "Accept-Encoding",
			} {
				if have := got.header.Get(name); have != want {
					t.Errorf("%s: %s is %q, want %q", path, name, have, want)
				}
			}
			for _, word := range []string{"<script>", " style=", " onclick", "{n}", "{service}", "ZgotmplZ"} {
				if strings.Contains(got.body, word) {
					t.Errorf("%s: page has %q", path, word)
				}
			}
			policyFits(t, path, got)
			scriptsAreOwn(t, path, got.body)
			again := httptest.NewRequest(http.MethodGet, path, nil)
			again.Header.Set("If-None-Match", `"other", `+got.header.Get("ETag"))
			if second := ask(t, app, again); second.status != 304 || second.body != "" {
				t.Errorf("%s: asked again with its tag: status %d, %d bytes", path, second.status, len(second.body))
			}
		}
	}
}

// dataBlock begins a description for search engines, which no browser runs.
const dataBlock = `<script type="application/ld+json">`

// scriptsAreOwn checks that a page runs files of this site and nothing else.
func scriptsAreOwn(t *testing.T, path, body string) {
	t.Helper()
	for _, tag := range regexp.MustCompile(`<script[^>]*>`).FindAllString(body, -1) {
		if tag != dataBlock && !strings.HasPrefix(tag, `<script type="module" src="/static/`) {
			t.Errorf("%s: %s", path, tag)
		}
	}
}

// policyFits checks that the style of a page is the one its policy allows.
func policyFits(t *testing.T, path string, got answer) {
	t.Helper()
	_, rest, _ := strings.Cut(got.body, "<style>")
	css, _, found := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(css))
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if policy := got.header.Get("Content-Security-Policy"); !found || !strings.Contains(policy, hash) {
		t.Errorf("%s: policy %q does not allow style %s", path, policy, hash)
	}
}

// TestByteBudgets are in bytes at brotli level 5, which is what is served.
func TestByteBudgets(t *testing.T) {
	for _, young := range []bool{false, true} {
		_, app := testSite(t, func(c *Config) {
			c.Readings, c.Services = always(pagetest.Readings{Young: young, Several: true}), pagetest.ManyServices()
			c.Incidents = pagetest.Incidents{Several: true}
		})
		for path, budget := range map[string]int{
			"/in/" + pagetest.SeveralOf: 14_000, "/bn/in/" + pagetest.SeveralOf: 14_000,
			"/": 14_000, "/bn": 14_000, "/hi/in": 14_000, "/embed/whatsapp": 5_000, "/embed/whatsapp?lang=bn": 5_000, "/in/whatsapp": 14_000, "/bn/in/whatsapp": 14_000, "/gb/whatsapp": 14_000,
			"/whatsapp": 14_000, "/bn/whatsapp": 14_000, // two countries
			"/incidents": 10_000, "/bn/incidents": 10_000, "/incidents/" + pagetest.OpenIncident: 14_000, "/bn/incidents/" + pagetest.OpenIncident: 14_000,
			"/2026": 14_000, "/bn/in/2026": 14_000, "/bn/2026/11": 14_000, "/bn/2026/10/01": 14_000, "/gb/leeds": 14_000, "/bn/gb/leeds": 14_000, "/in/west-bengal": 14_000, "/bn/in/west-bengal": 14_000, "/bn/in/kolkata": 14_000,
			"/whatsapp/report": 10_000, "/bn/whatsapp/report": 10_000, "/about": 10_000,
		} {
			size := squeezed(get(t, app, path).body)
			t.Logf("%s: %d bytes", path, size)
			if size > budget {
				t.Errorf("%s: %d bytes, budget %d", path, size, budget)
			}
		}
	}
}

// The style sheet of what is below the first screen is a file of its own, which the
// pages share.
func TestLowerStyleSheet(t *testing.T) {
	_, app := testSite(t, nil)
	link := regexp.MustCompile(`<link rel="stylesheet" href="(/static/lower\.[0-9a-f]+\.css)">`)
	for _, path := range []string{"/whatsapp", "/incidents/" + pagetest.OpenIncident} {
		found := link.FindStringSubmatch(get(t, app, path).body)
		if found == nil {
			t.Fatalf("%s does not link to the style sheet", path)
		}
		got := get(t, app, found[1])
		if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/css") || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", found[1], got.status, got.header)
		}
		if size := squeezed(got.body); size > 2_000 {
			t.Errorf("%s: %d bytes, budget 2000", found[1], size)
		}
	}
}

// TestBudgetsOfTheBuiltInCatalogue holds that the start page is light with all
// services, and so are the pages with the longest texts.
func TestBudgetsOfTheBuiltInCatalogue(t *testing.T) {
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	_, app := testSite(t, func(c *Config) { c.Readings, c.Services = always(pagetest.Readings{}), services })
	for _, path := range []string{"/", "/in", "/gb", "/bn", "/bn/in", "/hi", "/hi/in", "/cy/gb", "/ukpn", "/cy/ukpn", "/bn/cesc-kolkata", "/hi/electricity-1912", "/bn?q=no+internet"} {
		size := squeezed(get(t, app, path).body)
		t.Logf("%s: %d bytes", path, size)
		if size > 14_000 {
			t.Errorf("%s: %d bytes, budget 14000", path, size)
		}
	}
	home := get(t, app, "/bn").body
	for _, service := range services.Services() {
		if !strings.Contains(home, `/`+service.Slug+`"`) {
			t.Errorf("the start page does not lead to %s", service.Slug)
		}
	}
}

// The form of a service says whom to call, in the language and for the country.
func TestFormHasAdvice(t *testing.T) {
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	_, app := testSite(t, func(c *Config) { c.Services = services })
	for path, want := range map[string]string{
		"/ukpn": "Call 105, free of charge", "/gb/ukpn/report": "Call 105, free of charge", "/cy/gb/ukpn": "Ffoniwch 105, am ddim",
		"/hi/in/bescom": "1912 पर या अपनी बिजली कंपनी", "/bn/in/cesc-kolkata": "1912 নম্বরে বা আপনার বিদ্যুৎ সংস্থার",
		"/emergency-999": "Do not ask for help here.", "/thames-water": "Call the emergency line of your water company",
	} {
		body := get(t, app, path).body
		at, form := strings.Index(body, `<p class="notice advice">`+want), strings.Index(body, `<fieldset id="symptom"`)
		if at < 0 || at > form {
			t.Errorf("%s does not say %q before the form", path, want)
		}
	}
	for query, want := range map[string][]string{
		"/gb?q=power+cut":    {`<p class="notice">Call 105`},
		"/?q=power+cut":      {`<p class="notice">UK: Call 105`, `<p class="notice">India: Call 1912`},
		"/bn/in?q=power+cut": {`<p class="notice">1912 নম্বরে`},
	} {
		body := get(t, app, query).body
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", query, text)
			}
		}
	}
	if strings.Contains(get(t, app, "/whatsapp").body, "advice") {
		t.Error("a service without advice has one")
	}
}

func squeezed(body string) int {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 5)
	_, _ = w.Write([]byte(body))
	_ = w.Close()
	return out.Len()
}

func TestPicturesAreWellFormed(t *testing.T) {
	site, app := testSite(t, nil)
	body := get(t, app, "/in/whatsapp").body + get(t, app, "/gb/whatsapp?show=reports").body
	for _, class := range []string{"chart", "map"} {
		rest := body
		for range 2 {
			at := strings.Index(rest, `<svg class="`+class)
			if at < 0 {
				t.Fatalf("less than two pictures of class %s", class)
			}
			rest = rest[at:]
			decoder := xml.NewDecoder(strings.NewReader(rest[:strings.Index(rest, "\n")]))
			for {
				if _, err := decoder.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", class, err)
				}
			}
			rest = rest[10:]
		}
	}
	icon := get(t, app, site.assets.icons[outage.StatusOutage].path)
	if icon.status != 200 || !strings.Contains(icon.header.Get("Cache-Control"), "immutable") {
		t.Errorf("icon: status %d, %s", icon.status, icon.header.Get("Cache-Control"))
	}
}

func TestPagesOfUnknownIncidentsAreNotCached(t *testing.T) {
	site, app := testSite(t, nil)
	get(t, app, "/incidents/whatsapp-in-20261118T1049Z")
	if n := site.cache.Len(); n != 0 {
		t.Errorf("%d pages in the cache", n)
	}
}

func TestNamesAreEscaped(t *testing.T) {
	const nasty = `<script>alert("1")</script>`
	_, app := testSite(t, func(c *Config) {
		c.Services = pagetest.Services{{Slug: "bad", Name: nasty, Category: nasty, Family: nasty, Symptoms: []outage.Symptom{{Slug: "messages", Names: map[string]string{"en": nasty}}}}}
	})
	query := url.Values{"id": {nasty}, "undo": {nasty}, "region": {nasty}, "kind": {nasty}, "counted": {"1"}}
	for _, path := range []string{"/", "/bad", "/in/bad", "/bad/report", "/bad/thanks?" + query.Encode(), "/" + url.PathEscape(nasty),
		"/?q=" + url.QueryEscape(nasty), "/?q=" + url.QueryEscape(`"><img src=x>`), "/embed/bad", "/badge/bad.svg", "/bad?have="} {
		if body := get(t, app, path).body; strings.Contains(body, "alert(\"") {
			t.Errorf("%s: markup of a stranger stands in the page", path)
		}
	}
}

func TestNumbersThatFail(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Err: pagetest.ErrAway}) })
	for _, path := range []string{"/", "/in/whatsapp", "/whatsapp", "/incidents", "/incidents/" + pagetest.OpenIncident} {
		got := get(t, app, path)
		if got.status != 200 || !strings.Contains(got.body, "Some numbers cannot be shown") {
			t.Errorf("%s: status %d without a word about the numbers", path, got.status)
		}
		if got.header.Get("Cache-Control") != cachePartial {
			t.Errorf("%s: %s", path, got.header.Get("Cache-Control"))
		}
		if strings.Contains(got.body, pagetest.ErrAway.Error()) {
			t.Errorf("%s: the reader sees the error", path)
		}
	}
	body := get(t, app, "/in/whatsapp").body
	if !strings.Contains(body, `action="/report"`) {
		t.Error("no form while numbers fail")
	}
	for _, want := range []string{"No numbers at the moment", "The numbers of WhatsApp in India cannot be shown at the moment.", "Nothing can be shown here at the moment."} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, untrue := range []string{"0 user reports", "too early", "Nothing to compare", "Too few reports", "No region has", "None so far"} {
		if strings.Contains(body, untrue) {
			t.Errorf("%q where nothing is known", untrue)
		}
	}
}

func TestHomeOrder(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/in").body
	last := -1
	for _, mark := range []string{"3 services have more reports than usual", `href="/in/whatsapp"`, `href="/in/upi"`, "Most reports now", `href="/in/facebook"`, "All other services", `class="more"`} {
		at := strings.Index(body, mark)
		if at < last {
			t.Errorf("%s stands too early", mark)
		}
		last = at
	}
	if strings.Contains(body, `href="/in/bt"`) {
		t.Error("a service of the other country is listed")
	}
	if n := strings.Count(body, `href="/in/whatsapp"`); n != 1 {
		t.Errorf("a service with many reports is listed %d times", n)
	}
}

func TestYoungServerLabelsCounts(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Young: true}) })
	body := get(t, app, "/in/whatsapp").body
	for _, want := range []string{"counts only", "It is too early to say what is usual for WhatsApp in India.", ` or more</ul>`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if home := get(t, app, "/in").body; !strings.Contains(home, "too early to say what is usual") || strings.Contains(home, "No service has clearly") {
		t.Error("the home page compares with nothing")
	}
	if strings.Contains(body, `class="kexp"`) {
		t.Error("a normal band without a baseline")
	}
}

// An empty server has no list of others than those it shows, and counts nothing.
func TestHomeWithoutReports(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(noReports{}) })
	body := get(t, app, "/").body
	for _, want := range []string{"No reports in the last 10 minutes. It is too early to say what is usual here.", "<h2>All services</h2>"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, no := range []string{"All other services", "counts only", "Most reports now"} {
		if strings.Contains(body, no) {
			t.Errorf("%q on a page without numbers", no)
		}
	}
}

// noReports are the readings of a server that was just started.
type noReports struct{ pagetest.Readings }

func (noReports) Health(context.Context, string, outage.Country) (public.Health, error) {
	return public.Health{Status: outage.StatusUnknown}, nil
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a site without parts")
	}
}

func TestErrorPages(t *testing.T) {
	site, _ := testSite(t, nil)
	for name, test := range map[string]struct {
		err    error
		status int
		want   string
	}{
		"gone":        {&outage.Error{Code: outage.CodeGone, Detail: "x"}, 410, "Too late"},
		"limited":     {&outage.Error{Code: outage.CodeLimited, RetryAfter: 1500 * time.Millisecond}, 429, "One moment, please"},
		"unavailable": {&outage.Error{Code: outage.CodeUnavailable}, 503, "We cannot take this just now."},
		"too large":   {fiber.ErrRequestEntityTooLarge, 413, "Too long"},
		"teapot":      {fiber.ErrTeapot, 418, "That did not work"},
		"method":      {fiber.ErrMethodNotAllowed, 405, "No such page"},
		"unknown":     {outage.Unknown("widget", "there is no such widget"), 422, "there is no such widget"},
		"inside":      {errors.New("dialling 10.0.0.1: secret"), 500, "The fault is ours."},
		"internal":    {&outage.Error{Code: outage.CodeInternal, Detail: "secret"}, 500, "Something went wrong"},
	} {
		own := fiber.New(fiber.Config{ErrorHandler: site.Error})
		own.Get("/boom", func(*fiber.Ctx) error { return test.err })
		got := get(t, own, "/boom")
		if got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s: status %d, want %d with %q: %s", name, got.status, test.status, test.want, got.body)
		}
		if strings.Contains(got.body, "secret") {
			t.Errorf("%s: the reader sees the inside", name)
		}
		if got.header.Get("Cache-Control") != cacheNever {
			t.Errorf("%s: the page may be kept", name)
		}
		if name == "limited" && got.header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
		}
	}
}
