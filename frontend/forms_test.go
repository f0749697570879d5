package frontend

import (
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// lastReport counts nothing and holds the last report.
type lastReport struct {
	intake.Counter
	outage.Report
}

func (l *lastReport) Add(_ context.Context, report outage.Report) (bool, error) {
	l.Report = report
	return true, nil
}

// formSite takes reports as a server does, without storing them.
func formSite(t *testing.T) (*catalog.Catalog, *lastReport, *fiber.App) {
	t.Helper()
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := intake.OpenKeyFile(t.TempDir()+"/keys.json", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	geography, places := world()
	taken := &lastReport{}
	service := intake.New(intake.Config{
		Counter: taken, Catalog: services, Geography: geography, Places: places, Keys: keys, PerMinute: 1 << 30,
		Status: func(string, outage.Country) outage.StatusNumbers {
			return outage.StatusNumbers{Status: outage.StatusUnknown}
		},
	})
	sender := netip.MustParseAddr("2001:db8::")
	_, app := testSite(t, func(c *Config) {
		c.Services, c.Shapes, c.Places, c.Intake, c.Operator = services, geography, places, service, page.Operator{}
		c.ClientOf = func(*fiber.Ctx) outage.Client { // a network of its own for each report
			octets := sender.As16()
			for i := 5; i >= 3; i-- {
				if octets[i]++; octets[i] != 0 {
					break
				}
			}
			sender = netip.AddrFrom16(octets)
			return outage.Client{Addr: sender, UserAgent: "test"}
		}
	})
	return services, taken, app
}

var (
	radioValue = regexp.MustCompile(`<input type="radio" name="(symptom|country)" value="([^"]*)"`)
	listValue  = regexp.MustCompile(`<datalist id="(towns|networks)">(.*?)</datalist>`)
	optionText = regexp.MustCompile(`<option value="([^"]+)">`)
)

// offered are the values of the fields of a form.
func offered(form string) map[string][]string {
	values := map[string][]string{}
	for _, found := range radioValue.FindAllStringSubmatch(form, -1) {
		values[found[1]] = append(values[found[1]], found[2])
	}
	for _, list := range listValue.FindAllStringSubmatch(form, -1) {
		for _, found := range optionText.FindAllStringSubmatch(list[2], -1) {
			values[list[1]] = append(values[list[1]], html.UnescapeString(found[1]))
		}
	}
	return values
}

// TestEveryValueOfAFormIsAccepted sends each value that the form of each service offers, in
// each language: symptoms and countries of every service, the place and networks of those
// of each country.
func TestEveryValueOfAFormIsAccepted(t *testing.T) {
	services, taken, app := formSite(t)
	post := func(values url.Values) string {
		request := httptest.NewRequest(http.MethodPost, "/report", strings.NewReader(values.Encode()))
		request.Header.Set("Content-Type", fiber.MIMEApplicationForm)
		got := ask(t, app, request)
		if got.status != http.StatusSeeOther {
			t.Errorf("%v: status %d", values, got.status)
			return ""
		}
		return got.header.Get("Location")
	}
	sent := map[string]bool{} // places and networks, which many services share
	for _, lang := range locale.Languages() {
		for _, service := range services.Services() {
			path := "/" + lang + "/" + service.Slug + "/report"
			if lang == locale.Default {
				path = strings.TrimPrefix(path, "/"+lang)
			}
			form := get(t, app, path)
			values := offered(strings.ReplaceAll(form.body, "\n", ""))
			if form.status != 200 || len(values["symptom"]) < 2 || !slices.Contains(values["symptom"], "") {
				t.Fatalf("%s: status %d, symptoms %q", path, form.status, values["symptom"])
			}
			countries := values["country"]
			if len(countries) == 0 {
				countries = []string{string(service.Country[0])}
			}
			base := url.Values{"service": {service.Slug}, "lang": {lang}, "kind": {"problem"}, "country": {countries[0]}}
			with := func(pairs ...string) url.Values {
				made := url.Values{}
				for name := range base {
					made.Set(name, base.Get(name))
				}
				for i := 0; i < len(pairs); i += 2 {
					made.Set(pairs[i], pairs[i+1])
				}
				return made
			}
			for _, symptom := range values["symptom"] {
				if post(with("symptom", symptom)); taken.Symptom != symptom || taken.Service != service.Slug {
					t.Errorf("%s: symptom %q counts as %q", path, symptom, taken.Symptom)
				}
			}
			for _, country := range countries {
				if post(with("country", country)); string(taken.Country) != country {
					t.Errorf("%s: country %q counts as %q", path, country, taken.Country)
				}
			}
			for _, town := range values["towns"] {
				if once := lang + " town " + town; !sent[once] {
					sent[once] = true
					if to := post(with("place", town, "country", "")); strings.Contains(to, "unresolved") || taken.Region == "" {
						t.Errorf("%s: the place %q leads to %s", path, town, to)
					}
				}
			}
			for _, network := range values["networks"] {
				if once := lang + " network " + network; !sent[once] {
					sent[once] = true
					known := slices.ContainsFunc(countries, func(country string) bool {
						post(with("network", network, "country", country))
						return taken.Network != ""
					})
					if !known {
						t.Errorf("%s: the network %q is not understood", path, network)
					}
				}
			}
		}
	}
	if len(sent) < 100 {
		t.Errorf("only %d places and networks were offered", len(sent))
	}
}

func TestThanksOfferToShare(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	const query = "?id=r1&undo=u1&kind=problem&counted=1"
	body := get(t, app, "/bn/in/whatsapp/thanks"+query).body
	for _, want := range []string{`<a href="https://downpour.example/bn/in/whatsapp">https://downpour.example/bn/in/whatsapp</a>`, `<button class="minor" hidden data-url="https://downpour.example/bn/in/whatsapp"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	_, app = testSite(t, ownNames)
	if body := get(t, app, "/in/whatsapp/thanks"+query).body; !strings.Contains(body, `<a href="http://example.com/in/whatsapp">`) {
		t.Error("without a public address the one of the request is not offered")
	}
	if body := get(t, app, "/in/whatsapp/thanks?undone=1").body; strings.Contains(body, "data-url") {
		t.Error("an undone report is offered to share")
	}
}

// The notice of a vendor is marked on the chart of an incident and named in its table.
func TestChartMarksTheVendorsNotice(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/incidents/"+pagetest.OpenIncident).body
	for _, want := range []string{">vendor’s notice</text>", " <small>vendor’s notice</small>", " <small>began</small>"} {
		if strings.Count(body, want) != 1 {
			t.Errorf("%q stands %d times on the page", want, strings.Count(body, want))
		}
	}
}
