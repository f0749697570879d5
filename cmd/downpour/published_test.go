package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// town is a place of a random world.
type town struct {
	lat, lng float64
	country  outage.Country
	region   outage.Region
	name     string // of the region
}

var towns = []town{
	{22.57, 88.36, countrytest.IN, "IN-WB", "West Bengal"}, {9.93, 76.27, countrytest.IN, "IN-KL", "Kerala"},
	{23.35, 85.33, countrytest.IN, "IN-JH", "Jharkhand"}, {53.80, -1.55, countrytest.GB, "GB-TLE", "Yorkshire"}, {51.48, -3.18, countrytest.GB, "GB-TLL", "Wales"},
}

// publishedWorld is a server to which random people reported, and an incident in
// each country of it whose exact footprint names every one of them.
type publishedWorld struct {
	*server
	by         map[outage.Region]int64
	byDistrict map[outage.District]int64
	incidents  []string
	people     *int
	why        map[outage.Country]outage.Explanation // of the openings, which stay
}

// file sends a report of the next person from near a town.
func (w publishedWorld) file(t *testing.T, random *rand.Rand, at town) {
	t.Helper()
	network := ""
	if names := accessNetworks[at.country]; random.IntN(2) == 0 {
		network = fmt.Sprintf(`,"network":%q`, names[random.IntN(len(names))])
	}
	body := fmt.Sprintf(`{"service":"whatsapp","symptom":"send"%s,"location":{"lat":%f,"lng":%f}}`, network, at.lat+.01*float64(random.IntN(4)), at.lng)
	got := w.report(person(*w.people), body, "")
	if got.status != http.StatusAccepted {
		t.Fatalf("%d %s", got.status, got.body)
	}
	*w.people++
	w.by[at.region]++
	w.byDistrict[outage.District(got.field("district"))]++
}

// newPublishedWorld files few reports in each of three quarter hours, the last of
// which is open.
func newPublishedWorld(t *testing.T, seed uint64, numbers func(random *rand.Rand, at town) int) publishedWorld {
	random := rand.New(rand.NewPCG(seed, 1))
	w := publishedWorld{
		server: newServer(t, "embedded"), by: map[outage.Region]int64{}, byDistrict: map[outage.District]int64{},
		people: new(int), why: map[outage.Country]outage.Explanation{},
	}
	for quarter := range 3 {
		w.set(today.Add(10*time.Hour + time.Duration(quarter)*15*time.Minute + 2*time.Minute))
		for _, at := range towns {
			for range numbers(random, at) {
				w.file(t, random, at)
			}
		}
	}
	w.set(today.Add(10*time.Hour + 34*time.Minute))
	if err := w.app.hot.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.app.repository.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.incidents = w.publish(t)
	return w
}

// publish publishes the incidents as they are now, as the detector does each minute, and
// refreshes the register.
func (w publishedWorld) publish(t *testing.T) (ids []string) {
	t.Helper()
	for _, country := range outage.Countries() {
		in := w.exactIncident(t, country)
		if _, opened := w.why[country]; !opened {
			w.why[country] = in.Why
		}
		in.Why = w.why[country]
		if err := (publishing{w.app.repository, w.app.publish, func() {}}).Append(t.Context(), w.now(), []outage.Incident{in}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, in.ID)
	}
	if err := w.app.web.register.Refresh(t.Context()); err == nil {
		t.Fatal("there is an archive")
	}
	return ids
}

