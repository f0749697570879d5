package scenario

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestReportsOfARow(t *testing.T) {
	row := Row{
		Minute: minute(t, "2025-02-28 15:45"), Service: "whatsapp", Country: countrytest.IN,
		Point: outage.LatLng{Lat: 22.563, Lng: 88.363}, Placed: true, Symptom: "send", Reporters: 3, N: 5,
	}
	lines := Reports(row)
	ids, reporters := map[string]bool{}, map[string]bool{}
	for _, line := range lines {
		ids[line.ID] = true
		reporters[line.Reporter] = true
		if outage.MinuteOf(line.ReportedAt) != row.Minute {
			t.Errorf("reported at %v", line.ReportedAt)
		}
	}
	if len(lines) != 5 || len(ids) != 5 || len(reporters) != 3 {
		t.Errorf("%d lines, %d ids, %d reporters", len(lines), len(ids), len(reporters))
	}
	if !reflect.DeepEqual(lines, Reports(row)) {
		t.Error("the same row gives other reports")
	}
	const want = `{"id":"ID","service":"whatsapp","kind":"problem","country":"IN","location":{"lat":22.563,"lng":88.363},"symptom":"send","reported_at":"2025-02-28T15:45:12Z","reporter":"WHO"}`
	lines[1].ID, lines[1].Reporter = "ID", "WHO"
	if got, err := json.Marshal(lines[1]); err != nil || string(got) != want {
		t.Errorf("%s", got)
	}
}

func TestReportsWithoutAPlace(t *testing.T) {
	lines := Reports(Row{Minute: 1, Service: "a", Country: countrytest.GB, Reporters: 1, N: 1})
	got, err := json.Marshal(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(got, &keys); err != nil {
		t.Fatal(err)
	}
	if _, ok := keys["location"]; ok || keys["country"] != "GB" {
		t.Errorf("%s", got)
	}
	if len(Reports(Row{Minute: 1, Service: "a", Country: countrytest.GB})) != 0 {
		t.Error("a row of nothing has reports")
	}
}

// An import counts one report of a reporter in half an hour, so no two rows of
// a script may share one; and no two reports an id.
func TestNoReporterStandsInTwoRows(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 15:10", 1)
	rows := played(t, load(t, "whatsapp-2025-02-28"), options)
	ids, row := map[string]bool{}, map[string]int{}
	reporters := 0
	for i := range rows {
		reporters += rows[i].Reporters
		for _, line := range Reports(rows[i]) {
			if ids[line.ID] {
				t.Fatalf("two reports are %s", line.ID)
			}
			ids[line.ID] = true
			if other, ok := row[line.Reporter]; ok && other != i {
				t.Fatalf("reporter %s stands in rows %+v and %+v", line.Reporter, rows[other], rows[i])
			}
			row[line.Reporter] = i
		}
	}
	if len(row) != reporters {
		t.Errorf("%d reporters in the reports, %d in the rows", len(row), reporters)
	}
}
