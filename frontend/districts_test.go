package frontend

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	reportsCell = regexp.MustCompile(`</small><td>([\d,]+)`)
	restCell    = regexp.MustCompile(`(?s)class="hours rest">.*?</table>`)
	restNumber  = regexp.MustCompile(`<td>([\d,]+)`)
)

func numbersOf(t *testing.T, found [][]string) (sum int) {
	t.Helper()
	for _, match := range found {
		n, err := strconv.Atoi(strings.ReplaceAll(match[1], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// The rows of the table and what is in no row add up to the total.
func TestDistrictsAddUp(t *testing.T) {
	_, app := testSite(t, nil)
	body := get(t, app, "/map?service=whatsapp&country=IN&level=district").body
	rest := restNumber.FindAllStringSubmatch(restCell.FindString(body), -1)
	if len(rest) != 4 {
		t.Fatalf("%d numbers below the table", len(rest))
	}
	total := numbersOf(t, rest[3:])
	if sum := numbersOf(t, reportsCell.FindAllStringSubmatch(body, -1)) + numbersOf(t, rest[:3]); sum != total {
		t.Errorf("parts add up to %d, the total is %d", sum, total)
	}
	if size := squeezed(body); size > 30_000 {
		t.Errorf("%d bytes", size)
	}
}

func TestDistricts(t *testing.T) {
	_, app := testSite(t, nil)
	for _, test := range []struct {
		path       string
		has, lacks []string
	}{
		{"/map?service=whatsapp&country=IN&level=district", []string{
			"Reports by district: WhatsApp", "Districts in India", "Aberconwy IN-D", "West Bengal", "No district known", "Too few from one district", "412",
			`name="level" value="district"`, `name="service" value="whatsapp"`, `href="/map?country=IN&amp;service=whatsapp"`, "noindex",
			`href="/bn/map?country=IN&amp;level=district&amp;service=whatsapp"`, "/api/v1/heatmap.csv?country=IN&amp;", "×",
		}, []string{"districts are listed"}},
		{"/map?service=whatsapp&country=IN&level=district&find=west+bengal", []string{"West Bengal", "districts are listed", `value="west bengal"`}, []string{"<small>Bihar"}},
		{"/bn/map?country=IN&level=district&find=%E0%A6%AA%E0%A6%B6%E0%A7%8D%E0%A6%9A%E0%A6%BF%E0%A6%AE", []string{"পশ্চিমবঙ্গ", "জেলা জানা নেই"}, []string{"<small>Bihar"}},
		{"/map?level=district&find=%3Cb%3Exyzzy", []string{"No district that can be shown", "Districts in the UK", "Districts in India", "&lt;b&gt;xyzzy"}, []string{"<b>xyzzy"}},
		{"/map?service=whatsapp", []string{"Reports by district</summary>", `href="/map?country=GB&amp;level=district&amp;service=whatsapp"`}, nil},
		{"/in/whatsapp", []string{"Reports by district</summary>", `href="/map?country=IN&amp;level=district&amp;service=whatsapp"`}, nil},
		{"/whatsapp", []string{`href="/map?country=GB&amp;level=district&amp;service=whatsapp">Reports by district`}, []string{"Reports by district</summary>"}},
	} {
		body := get(t, app, test.path).body
		for _, text := range test.has {
			if !strings.Contains(body, text) {
				t.Errorf("%s lacks %q", test.path, text)
			}
		}
		for _, text := range test.lacks {
			if strings.Contains(body, text) {
				t.Errorf("%s has %q", test.path, text)
			}
		}
	}
	for path, status := range map[string]int{"/map?level=cell": 422, "/map?level=district&find=" + strings.Repeat("x", 101): 422} {
		if got := get(t, app, path); got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
	}
}

func TestIncidentHasDistricts(t *testing.T) {
	in := pagetest.Incidents{}.Records()[0]
	in.Footprint.Districts = []outage.District{"IN-D315", "IN-D1", "IN-D2", "IN-D3", "IN-D4", "IN-D5", "IN-D6", "IN-D7"}
	_, app := testSite(t, func(c *Config) { c.Incidents = pagetest.Incidents{Changed: &in} })
	holds(t, "an incident", get(t, app, "/incidents/"+in.ID).body, "Districts", "Kolkata, Aberconwy IN-D1, ", "IN-D5 and 2 more")
	rows, err := csv.NewReader(strings.NewReader(get(t, app, "/incidents/"+in.ID+".csv").body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	districts := 0
	for _, row := range rows {
		if strings.HasPrefix(row[2], "IN-D") {
			if districts++; row[1] != "15" {
				t.Errorf("%v: a district is told by quarter hours", row)
			}
		}
	}
	if districts == 0 {
		t.Error("the table has no districts")
	}
}
