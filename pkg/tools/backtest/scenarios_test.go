package backtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// catalogue is the services built into the program.
func catalogue(t testing.TB) []outage.Service {
	t.Helper()
	whole, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	return whole.Services()
}

// printed is a scenario as the command prints it.
func printed(t testing.TB, name string, format scenario.Format, services []outage.Service, geography *cell.Geography) []byte {
	t.Helper()
	var out bytes.Buffer
	err := world.World{Services: services, Cities: townsOf(t, geography)}.Print(context.Background(), name, format, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// incidentsOf is the incidents that a backtest finds: their last lines, and the
// services and countries they are of, sorted. Where one has several, it is the
// first; a second is an error unless it follows so soon that it is the fading of
// the first.
func incidentsOf(t testing.TB, geography *cell.Geography, warmup time.Duration, in io.Reader) (map[string]Line, []string) {
	t.Helper()
	var out bytes.Buffer
	services, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	err = Run(context.Background(), Options{Relations: services, Warmup: warmup, Workers: 2}, geography, in, &out)
	if err != nil {
		t.Fatal(err)
	}
	found, names := map[string]Line{}, []string(nil)
	decoder := json.NewDecoder(&out)
	for {
		var line Line
		if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := line.Service + " " + string(line.Country)
		if before, ok := found[name]; !ok {
			names = append(names, name)
		} else if before.ID != line.ID {
			if before.ClosedAt == nil || line.OpenedAt.Sub(*before.ClosedAt) > fading {
				names = append(names, name) // a second one
				found[name] = line
			}
			continue
		}
		found[name] = line
	}
	slices.Sort(names)
	return found, names
}

// fading is how long after its end a small outage may be told once more.
const fading = 45 * time.Minute

const fourWeeks = 28 * 24 * time.Hour

// WhatsApp on 28 February 2025: it and nothing else broke, in both countries,
// though some people reported Messenger in its place.
func TestScenarioOfWhatsApp(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over four weeks of every service")
	}
	t.Parallel()
	geography := celltest.Geography(t)
	found, names := incidentsOf(t, geography, fourWeeks, bytes.NewReader(printed(t, "whatsapp-2025-02-28", scenario.CSV, catalogue(t), geography)))
	if want := []string{"messenger GB", "whatsapp GB", "whatsapp IN"}; !slices.Equal(names, want) {
		t.Errorf("incidents of %s; wanted %s", names, want)
	}
	at := func(hour, minute int) time.Time { return time.Date(2025, 2, 28, hour, minute, 0, 0, time.UTC) }
	for _, name := range []string{"whatsapp GB", "whatsapp IN"} {
		in := found[name]
		if in.Verdict != outage.LikelyCause {
			t.Errorf("%s is called collateral of %s", name, in.Cause)
		}
		if in.OpenedAt.Before(at(15, 12)) || in.OpenedAt.After(at(15, 40)) {
			t.Errorf("%s opened at %v", name, in.OpenedAt)
		}
		if in.State != outage.StateResolved || in.ClosedAt == nil || in.ClosedAt.Before(at(15, 45)) || in.ClosedAt.After(at(18, 0)) {
			t.Errorf("%s is %s, closed at %v", name, in.State, in.ClosedAt)
		}
		if in.Scope != outage.ScopeCountry {
			t.Errorf("%s has the scope of a %s", name, in.Scope)
		}
	}
	if in := found["messenger GB"]; in.Verdict != outage.LikelyCollateral || in.Cause != "whatsapp" || in.Parent != found["whatsapp GB"].Parent || in.Parent != found["whatsapp IN"].Parent {
		t.Errorf("messenger is %s of %q, part of %q", in.Verdict, in.Cause, in.Parent)
	}
}

// The services of Meta on 11 December 2024: they and no others.
func TestScenarioOfMeta(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over four weeks of ten services")
	}
	t.Parallel()
	geography := celltest.Geography(t)
	// To save time, only those that might be drawn in stand beside them.
	services := slices.DeleteFunc(catalogue(t), func(s outage.Service) bool {
		return s.Family != "meta" && s.Slug != "telegram" && s.Slug != "jio" && s.Slug != "bt"
	})
	rows := printed(t, "meta-2024-12-11", scenario.NDJSON, services, geography)
	found, names := incidentsOf(t, geography, fourWeeks, bytes.NewReader(rows))
	want := []string{
		"facebook GB", "facebook IN", "instagram GB", "instagram IN",
		"messenger GB", "threads GB", "whatsapp GB", "whatsapp IN",
	}
	if !slices.Equal(names, want) {
		t.Errorf("incidents of %s; wanted %s", names, want)
	}
	for name, in := range found {
		if in.Verdict != outage.LikelyCause {
			t.Errorf("%s is called collateral of %s", name, in.Cause)
		}
		early, late := time.Date(2024, 12, 11, 17, 50, 0, 0, time.UTC), time.Date(2024, 12, 12, 0, 0, 0, 0, time.UTC)
		if in.OpenedAt.Before(early) || in.OpenedAt.After(early.Add(40*time.Minute)) || in.ClosedAt == nil || in.ClosedAt.After(late) {
			t.Errorf("%s opened at %v and closed at %v", name, in.OpenedAt, in.ClosedAt)
		}
	}
}