// exactIncident is an incident with the detector's exact counts.
func (w publishedWorld) exactIncident(t *testing.T, country outage.Country) outage.Incident {
	opened := today.Add(10*time.Hour + 33*time.Minute)
	in := outage.Incident{
		ID: outage.IncidentID("whatsapp", country, opened), Service: "whatsapp", Country: country, State: outage.StateOpen, OpenedAt: opened,
		Since: outage.MinuteOf(today.Add(10 * time.Hour)), Observed: 40, Expected: 2, Threshold: 9, Ratio: 20, Peak: 30, Confirmed: true,
		Severity: outage.SeverityMajor, Verdict: outage.LikelyCause, Footprint: outage.Footprint{Scope: outage.ScopeRegion},
	}
	in.Why.Window = outage.Span{From: in.Since, To: outage.MinuteOf(opened)}
	soFar := outage.Span{From: in.Since, To: outage.MinuteOf(w.now())}
	counts, err := w.app.hot.Counts(t.Context(), outage.Query{Service: "whatsapp", Country: country, Span: soFar, ByPlace: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range counts {
		in.Footprint.Cells = append(in.Footprint.Cells, outage.CellWeight{Cell: count.Cell.Parent(5), Weight: float64(count.N)})
		signal := outage.Signal{Service: "whatsapp", Country: country, Scope: outage.ScopeCell, Cell: count.Cell.Parent(5), Since: in.Since, Observed: count.N}
		in.Why.Alarming = append(in.Why.Alarming, signal)
		in.Why.History = append(in.Why.History, outage.Step{Minute: in.Since, Node: signal})
		if !slices.Contains(in.Footprint.Regions, count.Region) {
			in.Footprint.Regions = append(in.Footprint.Regions, count.Region)
			in.Recoveries = append(in.Recoveries, outage.Recovery{Region: count.Region, Reports: w.by[count.Region], Ratio: 2, Peak: 4, Back: count.N})
		}
	}
	return in
}

func (w publishedWorld) get(t *testing.T, path, accept string) string {
	t.Helper()
	got := w.send(bob, http.MethodGet, path, "", http.Header{"Accept": {accept}, "Accept-Language": {"en"}})
	if got.status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return string(got.body)
}

const mimeJSON, mimeHTML = "application/json", "text/html"

// TestNoOutputHasSmallCounts renders every output over random worlds of few reports.
func TestNoOutputHasSmallCounts(t *testing.T) {
	worlds := 6
	if testing.Short() {
		worlds = 2
	}
	for range worlds {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Logf("seed %d", seed)
			w := newPublishedWorld(t, seed, func(random *rand.Rand, _ town) int { return random.IntN(5) * random.IntN(2) })
			w.checkAll(t)
		})
	}
}

// TestTheSixthReportIsSuppressed has five reports in one place and one far away.
func TestTheSixthReportIsSuppressed(t *testing.T) {
	left := map[outage.Region]int{"IN-WB": 5, "IN-KL": 1}
	w := newPublishedWorld(t, 1, func(_ *rand.Rand, at town) int {
		n := left[at.region]
		left[at.region] = 0
		return n
	})
	w.checkAll(t)
}

func (w publishedWorld) checkAll(t *testing.T) {
	for _, path := range w.documents() {
		w.checkDocument(t, path, w.get(t, path, mimeJSON))
	}
	w.checkFormats(t)
	for _, path := range w.pages() {
		w.checkText(t, path, w.get(t, path, mimeHTML))
	}
	for _, id := range w.incidents {
		w.checkTable(t, w.get(t, "/incidents/"+id+".csv", "text/csv"))
		w.checkText(t, id+".png", pictureText(t, w.get(t, "/incidents/"+id+".png", "image/png")))
		w.checkExtent(t, id)
	}
	w.checkTables(t)
	w.checkFeeds(t)
	w.checkFilters(t)
	w.checkPlaces(t)
	w.checkDurations(t)
	w.checkMapClient(t)
	w.checkTools(t)
	w.checkStream(t)
	w.checkTotals(t)
}

func (w publishedWorld) documents() (paths []string) {
	paths = []string{"/api/v1/services", "/api/v1/services/whatsapp", "/api/v1/summary", "/api/v1/incidents", "/api/v1/incidents?state=pending"}
	paths = append(paths, "/api/v1/register", "/api/v1/register/hours", "/api/v1/register/hours?level=region")
	for _, id := range w.incidents {
		paths = append(paths, "/api/v1/incidents/"+id)
	}
	for _, country := range outage.Countries() {
		paths = append(paths, "/api/v1/services/whatsapp/networks?window=2h&country="+string(country))
	}
	for _, at := range towns {
		for _, of := range []string{
			"series?step=15m&window=2h&region=", "series?step=1d&window=2h&tz=Asia/Kolkata&region=", "symptoms?window=2h&region=", "networks?window=2h&region=",
		} {
			paths = append(paths, "/api/v1/services/whatsapp/"+of+string(at.region))
		}
		paths = append(paths, "/api/v1/incidents?region="+string(at.region))
	}
	for _, level := range []string{"region", "district"} {
		for _, of := range []string{"&service=whatsapp", "&service=whatsapp&country=IN", "&country=GB", ""} {
			paths = append(paths, "/api/v1/heatmap?window=45m&level="+level+of, "/api/v1/heatmap?window=15m&level="+level+of)
		}
	}
	for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
		for _, window := range []string{"15m", "45m", "2h"} {
			paths = append(paths, fmt.Sprintf("/api/v1/heatmap?service=whatsapp&resolution=%d&window=%s", resolution, window))
		}
	}
	return paths
}

