package frontend

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/place"
)

// world is the built-in geography, and the names of its places.
var world = sync.OnceValues(func() (*cell.Geography, *place.Index) {
	geography, err := cell.Load(countrytest.Packs)
	if err != nil {
		panic(err)
	}
	places, err := place.Load(geography, countrytest.Packs)
	if err != nil {
		panic(err)
	}
	return geography, places
})

// worldSite has all built-in services and places.
func worldSite(t testing.TB) (*Site, *fiber.App) {
	t.Helper()
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	geography, places := world()
	return testSite(t, func(c *Config) { c.Services, c.Shapes, c.Places = services, geography, places })
}

// TestEveryPlaceHasItsPage holds that each region has a page by its name and by its code,
// that so has each district, and that the form on it offers a name that is understood.
func TestEveryPlaceHasItsPage(t *testing.T) {
	site, app := worldSite(t)
	geography, places := world()
	leads := func(path string) string {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		if got := ask(t, app, request); got.status == http.StatusMovedPermanently {
			return got.header.Get("Location")
		} else if got.status != http.StatusOK {
			t.Errorf("%s: status %d", path, got.status)
		}
		return path
	}
	value := regexp.MustCompile(`name="place" value="([^"]*)"`)
	understood := func(path string, area outage.Area) {
		offered := value.FindStringSubmatch(get(t, app, path).body)
		if offered == nil {
			t.Fatalf("%s offers no place", path)
		}
		got := places.Resolve(html.UnescapeString(offered[1]), area.Country)
		if !got.Understood || got.Place.Region != area.Region || got.Place.District != "" && got.Place.District != area.District {
			t.Errorf("the form of %s offers %q, which is read as %+v and not as %+v", path, offered, got, area)
		}
	}
	for _, country := range outage.Countries() {
		for _, region := range geography.Regions(country) {
			code := "/" + strings.ToLower(strings.Replace(string(region), "-", "/", 1))
			name := strings.ToLower("/" + string(country) + "/" + strings.NewReplacer(" ", "-", "&", "and").Replace(geography.RegionName(region, "en")))
			if byCode, byName := leads(code), leads(name); byCode != byName {
				t.Errorf("%s leads to %s, %s to %s", code, byCode, name, byName)
			}
			for _, lang := range locale.Languages() {
				understood(strings.TrimSuffix(address.Address{Lang: lang}.Path(), "/")+leads(name), outage.AreaOf(region))
			}
			for i, district := range geography.Districts(region) {
				area := outage.Area{Country: country, Region: region, District: district}
				at, ok := address.Address{Lang: locale.Languages()[i%len(locale.Languages())]}.OfArea(site.config.Services, places, area)
				if !ok {
					t.Errorf("%+v has no page", area)
				}
				understood(at.Path(), area)
			}
		}
	}
}

func TestPlacePage(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/in/kolkata").body
	for _, want := range []string{
		`<link rel="canonical" href="/in/kolkata">`, `property="og:title" content="Kolkata: what users report"`, `<a href="/in/west-bengal">West Bengal</a>`,
		`name="place" value="Kolkata, West Bengal"`, `<option value="upi">`, `<a href="/in/hsbc">HSBC</a><td>9<td>6.2`, `By network, West Bengal`, `href="/map?country=IN"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if strings.Contains(body, `<option value="bt">`) {
		t.Error("the form offers a service of another country")
	}
	_, found, _ := strings.Cut(body, dataBlock)
	found, _, _ = strings.Cut(found, "</script>")
	var about map[string]any
	if err := json.Unmarshal([]byte(found), &about); err != nil || about["name"] != "Kolkata" || about["@type"] != "AdministrativeArea" {
		t.Errorf("the place is described as %s: %v", found, err)
	}
}

// The colour of a place follows its headline, which names incidents of the place, those
// nearby and those of its whole country.
func TestPlaceHasTheColourOfItsHeadline(t *testing.T) {
	_, app := testSite(t, nil)
	hero := regexp.MustCompile(`(?s)id="hero" data-status="(\w*)".*?data-status="(\w*)"[^>]*>([^<]*)`)
	statuses := map[string]bool{}
	for path, says := range map[string]string{
		"/in/west-bengal": "Unusual here now: ", "/in/kolkata": "More reports than usual across the country or nearby: ", "/gb/leeds": "Nothing unusual here now.",
	} {
		found := hero.FindStringSubmatch(get(t, app, path).body)
		if found == nil {
			t.Fatalf("%s has no hero", path)
		}
		want := strings.HasPrefix(says, "Nothing")
		if got := found[1] == string(outage.StatusNormal); got != want || found[1] != found[2] || !strings.HasPrefix(found[3], says) {
			t.Errorf("%s: the colour is of %q, the icon of %q, and the headline is %q", path, found[1], found[2], found[3])
		}
		statuses[found[1]] = true
	}
	if !statuses[string(outage.StatusOutage)] {
		t.Errorf("no place has the colour of an outage: %v", statuses)
	}
}

// TestPlaceLeadsWithItsOwn holds that incidents of the place stand before those of its
// region and of the country, and that a quiet place says so.
func TestPlaceLeadsWithItsOwn(t *testing.T) {
	_, app := testSite(t, nil)
	headings := regexp.MustCompile(`<section class="group"><h2>([^<]*)`)
	for path, want := range map[string]string{"/in/west-bengal": "Here|Across the country", "/in/kolkata": "West Bengal|Across the country", "/gb/leeds": ""} {
		body, got := get(t, app, path).body, []string{}
		for _, match := range headings.FindAllStringSubmatch(body, -1) {
			got = append(got, match[1])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		if quiet := strings.Contains(body, "Nothing unusual here now."); quiet != (want == "") {
			t.Errorf("%s: quiet %t", path, quiet)
		}
	}
	_, app = testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Young: true}) })
	if body := get(t, app, "/gb/leeds").body; !strings.Contains(body, "too early to say") {
		t.Error("a young server calls a place quiet")
	}
	_, app = testSite(t, func(c *Config) {
		c.Readings, c.Incidents = always(pagetest.Readings{Err: pagetest.ErrAway}), pagetest.Incidents{Err: pagetest.ErrAway}
	})
	if body := get(t, app, "/gb/leeds").body; strings.Contains(body, "Nothing unusual") || !strings.Contains(body, "Some numbers cannot be shown") {
		t.Error("a place without numbers is called quiet")
	}
}
