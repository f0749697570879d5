package frontend

import (
	"encoding/csv"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestIncidentTable(t *testing.T) {
	_, app := testSite(t, nil)
	got := get(t, app, "/incidents/"+pagetest.EndedIncident+".csv")
	if got.status != 200 || got.header.Get("Content-Type") != kindCSV || got.header.Get("ETag") == "" {
		t.Fatalf("status %d, %v", got.status, got.header)
	}
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"from", "minutes", "place", "reports", "works", "back", "expected", "upper"}; !slices.Equal(rows[0], want) {
		t.Errorf("header %v", rows[0])
	}
	minutes := map[string]bool{}
	for _, row := range rows[1:] {
		minutes[row[1]+row[2][:2]] = true
		if len(row[2]) > 2 && (row[1] != "15" || len(row[3]) == 1 && row[3] < "3") {
			t.Errorf("%v: a region is told by quarter hours, from three reports on", row)
		}
	}
	if !minutes["5IN"] || !minutes["15IN"] {
		t.Error("the table lacks the country or its regions")
	}
	for _, path := range []string{"/incidents/whatsapp-in-20200101T0000Z.csv", "/incidents/nothing.csv", "/whatsapp.csv", "/incidents/" + pagetest.EndedIncident + ".xls"} {
		if got := get(t, app, path); got.status != 404 {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
}

func TestIncidentTableWithoutNumbers(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.Readings = always(pagetest.Readings{Err: pagetest.ErrAway}) })
	for _, kind := range []string{".csv", ".png"} {
		if got := get(t, app, "/incidents/"+pagetest.EndedIncident+kind); got.status != 503 || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d: half a file must not pass for a whole one", kind, got.status)
		}
	}
}

// The picture is of the right size, and has text in each language.
func TestIncidentPicture(t *testing.T) {
	_, app := testSite(t, nil)
	seen := map[string]string{}
	for _, lang := range []string{"", "/hi", "/bn", "/cy"} {
		got := get(t, app, lang+"/incidents/"+pagetest.OpenIncident+".png")
		if got.status != 200 || got.header.Get("Content-Type") != "image/png" || got.header.Get("Content-Encoding") != "" {
			t.Fatalf("%s: status %d, %v", lang, got.status, got.header)
		}
		drawn, err := png.Decode(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		if size := drawn.Bounds().Size(); size.X != draw.ImageWidth || size.Y != draw.ImageHeight {
			t.Errorf("%s: %v", lang, size)
		}
		white := 0
		for y := range draw.ImageHeight {
			for x := range draw.ImageWidth / 2 {
				if r, g, b, _ := drawn.At(x, y).RGBA(); r+g+b > 3*0xf000 {
					white++
				}
			}
		}
		if white < 5000 {
			t.Errorf("%s: %d white pixels, so there is hardly any text", lang, white)
		}
		if other, ok := seen[got.body]; ok && (lang == "/cy" || other == "/cy") {
			t.Errorf("%s is the picture of %q", lang, other)
		}
		seen[got.body] = lang
	}
}

func TestListOfIncidentsIsSearched(t *testing.T) {
	_, app := testSite(t, nil)
	for _, test := range []struct{ path, has, lacks string }{
		{"/incidents?service=bt", "BT in the UK", "UPI in India"},
		{"/incidents?state=resolved", "UPI in India", "Reports are falling · Major"},
		{"/incidents?state=recovering", "Instagram in India", "UPI in India"},
		{"/in/incidents?service=whatsapp", `href="/gb/incidents?service=whatsapp"`, "BT in the UK<"},
		{"/bn/incidents?service=bt", `href="/incidents?service=bt"`, "UPI"},
	} {
		body := get(t, app, test.path).body
		list := body[strings.Index(body, `class="group"`):]
		if !strings.Contains(body, test.has) || strings.Contains(list, test.lacks) {
			t.Errorf("%s: must have %q and not %q", test.path, test.has, test.lacks)
		}
	}
	for path, status := range map[string]int{"/incidents?state=pending": 422, "/incidents?service=x": 422, "/incidents?country=gb": 301} {
		if got := get(t, app, path); got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
	}
}

// All known parts of an incident are shown, and unknown ones leave no empty box.
func TestIncidentPageShowsWhatIsKnown(t *testing.T) {
	full := pagetest.Incidents{}.Records()[0]
	full.Reasons = []outage.Reason{outage.ReasonFamily, outage.ReasonSize}
	full.Parent = "meta-20261118T1048Z"
	full.Why = outage.Explanation{
		Window: outage.Span{From: full.Since, To: full.Since + 7}, Reports: 1630, Judged: 1412.4, Works: 12,
		Alarming: []outage.Signal{{Country: countrytest.IN, Scope: outage.ScopeRegion, Region: "IN-WB", Observed: 300, Expected: 3, Threshold: 20, Evidence: 41.2, Needed: 12}},
	}
	full.Recoveries = []outage.Recovery{
		{Region: "IN-WB", Reports: 90, Peak: 12.1, At: full.OpenedAt.Add(3600e9), Back: 34}, {Region: "IN-MH", Reports: 9, Peak: 4, Back: 2},
	}
	_, app := testSite(t, func(c *Config) { c.Incidents = pagetest.Incidents{Changed: &full} })
	holds(t, "a full incident", get(t, app, "/incidents/"+full.ID).body,
		"itself is probably not at fault", "Both belong to one group of services.", "It rose far less than WhatsApp did.",
		"When each region was back to usual", "West Bengal", "12×", "17:30 India time", "33", "Maharashtra", "not yet", "–",
		"How it was decided", "Minutes used", "1,630", "1,412", "12", "Places that had enough evidence", "41 of 12 needed")
	body := get(t, app, "/incidents/"+pagetest.EndedIncident).body
	for _, absent := range []string{"When each region was back to usual", "Minutes used", "Places that had enough", "Part of a wider event", "probably not at fault"} {
		if strings.Contains(body, absent) {
			t.Errorf("an incident of which it is not known says %q", absent)
		}
	}
}

func TestLinkPreview(t *testing.T) {
	_, app := testSite(t, func(c *Config) { c.PublicURL = "https://downpour.example" })
	body := get(t, app, "/bn/incidents/"+pagetest.OpenIncident).body
	for _, tag := range []string{
		`<meta property="og:image" content="https://downpour.example/bn/incidents/` + pagetest.OpenIncident + `.png">`,
		`<meta property="og:url" content="https://downpour.example/bn/incidents/` + pagetest.OpenIncident + `">`,
		`<link rel="canonical" href="https://downpour.example/bn/incidents/` + pagetest.OpenIncident + `">`,
		`<meta name="twitter:card" content="summary_large_image">`,
	} {
		if !strings.Contains(body, tag) {
			t.Errorf("no %s", tag)
		}
	}
}
