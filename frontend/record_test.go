package frontend

import (
	"encoding/csv"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
)

var record = regexp.MustCompile(`<svg class="strip"[^>]*><path d="([^"]*)"/></svg><p><a href="([^"]*)">([^<]*)</a></p>`)

// TestRecord holds that a service with incidents has a line for each of their days, and
// the same in words, in few bytes; one without has neither.
func TestRecord(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/in/upi").body
	got := record.FindStringSubmatch(body)
	// Of 90 days to 18 November the incident of 1 and 2 October has the 42nd and 43rd.
	if got == nil || got[1] != "M0 8.5h90M41 8v-5M42 8v-5" || got[2] != "/in/2026" || got[3] != "In the last 90 days: 1 incident, 26 h 0 min." {
		t.Errorf("the record of a service is %q", got)
	}
	if got == nil {
		return
	}
	if without := strings.Replace(body, got[0], "", 1); squeezed(body)-squeezed(without) > 250 {
		t.Errorf("a record takes %d bytes", squeezed(body)-squeezed(without))
	}
	if other := get(t, app, "/in/whatsapp").body; record.MatchString(other) {
		t.Error("a service without an incident in the register has a record")
	}
}

// TestFilteredIncidents holds that the list is filtered by region and by days, and that
// its file has as many incidents.
func TestFilteredIncidents(t *testing.T) {
	_, app := testSite(t, nil)
	title := regexp.MustCompile(`<h3><a href="[^"]*">([^<]*)`)
	for query, want := range map[string]string{
		"/in/incidents?region=IN-MH":                  "Instagram in India|UPI in India|WhatsApp in India",
		"/gb/incidents?region=gb-tle":                 "BT in the UK|WhatsApp in the UK",
		"/in/incidents?from=2026-11-16&to=2026-11-17": "UPI in India",
		"/gb/incidents?to=2026-11-13":                 "WhatsApp in the UK",
		"/incidents?from=2026-11-18&state=recovering": "Instagram in India",
		"/gb/incidents?from=2026-11-16&to=2026-11-16": "",
	} {
		body, got := get(t, app, query).body, []string{}
		for _, match := range title.FindAllStringSubmatch(body, -1) {
			got = append(got, match[1])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", query, strings.Join(got, "|"), want)
		}
	}
	body := get(t, app, "/bn/incidents?from=2026-11-16&region=GB-TLE").body
	for _, want := range []string{`name="from" value="2026-11-16"`, `<option value="GB-TLE" selected>`, "from=2026-11-16&amp;region=GB-TLE&amp;format=csv", `<a href="/hi/incidents?from=2026-11-16&amp;region=GB-TLE"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, bad := range []string{"from=yesterday", "to=2026-02-30", "from=2026-11-02&to=2026-11-01", "region=FR-75", "region=IN-%22", "from=9999-01-01"} {
		if got := get(t, app, "/incidents?"+bad); got.status != 422 {
			t.Errorf("%s: status %d", bad, got.status)
		}
	}
}

func TestIncidentsAsCSV(t *testing.T) {
	_, app := testSite(t, nil)
	for query, want := range map[string]int{
		"/incidents?format=csv": 3, "/in/incidents?format=csv": 2, "/incidents?service=upi&format=csv": 2, "/incidents?state=open&format=csv": 1,
		"/incidents?from=2026-11-01&format=csv": 1, "/bn/incidents?region=IN-WB&to=2026-09-01&format=csv": 1, "/incidents?region=GB-TLK&format=csv": 0,
	} {
		got := get(t, app, query)
		rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
		if err != nil || len(rows) != want+1 || rows[0][0] != "id" || got.header.Get("Content-Type") != kindCSV {
			t.Errorf("%s: %d rows, want %d (%v)", query, len(rows)-1, want, err)
		}
	}
	if got := get(t, app, "/incidents?from=x&format=csv"); got.status != 422 {
		t.Errorf("a wrong day: status %d", got.status)
	}
}

// TestSitemapHasPlacesAndMonths holds that each region, district and known month is in
// the sitemap once.
func TestSitemapHasPlacesAndMonths(t *testing.T) {
	_, app := worldSite(t)

	var file struct {
		URLs []struct {
			Location string `xml:"loc"`
		} `xml:"url"`
	}
	body := get(t, app, "/sitemap-bn.xml").body
	if err := xml.Unmarshal([]byte(body), &file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, url := range file.URLs {
		if seen[url.Location] {
			t.Errorf("%s is listed twice", url.Location)
		}
		seen[url.Location] = true
	}
	for _, want := range []string{"/bn/gb/leeds", "/bn/in/west-bengal", "/bn/in/kolkata", "/bn/2026/11", "/bn/2026/07"} {
		if !seen[want] {
			t.Errorf("%s is not listed", want)
		}
	}
	if len(file.URLs) < 1000 || len(file.URLs) > 50_000 || len(body) > 50<<20 || seen["/bn/2026/06"] {
		t.Errorf("%d addresses, %d bytes", len(file.URLs), len(body))
	}
}
