package scenario

import (
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestEntriesOfARow(t *testing.T) {
	row := Row{
		Minute: minute(t, "2025-02-28 15:45"), Service: "whatsapp", Country: countrytest.IN,
		Point: outage.LatLng{Lat: 22.563, Lng: 88.363}, Placed: true, Symptom: "send", Reporters: 3, N: 5,
	}
	const cell, received = outage.Cell(0x863cf2cafffffff), outage.Minute(7)
	entries := AppendEntries(nil, &row, outage.Place{Region: "IN-WB", Cell: cell}, received)
	ids, reporters, counted, weight := map[outage.ReportID]bool{}, map[uint64]bool{}, 0, 0.
	for _, e := range entries {
		ids[e.ID], reporters[e.Reporter] = true, true
		weight += e.Weight
		if e.Counted {
			counted++
		}
		if e.Counted != e.First || e.Minute() != row.Minute || e.ID.Received != received || e.Cell != cell || e.Region != "IN-WB" || !e.Keyed || e.Sign != 1 {
			t.Errorf("%+v", e)
		}
	}
	if len(entries) != 5 || len(ids) != 5 || len(reporters) != 3 || counted != 3 || weight != 3 {
		t.Errorf("%d entries, %d ids, %d reporters, %d counted, weight %v", len(entries), len(ids), len(reporters), counted, weight)
	}
	if !reflect.DeepEqual(entries, AppendEntries(nil, &row, outage.Place{Region: "IN-WB", Cell: cell}, received)) {
		t.Error("the same row gives other entries")
	}
	if empty := (Row{Minute: 1, Service: "a", Country: countrytest.GB}); len(AppendEntries(nil, &empty, outage.Place{}, 1)) != 0 {
		t.Error("a row of nothing has entries")
	}
}

// No two reports of an hour share a name, and no two rows a reporter.
func TestEntriesAreToldApart(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 15:10", 1)
	ids, row := map[outage.ReportID]bool{}, map[uint64]int{}
	for i, r := range played(t, load(t, "whatsapp-2025-02-28"), options) {
		for _, e := range AppendEntries(nil, &r, outage.Place{}, 1) {
			if ids[e.ID] {
				t.Fatalf("two reports are %s", e.ID)
			}
			ids[e.ID] = true
			if other, ok := row[e.Reporter]; ok && other != i {
				t.Fatalf("rows %d and %d share a reporter", other, i)
			}
			row[e.Reporter] = i
		}
	}
}