// All of Meta on 4 October 2021: its services broke, and the networks that
// people blamed did not.
func TestScenarioOfAllOfMeta(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over four weeks of ten services")
	}
	t.Parallel()
	geography := celltest.Geography(t)
	services := slices.DeleteFunc(catalogue(t), func(s outage.Service) bool {
		return s.Family != "meta" && s.Slug != "telegram" && s.Slug != "jio" && s.Slug != "bt"
	})
	found, _ := incidentsOf(t, geography, fourWeeks, bytes.NewReader(printed(t, "meta-2021-10-04", scenario.CSV, services, geography)))
	for name, collateral := range map[string]bool{
		"facebook GB": false, "instagram GB": false, "whatsapp GB": false, "messenger GB": false,
		"facebook IN": false, "instagram IN": false, "whatsapp IN": false, "messenger IN": false,
		"bt GB": true, "jio IN": true,
	} {
		in, ok := found[name]
		if !ok {
			t.Errorf("%s has no incident", name)
		} else if (in.Verdict == outage.LikelyCollateral) != collateral {
			t.Errorf("%s is %s, of %q", name, in.Verdict, in.Cause)
		} else if in.Parent != "meta-20211004T1546Z" {
			t.Errorf("%s is of the event %q", name, in.Parent)
		}
		delete(found, name)
	}
	if len(found) > 0 {
		t.Errorf("further incidents: %v", found)
	}
}

// The outages of 2024 that the services of Meta had in spring: each is found where and
// when it was, and nowhere else.
func TestScenariosOfSpring2024(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over four weeks of ten services, twice")
	}
	t.Parallel()
	geography := celltest.Geography(t)
	services := slices.DeleteFunc(catalogue(t), func(s outage.Service) bool {
		return s.Family != "meta" && s.Slug != "telegram" && s.Slug != "jio" && s.Slug != "bt"
	})
	for _, c := range []struct {
		name, began string
		want        []string
	}{
		{"meta-2024-03-05", "2024-03-05T15:00:00Z", []string{
			"facebook GB", "facebook IN", "instagram GB", "instagram IN", "messenger GB", "messenger IN",
		}},
		{"whatsapp-2024-04-03", "2024-04-03T18:00:00Z", []string{"whatsapp GB", "whatsapp IN"}},
	} {
		found, names := incidentsOf(t, geography, fourWeeks, bytes.NewReader(printed(t, c.name, scenario.CSV, services, geography)))
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: incidents of %s; wanted %s", c.name, names, c.want)
		}
		began, err := time.Parse(time.RFC3339, c.began)
		if err != nil {
			t.Fatal(err)
		}
		for name, in := range found {
			t.Logf("%s: %s, scope %s, from %v to %v, %s", c.name, name, in.Scope, in.OpenedAt, in.ClosedAt, in.Verdict)
			late := in.OpenedAt.After(began.Add(25 * time.Minute))
			if in.OpenedAt.Before(began) || late || in.ClosedAt == nil || in.ClosedAt.After(began.Add(5*time.Hour)) {
				t.Errorf("%s: %s opened at %v and closed at %v", c.name, name, in.OpenedAt, in.ClosedAt)
			}
			if in.Scope != outage.ScopeCountry {
				t.Errorf("%s: %s has the scope of a %s", c.name, name, in.Scope)
			}
		}
	}
}

