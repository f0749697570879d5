package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	protocol "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/tools/mcp"
)

// accessNetworks are those that reports of a random world name.
var accessNetworks = map[outage.Country][]string{"IN": {"jio", "airtel"}, "GB": {"ee", "sky-broadband"}}

// districts are those in which anybody reported, with how many.
func (w publishedWorld) districtsOf(at town) (found []outage.District) {
	for district := range w.byDistrict {
		if w.app.geography.RegionOfDistrict(district) == at.region {
			found = append(found, district)
		}
	}
	return found
}

// areas are the regions and districts of the world.
func (w publishedWorld) areas() (areas []outage.Area) {
	for _, at := range towns {
		areas = append(areas, outage.AreaOf(at.region))
		for _, district := range w.districtsOf(at) {
			areas = append(areas, outage.Area{Country: at.country, Region: at.region, District: district})
		}
	}
	return areas
}

// reported is how many people reported from an area.
func (w publishedWorld) reported(area outage.Area) int64 {
	if area.District != "" {
		return w.byDistrict[area.District]
	}
	return w.by[area.Region]
}

func (w publishedWorld) placePath(area outage.Area) string {
	return "/" + strings.ToLower(string(area.Country)) + "/" + w.app.places.Slugs(area)[0]
}

// tablesOf are the outputs in CSV, with the columns of a place and of its counts.
func (w publishedWorld) tablesOf() (tables []publishedTable) {
	for _, id := range w.incidents {
		tables = append(tables, publishedTable{path: "/incidents/" + id + ".csv", place: 2, counts: []int{3, 4, 5}})
	}
	for _, window := range []string{"15m", "45m", "2h"} {
		for _, service := range []string{"", "&service=whatsapp"} {
			tables = append(tables,
				publishedTable{path: "/api/v1/heatmap.csv?level=region&window=" + window + service, place: 0, counts: []int{3}},
				publishedTable{path: "/api/v1/heatmap.csv?level=district&window=" + window + service, place: 1, counts: []int{3}},
				publishedTable{path: "/api/v1/heatmap.csv?country=IN&resolution=5&window=" + window + service, place: 0, counts: []int{4}},
			)
		}
	}
	return append(tables,
		publishedTable{path: "/api/v1/register.csv", place: -1},
		publishedTable{path: "/register/2031-Q3.csv", place: -1},
		publishedTable{path: "/api/v1/register/hours.csv", place: -1},
		publishedTable{path: "/incidents?format=csv", place: -1},
	)
}

type publishedTable struct {
	path   string
	place  int   // the column of the place, -1 where places are lists
	counts []int // columns
}

func (w publishedWorld) rows(t *testing.T, table publishedTable) [][]string {
	t.Helper()
	body := w.get(t, table.path, "text/csv")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", table.path, err)
	}
	w.checkCodes(t, table.path, body)
	return rows[1:]
}

// checkTables looks at the counts of places below a country, and at all codes.
func (w publishedWorld) checkTables(t *testing.T) {
	t.Helper()
	for _, table := range w.tablesOf() {
		for _, row := range w.rows(t, table) {
			for _, column := range table.counts {
				if n := row[column]; len(row[table.place]) > 2 && (n == "1" || n == "2") {
					t.Errorf("%s has %v", table.path, row)
				}
			}
		}
	}
}

// checkCodes looks for the codes of places of which fewer than three reported.
func (w publishedWorld) checkCodes(t *testing.T, path, body string) {
	t.Helper()
	for _, area := range w.areas() {
		code := string(area.Region)
		if area.District != "" {
			code = string(area.District)
		}
		if w.reported(area) < 3 && regexp.MustCompile(`\b`+code+`($|[^\w-])`).MatchString(body) {
			t.Errorf("%s names %s, where %d reported", path, code, w.reported(area))
		}
	}
}

// checkFeeds looks at the incidents as entries and as alerts.
func (w publishedWorld) checkFeeds(t *testing.T) {
	t.Helper()
	paths := map[string]string{
		"/feeds/incidents.atom": "application/atom+xml", "/feeds/incidents.json": "application/feed+json", "/feeds/incidents.cap": "application/atom+xml",
		"/register/2031-Q3.json": mimeJSON, "/metrics": "text/plain", "/whatsapp": "text/plain", "/in/whatsapp": "text/plain", "/gb/whatsapp": "text/plain",
	}
	for _, id := range w.incidents {
		paths["/api/v1/incidents/"+id+"/alert"] = "application/cap+xml"
	}
	for path, accept := range paths {
		body := w.get(t, path, accept)
		w.checkCodes(t, path, body)
		w.checkText(t, path, body)
	}
	if metrics := w.get(t, "/metrics", "text/plain"); regexp.MustCompile(`[{,](region|district|cell|place)="`).MatchString(metrics) {
		t.Error("a metric has a place below the country as a label")
	}
}

// checkFilters asks for the incidents of each place. Of one that the incidents do not
// name, there are those of the whole country only.
func (w publishedWorld) checkFilters(t *testing.T) {
	t.Helper()
	for _, area := range w.areas() {
		if w.reported(area) >= 3 {
			continue
		}
		query := url.Values{"region": {string(area.Region)}}
		if area.District != "" {
			query = url.Values{"district": {string(area.District)}}
		}
		for _, state := range []string{"", "open", "pending"} {
			query.Set("state", state)
			if state == "" {
				query.Del("state")
			}
			var list struct {
				Items []struct {
					ID    string
					Scope outage.Scope
				}
			}
			w.read("/api/v1/incidents", query, &list)
			for _, in := range list.Items {
				if in.Scope != outage.ScopeCountry {
					t.Errorf("%v finds %s, and %d reported there", query, in.ID, w.reported(area))
				}
			}
		}
		query.Del("state")
		if rows := w.rows(t, publishedTable{path: "/api/v1/register.csv?" + query.Encode()}); len(rows) > 0 {
			t.Errorf("the register of %v has %v, and %d reported there", query, rows, w.reported(area))
		}
	}
}

