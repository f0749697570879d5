package frontend

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func posted(path string, values url.Values) *http.Request {
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return request
}

func TestReport(t *testing.T) {
	for _, test := range []struct {
		name   string
		values string
		intake pagetest.Intake
		status int
		want   []string // parts of the page, or the address it leads to
	}{
		{"in India by address", "service=whatsapp&kind=problem&country=IN&page=IN&lang=bn", pagetest.Intake{}, 303,
			[]string{"/bn/in/whatsapp/thanks?at=29916754&counted=1&id=r1&kind=problem&undo=secret"}},
		{"with a PIN in Bengali digits", "service=whatsapp&kind=problem&place=%E0%A7%AD%E0%A7%A6%E0%A7%A6%E0%A7%A6%E0%A7%A6%E0%A7%A7", pagetest.Intake{}, 303,
			[]string{"/in/whatsapp/thanks?at=29916754&counted=1&id=r1&kind=problem&region=IN-WB&undo=secret"}},
		{"in a district", "service=whatsapp&kind=problem&place=ls1", pagetest.Intake{}, 303,
			[]string{"/gb/whatsapp/thanks?at=29916754&counted=1&district=E08000035&id=r1&kind=problem&region=GB-TLE&undo=secret"}},
		{"again", "service=whatsapp&kind=works&country=GB", pagetest.Intake{Again: true}, 303,
			[]string{"/gb/whatsapp/thanks?id=r1&kind=works&undo=secret"}},
		{"neither place nor country", "service=whatsapp&kind=problem&symptom=login", pagetest.Intake{}, 422,
			[]string{`<a href="#country">Choose a country, or say where you are.</a>`, `id="country"`, `value="login" checked`, `role="alert"`}},
		{"no country to choose", "service=jio&kind=problem&lang=hi", pagetest.Intake{}, 422,
			[]string{`<a href="#place">देश चुनें, या बताएँ कि आप कहाँ हैं।</a>`}},
		{"a place that tells no country keeps the text", "service=whatsapp&place=%3Cb%3EXyzzy&network=BT", pagetest.Intake{}, 422,
			[]string{`<a href="#country">Choose a country`, `value="&lt;b&gt;Xyzzy"`, `value="BT"`, "<details open>"}},
		{"a place that is not understood", "service=whatsapp&place=Xyzzy&country=IN&page=IN&lang=bn&kind=problem", pagetest.Intake{}, 303,
			[]string{"/bn/in/whatsapp/thanks?at=29916754&counted=1&id=r1&kind=problem&undo=secret&unresolved=1"}},
		{"several places of a name", "service=whatsapp&place=Newport&country=GB&kind=problem", pagetest.Intake{}, 303,
			[]string{"/gb/whatsapp/thanks?at=29916754&counted=1&id=r1&kind=problem&undo=secret&unresolved=1&which=Newport%2C+Wales&which=Newport%2C+Shropshire"}},
		{"a problem on a country's page keeps the country hidden", "service=whatsapp&country=IN&page=IN&lang=bn", pagetest.Intake{Err: outage.Invalid("symptom", "x")}, 422,
			[]string{`<input type="hidden" name="country" value="IN">`}},
		{"too many", "service=whatsapp&country=IN", pagetest.Intake{Err: &outage.Error{Code: outage.CodeLimited, RetryAfter: 1e9}}, 429,
			[]string{"press the button again", `value="IN" checked`}},
		{"away", "service=whatsapp&country=IN&lang=cy", pagetest.Intake{Err: &outage.Error{Code: outage.CodeUnavailable, RetryAfter: 5e9}}, 503,
			[]string{"Ni allwn dderbyn hyn ar hyn o bryd."}},
		{"a detail without words of ours", "service=whatsapp&country=IN", pagetest.Intake{Err: outage.Invalid("token", "the token is odd")}, 422,
			[]string{"<li>the token is odd"}},
		{"unknown service", "service=nothing&country=IN&lang=hi", pagetest.Intake{Err: outage.Unknown("service", "x")}, 422,
			[]string{"हम यह सेवा नहीं जानते।"}},
		{"our fault", "service=whatsapp&country=IN", pagetest.Intake{Err: pagetest.ErrAway}, 500, []string{"The fault is ours."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			intake := test.intake
			_, app := testSite(t, func(c *Config) { c.Intake = &intake })
			values, err := url.ParseQuery(test.values)
			if err != nil {
				t.Fatal(err)
			}
			got := ask(t, app, posted("/report", values))
			if got.status != test.status {
				t.Fatalf("status %d, want %d: %s", got.status, test.status, got.body)
			}
			for _, want := range test.want {
				if got.status == 303 {
					if location := got.header.Get("Location"); location != want {
						t.Errorf("leads to %s, want %s", location, want)
					}
				} else if !strings.Contains(got.body, want) {
					t.Errorf("no %s in %s", want, got.body)
				}
			}
			if got.header.Get("Cache-Control") != cacheNever && got.status != 500 {
				t.Errorf("the answer may be kept: %q", got.header.Get("Cache-Control"))
			}
			if (got.status == 429 || got.status == 503) && got.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		})
	}
}