// falseAlarms is how many incidents a week of one service in one country may have
// in which nothing happens: what the proving ground measures, and less than half
// of what is allowed there.
const falseAlarms = .002

// Five weeks in which nothing happens, over the day on which British clocks
// change, without a warm-up that would hide a false alarm.
func TestOrdinaryDaysAreSilent(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over five weeks of every service")
	}
	t.Parallel()
	geography := celltest.Geography(t)
	from := outage.MinuteOf(time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC))
	const seed, length = 1, 5 // weeks
	script := scenario.Ordinary(outage.Span{From: from, To: from + length*7*24*60}, seed)
	options := scenario.Options{Services: catalogue(t), Places: townsOf(t, geography)}
	in, out := io.Pipe()
	go func() { // ends with the script, or when the backtest closes its end
		rows, err := scenario.NewWriter(out, scenario.CSV)
		if err == nil {
			err = scenario.Play(script, options, func(row scenario.Row) error { return rows.Write(&row) })
		}
		if err == nil {
			err = rows.Flush()
		}
		out.CloseWithError(err)
	}()
	defer in.Close()
	weeks := 0
	for _, service := range options.Services {
		weeks += length * cmp.Or(len(service.Country), len(outage.Countries()))
	}
	_, names := incidentsOf(t, geography, 0, in)
	t.Logf("seed %d: %d incidents in %d service-weeks: %s", seed, len(names), weeks, names)
	if float64(len(names)) > falseAlarms*float64(weeks) {
		t.Errorf("%d incidents in %d service-weeks (seed %d)", len(names), weeks, seed)
	}
}

// What a script prints can be sent to a server: its places are in the countries
// it says, its symptoms are in the catalogue, and on the map of India the
// outage can be seen.
func TestPrintedScenarios(t *testing.T) {
	t.Parallel()
	geography := celltest.Geography(t)
	known := map[string][]outage.Symptom{}
	for _, service := range catalogue(t) {
		known[service.Slug] = service.Symptoms
	}
	for _, name := range scenario.Names() {
		rows, err := scenario.NewReader(bytes.NewReader(printed(t, name, scenario.CSV, catalogue(t), geography)))
		if err != nil {
			t.Fatal(err)
		}
		places := newPlacer(geography)
		shown, total := map[outage.Cell]map[outage.Minute]int{}, 0
		for {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			at := places.cell(&row)
			if at == 0 {
				t.Fatalf("%s: %v is not in %s", name, row.Point, row.Country)
			}
			if row.Symptom != "" && !slices.ContainsFunc(known[row.Service], func(s outage.Symptom) bool { return s.Slug == row.Symptom }) {
				t.Fatalf("%s: %s has no symptom %s", name, row.Service, row.Symptom)
			}
			total += row.N
			if row.Service == "whatsapp" && row.Country == countrytest.IN && whileWhatsAppWasDown.Contains(row.Minute) {
				parent := at.Parent(4)
				if shown[parent] == nil {
					shown[parent] = map[outage.Minute]int{}
				}
				shown[parent][row.Minute.Floor(outage.Quarter)] += row.N
			}
		}
		if total > 1_500_000 {
			t.Errorf("%s has %d reports", name, total)
		}
		if strings.HasPrefix(name, "whatsapp-2025") {
			checkMapOfIndia(t, geography, shown)
		}
	}
}

var whileWhatsAppWasDown = outage.Span{
	From: outage.MinuteOf(time.Date(2025, 2, 28, 15, 0, 0, 0, time.UTC)),
	To:   outage.MinuteOf(time.Date(2025, 2, 28, 16, 30, 0, 0, time.UTC)),
}

// checkMapOfIndia wants thirty cells in ten states, counting those cells that
// have three reports within a quarter of an hour.
func checkMapOfIndia(t *testing.T, geography *cell.Geography, quarters map[outage.Cell]map[outage.Minute]int) {
	cells, states := 0, map[outage.Region]bool{}
	for at, counts := range quarters {
		for _, n := range counts {
			if n >= 3 {
				cells++
				states[geography.RegionOf(at)] = true
				break
			}
		}
	}
	if cells < 30 || len(states) < 10 {
		t.Errorf("%d cells in %d states are shown", cells, len(states))
	}
}

// townsOf are the places that scenarios play in.
func townsOf(t testing.TB, geography *cell.Geography) []scenario.Place {
	t.Helper()
	places, err := world.Cities(geography, countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return places
}
