package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/tools/pack"
)

const madeUpCountry = "../../pkg/tools/pack/testdata/xz"

// madeUpPack builds the made-up country, and returns the directory of its pack.
func madeUpPack(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if _, err := pack.Build(os.DirFS(madeUpCountry), folder, pack.BorderFine); err != nil {
		t.Fatal(err)
	}
	return folder
}

// registered registers countries, built-in and made up, until the test ends.
func registered(t *testing.T, of countryFlags) country.Set {
	t.Helper()
	t.Cleanup(countrytest.Packs.Register)
	packs, err := of.load()
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

// moreCountries registers the default countries, Ireland and a made-up one with two
// zones, which is built from boundaries and given as a directory.
func moreCountries(t *testing.T) country.Set {
	t.Helper()
	return registered(t, countryFlags{Countries: []string{"gb", "in", "ie", "xz"}, CountryPack: []string{madeUpPack(t)}})
}

// Reports of other countries are located by coordinate and by code, and are counted, drawn
// and shown.
func TestReportsOfMoreCountries(t *testing.T) {
	s := newServerOf(t, moreCountries(t), "embedded", func(*serveCommand) {})
	for i, c := range []struct {
		where  string
		region outage.Region
	}{
		{`"location":{"lat":53.3498,"lng":-6.2603}`, "IE-D"}, {`"place":"D02"`, "IE-D"}, {`"place":"d02 af30"`, "IE-D"}, {`"place":"DO2 AF30"`, "IE-D"},
		{`"place":"Dublin"`, "IE-D"}, {`"place":"Corcaigh"`, "IE-CO"}, {`"country":"IE"`, ""},
		{`"location":{"lat":54.8325,"lng":-7.48}`, "IE-DL"}, {`"location":{"lat":54.8273,"lng":-7.4633}`, "GB-TLN"}, {`"place":"W12 8QT"`, "GB-TLI"},
		{`"location":{"lat":40.2,"lng":-39.9}`, "XZ-W"}, {`"place":"X201"`, "XZ-E"}, {`"place":"X202"`, "XZ-E"},
		{`"place":"X1O1"`, "XZ-W"}, {`"place":"Port of the West"`, "XZ-W"},
	} {
		got := s.report(person(i), `{"service":"whatsapp",`+c.where+`}`, "")
		if got.status != http.StatusAccepted || outage.Region(got.field("region")) != c.region {
			t.Errorf("%s: %d %s, want %s", c.where, got.status, got.body, c.region)
		}
	}
	s.set(s.now().Add(20 * time.Minute))
	for code, want := range map[outage.Country]int64{"IE": 8, "XZ": 5, countrytest.GB: 2} {
		got := s.heatmap(code, code.LargeResolution(), span("10:00", "10:15"))
		if got.Total != want {
			t.Errorf("%s: %d reports, want %d", code, got.Total, want)
		}
		for _, item := range got.Items {
			if outage.Region(item.Region).Country() != code {
				t.Errorf("the map of %s has a cell of %s", code, item.Region)
			}
		}
	}
	if got := s.heatmap("IE", 5, span("10:00", "10:15")); len(got.Items) == 0 {
		t.Error("five people in Dublin are not on the map")
	}
}

// Pages, maps and the summary show every covered country.
func TestPagesOfMoreCountries(t *testing.T) {
	s := newServerOf(t, moreCountries(t), "embedded", func(*serveCommand) {})
	for path, want := range map[string][]string{
		"/": {"Ireland", "Xanzia", "All countries"}, "/ie": {"in Ireland"}, "/bn/ie": {"আয়ারল্যান্ডে"}, "/cy/xz": {"yn Xanzia"},
		"/ie/whatsapp": {"in Ireland", `class="map"`}, "/xz/whatsapp": {"in Xanzia", `class="map"`}, "/hi/xz/whatsapp": {"ज़ैंज़िया"},
		"/ie/whatsapp/report": {"Cork"}, "/whatsapp/report": {"Europe/Dublin", "Atlantic/Azores", "Africa/Dakar"},
		"/map?country=IE": {"Ireland", `class="coast"`}, "/map?country=XZ": {"Xanzia", `class="coast"`},
		"/map/land/IE": {"coast"}, "/map/land/XZ": {"coast"},
	} {
		got := s.send(sender{addr: "192.0.2.1"}, http.MethodGet, path, "", nil)
		for _, text := range want {
			if got.status != http.StatusOK || !strings.Contains(string(got.body), text) {
				t.Errorf("%s: status %d, want %q", path, got.status, text)
			}
		}
	}
	if got := s.send(sender{addr: "192.0.2.1"}, http.MethodGet, "/xanzia/whatsapp", "", nil); got.status != http.StatusMovedPermanently || got.header.Get("Location") != "/xz/whatsapp" {
		t.Errorf("/xanzia/whatsapp: %d to %s", got.status, got.header.Get("Location"))
	}
	var service struct{ Status map[string]json.RawMessage }
	s.read("/api/v1/services/whatsapp", nil, &service)
	var summary struct{ Countries map[string]json.RawMessage }
	s.read("/api/v1/summary", nil, &summary)
	for _, code := range []string{"GB", "IN", "IE", "XZ"} {
		if service.Status[code] == nil || summary.Countries[code] == nil {
			t.Errorf("%s is not in the status %v and the summary %v", code, service.Status, summary.Countries)
		}
	}
}

// An outage in one region of the made-up country is found there, as one in Ireland is.
func TestIncidentsOfMoreCountries(t *testing.T) {
	packs := moreCountries(t)
	var rows strings.Builder
	rows.WriteString("timestamp,service,country,lat,lng,symptom,reporters,n\n")
	start := time.Date(2025, 2, 3, 0, 0, 0, 0, time.UTC)
	for m := range 4 * 1440 {
		at := start.Add(time.Duration(m) * time.Minute).Format(time.RFC3339)
		broken := m > 3*1440+600 && m < 3*1440+660
		for _, place := range []struct {
			country  string
			lat, lng float64
			affected bool
		}{{"XZ", 40.2, -39.9, false}, {"XZ", 40.2, -39.5, true}, {"IE", 53.35, -6.26, true}, {"IE", 51.9, -8.47, false}} {
			n := 1
			if broken && place.affected {
				n = 40
			}
			fmt.Fprintf(&rows, "%s,a,%s,%v,%v,,%d,%d\n", at, place.country, place.lat, place.lng, n, n)
		}
	}
	input := t.TempDir() + "/rows.csv"
	if err := os.WriteFile(input, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out := stdoutOf(t, func() error { return (&backtestCommand{Input: input, Workers: 1}).Run(context.Background(), packs) })
	found := map[string][]string{}
	for line := range strings.Lines(out) {
		var in struct {
			ID, Country string
			Regions     []string
		}
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(in.ID, "a-"+strings.ToLower(in.Country)+"-20250206T10") {
			t.Errorf("an incident %s", in.ID)
		}
		found[in.Country] = in.Regions
	}
	if !slices.Contains(found["XZ"], "XZ-E") || slices.Contains(found["XZ"], "XZ-W") || !slices.Contains(found["IE"], "IE-D") {
		t.Errorf("incidents in %v\n%s", found, out)
	}
}

// People who live by the clock of their region are as usual after it changes: in Ireland,
// and in the region of the made-up country that has summer time. People who do not change
// theirs are not, where the region does.
func TestClocksOfMoreCountries(t *testing.T) {
	packs := moreCountries(t)
	zone := func(name string) *time.Location {
		at, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	crowds := []struct {
		service, country string
		lat, lng         float64
		zone             *time.Location
	}{
		{"moves", "IE", 53.35, -6.26, zone("Europe/Dublin")}, {"stays", "IE", 53.35, -6.26, time.UTC},
		{"moves", "XZ", 40.2, -39.9, zone("Atlantic/Azores")},
	}
	var rows strings.Builder
	rows.WriteString("timestamp,service,country,lat,lng,symptom,reporters,n\n")
	start := time.Date(2025, 3, 9, 0, 0, 0, 0, time.UTC) // clocks change on 30 March
	for m := range 26 * 1440 {
		at := start.Add(time.Duration(m) * time.Minute)
		for _, c := range crowds {
			n := 4
			if hour := at.In(c.zone).Hour(); hour < 9 || hour >= 21 {
				if n = 0; m%5 == 0 {
					n = 1
				}
			}
			if n > 0 {
				fmt.Fprintf(&rows, "%s,%s,%s,%v,%v,,%d,%d\n", at.Format(time.RFC3339), c.service, c.country, c.lat, c.lng, n, n)
			}
		}
	}
	input := t.TempDir() + "/rows.csv"
	if err := os.WriteFile(input, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out := stdoutOf(t, func() error { return (&backtestCommand{Input: input, Workers: 1}).Run(context.Background(), packs) })
	if strings.Contains(out, "moves-") {
		t.Errorf("a change of the clocks opens an incident:\n%s", out)
	}
	if !strings.Contains(out, "stays-ie-20250330T20") {
		t.Errorf("people who do not change their clocks are not noticed:\n%s", out)
	}
}