func (w publishedWorld) pages() (paths []string) {
	paths = []string{
		"/", "/in", "/gb", "/whatsapp", "/in/whatsapp", "/gb/whatsapp", "/map", "/map?service=whatsapp", "/incidents", "/feeds/incidents.atom", "/feeds/incidents.atom?service=whatsapp&country=IN",
		"/badge/whatsapp.svg", "/badge/whatsapp.json", "/embed/whatsapp", "/map/cells?service=whatsapp&country=IN", "/map/cells?service=whatsapp&country=GB",
	}
	for _, id := range w.incidents {
		paths = append(paths, "/incidents/"+id)
	}
	for _, area := range w.areas() {
		paths = append(paths, w.placePath(area))
	}
	return append(paths,
		"/map?level=district", "/map?level=district&service=whatsapp", "/map?level=district&service=whatsapp&country=IN&find=a", "/incidents?service=whatsapp&region=IN-WB", "/incidents?state=open",
		"/register", "/register?quarter=2031-Q3", "/vendors", "/2031", "/2031/07", "/2031/07/08", "/in/2031/07/08", "/?q=bank", "/follow", "/about",
		"/whatsapp?show=reports", "/in/whatsapp?chart=7d", "/whatsapp/report", "/bn/in/whatsapp",
	)
}

// checkDocument looks at every number of a JSON document that is about a place, and
// at every status for its numbers.
func (w publishedWorld) checkDocument(t *testing.T, path, body string) {
	t.Helper()
	var all any
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if top, ok := all.(map[string]any); ok && top["as_of"] != "2031-07-08T10:34:00Z" {
		t.Errorf("%s is of %v", path, top["as_of"])
	}
	w.walk(t, path, all, false)
}

// reportedIn is how many people reported from the region or district of a code; false
// for any other text.
func (w publishedWorld) reportedIn(code string) (int64, bool) {
	if n, known := w.by[outage.Region(code)]; known {
		return n, true
	}
	n, known := w.byDistrict[outage.District(code)]
	return n, known
}

// walk checks a value; local means that it is about less than a country.
func (w publishedWorld) walk(t *testing.T, path string, value any, local bool) {
	switch value := value.(type) {
	case map[string]any:
		for _, place := range []string{"cell", "region", "district", "network"} {
			name, is := value[place].(string)
			local = local || is
			if n, known := w.reportedIn(name); known && n < 3 && !strings.HasSuffix(path, name) { // unless it was asked for
				t.Errorf("%s names %s, where %d reported", path, name, n)
			}
		}
		if _, has := value["status"].(string); has && !local {
			for _, needs := range []string{"window", "observed", "expected"} {
				if _, there := value[needs]; !there {
					t.Errorf("%s has a status without %s: %v", path, needs, value)
				}
			}
		}
		for name, one := range value {
			if slices.Contains([]string{"reports", "works", "back", "weight", "observed", "total", "withheld"}, name) && local {
				if n, is := one.(float64); is && n > 0 && n < 3 {
					t.Errorf("%s: %s is %v in %v", path, name, n, value)
				}
			}
			w.walk(t, path, one, local)
		}
	case []any:
		for _, one := range value {
			if place, is := one.(string); is {
				if n, known := w.reportedIn(place); known && n < 3 {
					t.Errorf("%s names %s, where %d reported", path, place, n)
				}
			}
			w.walk(t, path, one, local)
		}
	}
}

var (
	tags   = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<svg.*?</svg>|<select.*?</select>|<datalist.*?</datalist>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// checkText looks at the words of a page: no place of fewer than three is named,
// and none stands before a one or a two.
func (w publishedWorld) checkText(t *testing.T, path, body string) {
	t.Helper()
	text := spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(body, " ")), " ")
	for _, at := range towns {
		n := w.by[at.region]
		list := !strings.Contains(path, "whatsapp") // names services as well, such as Transport for Wales
		if n < 3 && !list && strings.Contains(text, at.name) {
			t.Errorf("%s names %s, where %d reported", path, at.name, n)
		}
		names := []string{at.name}
		for _, district := range w.districtsOf(at) {
			names = append(names, w.app.geography.DistrictName(district, "en"))
		}
		for _, name := range names {
			if few := regexp.MustCompile(regexp.QuoteMeta(name) + `[^\d.]{0,3}[12]( |$)`).FindString(text); few != "" {
				t.Errorf("%s says %q", path, few)
			}
		}
	}
}

// regionCode is the form of a region's code; that of a district is another.
var regionCode = regexp.MustCompile(`^[A-Z]{2}-[A-Z]{2,3}$`)

// checkTable looks at the rows of the file of an incident below the country.
func (w publishedWorld) checkTable(t *testing.T, body string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		place := row[2]
		few := row[3] == "1" || row[3] == "2"
		if len(place) > 2 && few || regionCode.MatchString(place) && w.by[outage.Region(place)] < 3 {
			t.Errorf("the file of an incident has %v", row)
		}
	}
}