func TestReportPassesEverythingOn(t *testing.T) {
	intake := &pagetest.Intake{}
	_, app := testSite(t, func(c *Config) { c.Intake = intake })
	ask(t, app, posted("/report", url.Values{
		"service": {"whatsapp"}, "symptom": {"login"}, "kind": {"problem"}, "place": {" Kolkata "}, "country": {"IN"},
		"network": {"Jio"}, "since": {"15:15"}, "token": {"t"}, "key": {"k"},
	}))
	want := outage.Submission{Service: "whatsapp", Symptom: "login", Kind: "problem", Place: "Kolkata", Country: "IN",
		Network: "Jio", Since: "15:15", Token: "t"}
	if len(intake.Took) != 1 || intake.Took[0] != want || intake.Key != "k" {
		t.Errorf("took %+v with key %q", intake.Took, intake.Key)
	}
	if intake.Client.Addr.String() != "192.0.2.7" {
		t.Errorf("client %v", intake.Client)
	}
}

func TestFormsOfOthers(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"another site":     {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"same site":        {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		"foreign origin":   {func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		"hidden origin":    {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		"own origin":       {func(r *http.Request) { r.Header.Set("Origin", "http://"+r.Host) }, 303},
		"this site":        {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 303},
		"plain text":       {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
		"no type":          {func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"type in capitals": {func(r *http.Request) { r.Header.Set("Content-Type", "Application/X-WWW-Form-Urlencoded") }, 303},
	} {
		for _, path := range []string{"/report", "/undo", "/place"} {
			intake := &pagetest.Intake{}
			_, app := testSite(t, func(c *Config) { c.Intake = intake })
			request := posted(path, url.Values{"service": {"whatsapp"}, "country": {"IN"}, "id": {"r1"}, "undo": {"secret"}})
			if path == "/place" {
				request = posted(path, url.Values{"service": {"whatsapp"}, "country": {"GB"}, "id": {"r1"}, "undo": {"secret"}, "place": {"Newport, Wales"}})
			}
			test.change(request)
			if got := ask(t, app, request); got.status != test.status {
				t.Errorf("%s to %s: status %d, want %d", name, path, got.status, test.status)
			}
			if touched := len(intake.Took)+len(intake.Undone)+len(intake.Moved) > 0; touched != (test.status == 303) {
				t.Errorf("%s to %s: intake asked: %v", name, path, touched)
			}
		}
	}
}

func TestThanksAndUndo(t *testing.T) {
	intake := &pagetest.Intake{}
	_, app := testSite(t, func(c *Config) { c.Intake = intake })
	for path, want := range map[string]string{
		"/in/whatsapp/thanks?id=r1&undo=secret&counted=1&region=IN-WB":                  "It counts for West Bengal.",
		"/in/whatsapp/thanks?id=r1&undo=secret&counted=1&region=IN-WB&district=IN-D315": "It counts for Kolkata, West Bengal.",
		"/in/whatsapp/thanks?id=r1&undo=secret&counted=1&region=IN-WB&district=GB-D1":   "It counts for West Bengal.",
		"/in/whatsapp/thanks?id=r1&undo=secret&counted=1":                               "it counts in India as a whole",
		"/in/whatsapp/thanks?id=r1&undo=secret":                                         "You have already reported this.",
		"/in/whatsapp/thanks?id=r1&undo=secret&counted=1&kind=back":                     "WhatsApp works again for you",
		"/in/whatsapp/thanks?undone=1":                                                  "no longer counts",
		"/bn/in/whatsapp/thanks?id=r1&counted=1&region=IN-WB":                           "পশ্চিমবঙ্গ",
	} {
		got := get(t, app, path)
		if got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s: status %d, no %q", path, got.status, want)
		}
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: the token may leak: %v", path, got.header)
		}
		if button := strings.Contains(got.body, `action="/undo"`); button != strings.Contains(path, "undo=") {
			t.Errorf("%s: undo button: %v", path, button)
		}
	}
	wrong := ask(t, app, posted("/undo", url.Values{"id": {"r1"}, "undo": {"guess"}, "lang": {"cy"}}))
	if wrong.status != 403 || !strings.Contains(wrong.body, `<html lang="cy">`) {
		t.Errorf("a wrong token: status %d", wrong.status)
	}
	right := ask(t, app, posted("/undo", url.Values{"id": {"r1"}, "undo": {"secret"}, "lang": {"bn"}, "service": {"whatsapp"}, "country": {"IN"}}))
	if right.status != 303 || right.header.Get("Location") != "/bn/in/whatsapp/thanks?undone=1" || len(intake.Undone) != 1 {
		t.Errorf("undo: status %d to %s", right.status, right.header.Get("Location"))
	}
	lost := ask(t, app, posted("/undo", url.Values{"id": {"r1"}, "undo": {"secret"}, "service": {"//evil"}}))
	if lost.header.Get("Location") != "/" {
		t.Errorf("undo without a page leads to %s", lost.header.Get("Location"))
	}
}

// The page that thanks says how many others report the same, nearby where that may be
// shown, and what the trouble probably is.
func TestThanksAnswers(t *testing.T) {
	_, app := testSite(t, nil)
	at := outage.MinuteOf(pagetest.Noon)
	for path, wants := range map[string][]string{
		"/in/whatsapp/thanks?id=r1&counted=1&region=IN-WB": {"West Bengal, 17:30 to 18:00, India time: you and ", "Far more people than usual report problems with WhatsApp in India.",
			`href="/incidents/whatsapp-in-20261118T1048Z"`, "It is probably WhatsApp, not a network."},
		"/in/whatsapp/thanks?id=r1&counted=1&region=IN-XX": {"India, 17:54 to 18:04, India time: you and "},
		"/bn/in/whatsapp/thanks?id=r1&counted=1":           {"ভারত, ", "আপনি ও আরও "},
		"/cy/in/whatsapp/thanks?id=r1":                     {"chi a "},
	} {
		got := get(t, app, path)
		for _, want := range wants {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: no %q in %s", path, want, mainOf(got.body))
			}
		}
	}
	others := func(query string) string {
		_, after, _ := strings.Cut(get(t, app, "/in/whatsapp/thanks?id=r1&counted=1"+query).body, "you and ")
		number, _, _ := strings.Cut(after, " ")
		return strings.ReplaceAll(number, ",", "")
	}
	all, err := strconv.Atoi(others(""))
	if err != nil {
		t.Fatal(err)
	}
	if got := others(fmt.Sprintf("&at=%d", at-1)); got != strconv.Itoa(all-1) {
		t.Errorf("%s others beside a report that is counted in %d", got, all)
	}
	if got := others(fmt.Sprintf("&at=%d", at)); got != strconv.Itoa(all) {
		t.Errorf("%s others beside a report that is not yet counted in %d", got, all)
	}
	for _, path := range []string{"/in/whatsapp/thanks?undone=1", "/in/whatsapp/thanks?id=r1&counted=1&kind=works"} {
		if got := get(t, app, path); strings.Contains(got.body, "you and") {
			t.Errorf("%s counts others", path)
		}
	}
	_, app = testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Err: errors.New("away")}) })
	if got := get(t, app, "/in/whatsapp/thanks?id=r1&undo=x&counted=1&region=IN-WB"); got.status != 200 || !strings.Contains(got.body, "It counts for West Bengal.") {
		t.Errorf("without numbers: status %d", got.status)
	}
}