// The numbers of pages of places stand behind the names of services and networks.
var afterName = regexp.MustCompile(`(?:WhatsApp|Jio|Airtel|EE|Sky Broadband)[^\d.]{0,3}([12])( |$)`)

// checkPlaces looks at the pages of regions and districts, and holds the reports of
// the service to those of the API in the same quarters.
func (w publishedWorld) checkPlaces(t *testing.T) {
	t.Helper()
	for _, area := range w.areas() {
		path := w.placePath(area)
		text := textOfPage(w.get(t, path, mimeHTML))
		if few := afterName.FindString(text); few != "" {
			t.Errorf("%s says %q", path, few)
		}
		window := span("10:00", "10:45")
		window.Set("service", "whatsapp")
		window.Set("country", string(area.Country))
		window.Set("level", map[bool]string{true: "region", false: "district"}[area.District == ""])
		var table struct {
			Items []struct {
				Region   outage.Region
				District *outage.District
				Reports  int64
			}
		}
		w.read("/api/v1/heatmap", window, &table)
		want := int64(0)
		for _, item := range table.Items {
			if area.District == "" && item.Region == area.Region || item.District != nil && *item.District == area.District {
				want = item.Reports
			}
		}
		if shown := mostReported(t, text); shown != want {
			t.Errorf("%s says %d reports, the API %d", path, shown, want)
		}
	}
}

var (
	reportedHere = regexp.MustCompile(`Service Reports(?: Usual)? WhatsApp (\d+)`)
	lastedSoFar  = regexp.MustCompile(`\b(\d+ min) so far`)
)

// mostReported is the count of the service in the table of a place, 0 where it has none.
func mostReported(t *testing.T, text string) int64 {
	if found := reportedHere.FindStringSubmatch(text); found != nil {
		return int64(numberIn(t, found[1]))
	}
	return 0
}

// textOfPage is what a page says.
func textOfPage(body string) string {
	return spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(body, " ")), " ")
}

// checkDurations wants one length of an incident on every page that has it.
func (w publishedWorld) checkDurations(t *testing.T) {
	t.Helper()
	said := map[string]string{}
	for _, path := range []string{"/incidents", "/register", "/2031/07/08", "/incidents/" + w.incidents[0]} {
		for _, found := range lastedSoFar.FindAllStringSubmatch(textOfPage(w.get(t, path, mimeHTML)), -1) {
			said[found[1]] = path
		}
	}
	if len(said) > 1 {
		t.Errorf("incidents that began in one minute have lasted %v", said)
	}
}

// checkMapClient looks at what the map client draws, whose counts have no names.
func (w publishedWorld) checkMapClient(t *testing.T) {
	t.Helper()
	for _, country := range outage.Countries() {
		for _, service := range []string{"", "&service=whatsapp"} {
			path := "/map/cells?country=" + string(country) + service
			var cells struct {
				Reports []int64
				Rows    [][]any
				Names   []string
			}
			if err := json.Unmarshal([]byte(w.get(t, path, mimeJSON)), &cells); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if slices.ContainsFunc(cells.Reports, func(n int64) bool { return n < 3 }) {
				t.Errorf("%s has %v", path, cells.Reports)
			}
			for _, row := range cells.Rows {
				if n := numberIn(t, row[1].(string)); n < 3 {
					t.Errorf("%s has %v", path, row)
				}
			}
		}
	}
}

// ServeHTTP answers as the server does.
func (w publishedWorld) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	got := w.send(bob, http.MethodGet, in.URL.RequestURI(), "", http.Header{"Accept": {mimeJSON}})
	out.WriteHeader(got.status)
	_, _ = out.Write(got.body)
}

// checkTools calls the tools for language models.
func (w publishedWorld) checkTools(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(w)
	defer server.Close()
	near, far := protocol.NewInMemoryTransports()
	if _, err := mcp.New(server.URL, "test", server.Client()).Connect(t.Context(), far, nil); err != nil {
		t.Fatal(err)
	}
	session, err := protocol.NewClient(&protocol.Implementation{Name: "test"}, nil).Connect(t.Context(), near, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, call := range []protocol.CallToolParams{
		{Name: "status"}, {Name: "status", Arguments: map[string]any{"service": "whatsapp"}}, {Name: "incidents"},
		{Name: "series", Arguments: map[string]any{"service": "whatsapp", "country": "IN"}}, {Name: "search", Arguments: map[string]any{"query": "wales"}},
	} {
		answer, err := session.CallTool(t.Context(), &call)
		if err != nil || answer.IsError {
			t.Fatalf("%s: %v %+v", call.Name, err, answer)
		}
		text := answer.Content[0].(*protocol.TextContent).Text
		var document any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		if call.Name != "search" { // which finds places by name
			w.walk(t, "tool "+call.Name, document, false)
			w.checkCodes(t, "tool "+call.Name, text)
		}
	}
}

// numbersOfTables are the counts of places in tables and on pages, for polling.
func (w publishedWorld) numbersOfTables(t *testing.T, all map[string]float64) {
	t.Helper()
	for _, table := range w.tablesOf() {
		for _, row := range w.rows(t, table) {
			for _, column := range table.counts {
				if place := row[table.place]; len(place) > 2 && row[column] != "" {
					all[fmt.Sprint(table.path, place, row[0], column)] = numberIn(t, row[column])
				}
			}
		}
	}
	for _, area := range w.areas() {
		path := w.placePath(area)
		all[path] = float64(mostReported(t, textOfPage(w.get(t, path, mimeHTML))))
	}
}