// checkFormats holds the forms of one map to each other.
func (w publishedWorld) checkFormats(t *testing.T) {
	t.Helper()
	const path = "/api/v1/heatmap?service=whatsapp&country=IN&resolution=5&window=45m"
	var plain struct {
		AsOf  string `json:"as_of"`
		Items []struct {
			Cell    string
			Reports int64
		}
	}
	var geo struct {
		AsOf     string `json:"as_of"`
		Features []struct {
			Properties struct {
				Cell    string
				Reports int64
			}
		}
	}
	for accept, into := range map[string]any{mimeJSON: &plain, "application/geo+json": &geo} {
		if err := json.Unmarshal([]byte(w.get(t, path, accept)), into); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(w.get(t, path, "text/csv")), "\r\n")
	if len(plain.Items) != len(geo.Features) || len(plain.Items) != len(lines)-1 || plain.AsOf != geo.AsOf {
		t.Fatalf("%d cells as JSON, %d as GeoJSON, %d as CSV", len(plain.Items), len(geo.Features), len(lines)-1)
	}
	for i, item := range plain.Items {
		if geo.Features[i].Properties != item || !strings.HasPrefix(lines[i+1], item.Cell+",") {
			t.Errorf("%v as JSON, %v as GeoJSON, %s as CSV", item, geo.Features[i].Properties, lines[i+1])
		}
	}
}

// checkTotals holds numbers of one window from several documents to each other.
func (w publishedWorld) checkTotals(t *testing.T) {
	t.Helper()
	for _, country := range outage.Countries() {
		var series struct{ Items []struct{ Reports int64 } }
		w.read("/api/v1/services/whatsapp/series", url.Values{"country": {string(country)}, "window": {"10m"}, "step": {"1m"}}, &series)
		var service struct {
			Status map[outage.Country]struct{ Reports int64 }
		}
		w.read("/api/v1/services/whatsapp", nil, &service)
		last := int64(0)
		for _, item := range series.Items {
			last += item.Reports
		}
		if now := service.Status[country].Reports; now != last {
			t.Errorf("%s: %d reports of ten minutes, %d by the series", country, now, last)
		}
		window := span("10:00", "10:45")
		window.Set("country", string(country))
		w.read("/api/v1/services/whatsapp/series", window, &series)
		whole := int64(0)
		for _, item := range series.Items {
			whole += item.Reports
		}
		for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
			got := w.heatmap(country, resolution, window)
			sum := got.Unplaced + got.Withheld
			for _, item := range got.Items {
				sum += item.Reports
			}
			if got.Total != whole || sum != whole {
				t.Errorf("%s at %d: total %d, sum %d, %d by the series", country, resolution, got.Total, sum, whole)
			}
		}
	}
}

// TestPollingShowsNoSingleReport polls for two minutes in which single reports
// arrive: below the country no number moves by one or two.
func TestPollingShowsNoSingleReport(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	w := newPublishedWorld(t, seed, func(random *rand.Rand, _ town) int { return random.IntN(4) })
	before := map[string]float64{}
	for step := range 24 {
		w.set(today.Add(10*time.Hour + 35*time.Minute + time.Duration(step)*5*time.Second))
		at := towns[random.IntN(len(towns))]
		w.file(t, random, at)
		if err := w.app.hot.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		w.publish(t)
		now := w.local(t)
		for name, n := range now {
			if moved := n - before[name]; step > 0 && moved != 0 && moved > -3 && moved < 3 {
				t.Errorf("step %d: %s moved from %v to %v", step, name, before[name], n)
			}
		}
		before = now
	}
}

// local are the numbers of places, by document and place.
func (w publishedWorld) local(t *testing.T) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for _, path := range w.documents() {
		var document any
		if err := json.Unmarshal([]byte(w.get(t, path, mimeJSON)), &document); err != nil {
			t.Fatal(err)
		}
		collect(path, document, "", all)
	}
	w.numbersOfTables(t, all)
	return all
}

func collect(path string, value any, place string, all map[string]float64) {
	switch value := value.(type) {
	case map[string]any:
		for _, kind := range []string{"region", "district", "cell", "network"} {
			if name, is := value[kind].(string); is {
				place += " " + name
			}
		}
		if start, is := value["t"].(string); is {
			place += " " + start
		}
		for name, one := range value {
			if n, is := one.(float64); is && place != "" && slices.Contains([]string{"reports", "works", "back", "weight", "observed", "total"}, name) {
				all[path+" "+place+" "+name] = n
			}
			collect(path, one, place, all)
		}
	case []any:
		for _, one := range value {
			collect(path, one, place, all)
		}
	}
}