// mainOf is the main part of a page.
func mainOf(body string) string {
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "</main>")
	return body
}

// The page that thanks asks which place was meant, with a button for each that the
// server itself would offer, and an answer moves the report.
func TestWhichPlace(t *testing.T) {
	intake := &pagetest.Intake{}
	_, app := testSite(t, func(c *Config) { c.Intake = intake })
	query := "?counted=1&id=r1&kind=works&undo=secret&unresolved=1&which=" + url.QueryEscape("Newport, Wales") + "&which=" + url.QueryEscape("Newport, Shropshire") +
		"&which=" + url.QueryEscape("Newport, Wales: call 0900 1234") + "&which=" + url.QueryEscape("<b>")
	for prefix, asks := range map[string]string{"": "Which one did you mean?", "/hi": "आपका मतलब किस जगह से था?", "/bn": "আপনি কোন জায়গার কথা বলছেন?", "/cy": "Pa un oeddech chi&#39;n ei olygu?"} {
		got := get(t, app, prefix+"/gb/whatsapp/thanks"+query)
		if got.status != 200 || !strings.Contains(got.body, asks) || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, cached %q, without %q", prefix, got.status, got.header.Get("Cache-Control"), asks)
		}
		if n := strings.Count(got.body, `<button name="place"`); n != 2 || strings.Contains(got.body, "0900") || !strings.Contains(got.body, `value="Newport, Shropshire"`) {
			t.Errorf("%s: %d buttons", prefix, n)
		}
	}
	for _, quiet := range []string{"?id=r1&undo=secret&unresolved=1&which=Newport,+Wales", "?id=r1&counted=1&unresolved=1&which=Newport,+Wales", "?counted=1&id=r1&undo=secret&unresolved=1"} {
		if got := get(t, app, "/gb/whatsapp/thanks"+quiet); strings.Contains(got.body, `action="/place"`) {
			t.Errorf("%s asks", quiet)
		}
	}
	if got := get(t, app, "/gb/whatsapp/thanks?counted=1&id=r1&undo=secret&unresolved=1"); !strings.Contains(got.body, "did not understand the place") {
		t.Error("a place that was not understood is not mentioned")
	}

	values := url.Values{"id": {"r1"}, "undo": {"secret"}, "lang": {"cy"}, "service": {"whatsapp"}, "country": {"GB"}, "kind": {"works"}, "place": {"Newport, Wales"}}
	moved := ask(t, app, posted("/place", values))
	if want := "/cy/gb/whatsapp/thanks?counted=1&id=r1&kind=works&region=GB-TLL&undo=secret"; moved.status != 303 || moved.header.Get("Location") != want || len(intake.Moved) != 1 {
		t.Errorf("status %d to %s, moved %v", moved.status, moved.header.Get("Location"), intake.Moved)
	}
	if got := get(t, app, moved.header.Get("Location")); !strings.Contains(got.body, "Mae&#39;n cyfrif ar gyfer") && !strings.Contains(got.body, "Mae'n cyfrif ar gyfer") {
		t.Errorf("the new place is not confirmed: %s", got.body)
	}
	for field, value := range map[string]string{"undo": "guess", "place": "Atlantis"} {
		wrong := url.Values{"id": {"r1"}, "undo": {"secret"}, "lang": {"bn"}, "country": {"GB"}, "place": {"Newport, Wales"}}
		wrong.Set(field, value)
		if got := ask(t, app, posted("/place", wrong)); got.status < 400 || !strings.Contains(got.body, `<html lang="bn">`) {
			t.Errorf("a wrong %s: status %d", field, got.status)
		}
	}
}

// FuzzReport sends arbitrary forms. The answer is a page or a redirect within the
// site, and nothing of the form becomes markup.
func FuzzReport(f *testing.F) {
	for _, seed := range []string{
		"service=whatsapp&kind=problem&country=IN", "service=%00&lang=../..&page=zz", "place=%ff%fe&service=whatsapp",
		"service=whatsapp&place=" + strings.Repeat("%E0%A7%AD", 400), "lang=bn&lang=hi&service=bt&country=%3Cscript%3E", "%%%=&&&==",
	} {
		f.Add(seed)
	}
	_, app := testSite(f, nil)
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequest(http.MethodPost, "/report", strings.NewReader(body))
		request.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationForm)
		got := ask(t, app, request)
		if got.status != 303 && got.status != 422 {
			t.Errorf("status %d for %q", got.status, body)
		}
		if strings.Contains(got.body, "<script>") || strings.HasPrefix(got.header.Get("Location"), "//") {
			t.Errorf("markup or a way out of the site for %q", body)
		}
	})
}
