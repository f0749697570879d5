package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/demo"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// What a demo loads is what an import of the same rows leaves in the log, but
// for the names of reports and reporters.
func TestDemoLoadsWhatAnImportLeaves(t *testing.T) {
	s := newServer(t, "embedded")
	script, err := scenario.Load(demo.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	shift := script.ShiftTo(s.now().Add(-time.Hour))
	peak := script.Began + 40 + outage.Minute(shift/time.Minute)
	played, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	options := scenario.Options{
		Services: played.Services, Places: played.Cities, Shift: shift, Span: outage.Span{From: peak, To: peak + 1},
	}
	var body bytes.Buffer
	var loaded []outage.Entry
	encoder := json.NewEncoder(&body)
	repeats := 0
	err = scenario.Play(script, options, func(row scenario.Row) error {
		if row.Reporters < row.N {
			repeats++
		}
		for _, line := range scenario.Reports(row) {
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
		cell, _, region, err := s.app.geography.Locate(row.Point)
		at := outage.Place{Region: region, District: s.app.geography.DistrictOf(cell, region), Cell: cell}
		loaded = scenario.AppendEntries(loaded, &row, at, outage.MinuteOf(s.now()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	receipt, err := s.app.intake.TakeBatch(ctx, "demo", body.Bytes(), "")
	if err != nil || receipt.Accepted != len(loaded) {
		t.Fatalf("%+v of %d: %v", receipt, len(loaded), err)
	}
	imported, _, _, err := s.app.redis.Oldest(ctx, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if repeats == 0 {
		t.Error("no row has a repeat, so that the test shows less than it should")
	}
	ids := map[outage.ReportID]bool{}
	for _, e := range loaded {
		ids[e.ID] = true
	}
	if len(ids) != len(loaded) {
		t.Errorf("%d names for %d reports", len(ids), len(loaded))
	}
	if a, b := nameless(loaded), nameless(imported); !reflect.DeepEqual(a, b) {
		t.Errorf("loaded %d entries, imported %d others", len(a), len(b))
	}
}

// nameless is entries without the hashes that tell them apart, in one order.
func nameless(entries []outage.Entry) []outage.Entry {
	bare := slices.Clone(entries)
	for i := range bare {
		e := &bare[i]
		e.ID, e.Reporter, e.Earlier, e.Prefix, e.UndoHash = outage.ReportID{Received: e.ID.Received}, 0, 0, 0, 0
	}
	counted := func(e outage.Entry) int { return int(e.Weight) }
	slices.SortFunc(bare, func(a, b outage.Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Country, b.Country),
			cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Symptom, b.Symptom), cmp.Compare(counted(a), counted(b)))
	})
	return bare
}
