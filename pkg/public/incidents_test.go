package public

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// noRecords holds no incidents.
type noRecords struct{}

func (noRecords) Incidents(context.Context, outage.IncidentFilter, string, int) ([]outage.Record, string, error) {
	return nil, "", nil
}

func (noRecords) Incident(context.Context, string) (outage.Record, error) {
	return outage.Record{}, errors.New("there is none")
}

// Pending incidents come from the view, and only when they are asked for.
func TestPendingOnRequest(t *testing.T) {
	pending := func(service string, country outage.Country, scope outage.Scope, observed int64) outage.Watch {
		return outage.Watch{Service: service, Country: country, Pending: &outage.Incident{
			ID: service + "-pending", Service: service, Country: country, State: outage.StatePending, Since: ten,
			Observed: observed, Footprint: outage.Footprint{Scope: scope},
		}}
	}
	view := outage.NewView(1, []outage.Watch{
		pending("b", countrytest.GB, outage.ScopeCountry, 1), pending("a", countrytest.GB, outage.ScopeCell, 5), pending("c", countrytest.IN, outage.ScopeRegion, 4),
		pending("few", countrytest.GB, outage.ScopeCell, 2), {Service: "d", Country: countrytest.GB},
	})
	for _, c := range []struct {
		name   string
		view   *outage.View
		filter outage.IncidentFilter
		want   int
	}{
		{"not asked for", view, outage.IncidentFilter{}, 0},
		{"open ones", view, outage.IncidentFilter{State: outage.StateOpen}, 0},
		{"all", view, outage.IncidentFilter{State: outage.StatePending}, 2},
		{"of a country", view, outage.IncidentFilter{State: outage.StatePending, Country: countrytest.IN}, 1},
		{"before the first minute", nil, outage.IncidentFilter{State: outage.StatePending}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			reader := New(Config{Hot: memory{}, Now: func() time.Time { return ten.Time() }, View: func() *outage.View { return c.view }})
			found, _, err := NewIncidents(noRecords{}, reader, flatMap{}).Incidents(context.Background(), c.filter, "", 2)
			if err != nil || len(found) != c.want {
				t.Errorf("%d incidents, %v, want %d", len(found), err, c.want)
			}
			if c.want == 2 && (found[0].Service != "a" || found[1].Service != "b") {
				t.Errorf("in the order %s, %s", found[0].Service, found[1].Service)
			}
			for _, in := range found { // below the country in steps of the minimum count, for it moves each minute
				if in.Service != "b" && in.Observed != Floor {
					t.Errorf("%s has %d", in.Service, in.Observed)
				}
			}
		})
	}
}

// What is public of a record below the country moves in steps of the minimum count.
func TestAnIncidentMovesInSteps(t *testing.T) {
	const mean = .2 // reporters a minute, so two in ten
	record := func(reporters float64, back int64, weight float64) Incident {
		return IncidentOf(outage.Record{Incident: outage.Incident{
			Footprint:  outage.Footprint{Cells: []outage.CellWeight{{Cell: kolkata, Weight: weight}, {Cell: west, Weight: 2.9}}},
			Recoveries: []outage.Recovery{{Region: "IN-WB", Reports: 9, Ratio: reporters / 2, Peak: reporters / 2, Back: back}, {Region: "IN-JH", Reports: 2}},
			Why:        outage.Explanation{Alarming: []outage.Signal{{Scope: outage.ScopeCell, Observed: 2}, {Scope: outage.ScopeCell, Observed: 3}}},
		}}, map[outage.Region]float64{"IN-WB": mean})
	}
	for _, c := range []struct {
		reporters    float64
		back         int64
		weight       float64
		ratio, cells float64
		shownBack    int64
	}{
		{2, 2, 3.9, 0, 3, 0}, {3, 3, 5.9, 1.5, 3, 3}, {5, 5, 6, 1.5, 6, 3}, {6, 7, 120.5, 3, 120, 6},
	} {
		got := record(c.reporters, c.back, c.weight)
		if len(got.Recoveries) != 1 || len(got.Footprint.Cells) != 1 || len(got.Why.Alarming) != 1 {
			t.Fatalf("it shows %+v", got)
		}
		if r := got.Recoveries[0]; r.Ratio != c.ratio || r.Peak != c.ratio || r.Back != c.shownBack {
			t.Errorf("%v reporters, %d back: %+v", c.reporters, c.back, r)
		}
		if weight := got.Footprint.Cells[0].Weight; weight != c.cells {
			t.Errorf("a weight of %v is shown as %v", c.weight, weight)
		}
	}
}

// A filter finds a pending incident in the places that it is published with, and not in
// those of a few, which its exact footprint reaches.
func TestPendingByPublishedPlace(t *testing.T) {
	city, far := below(kolkata, 0, 0, 0), below(west, 0, 0, 0)
	view := outage.NewView(1, []outage.Watch{{Service: "whatsapp", Country: countrytest.IN, Pending: &outage.Incident{
		ID: "i", Service: "whatsapp", Country: countrytest.IN, State: outage.StatePending, Since: ten, Observed: 6,
		Footprint: outage.Footprint{
			Scope: outage.ScopeRegion, Regions: []outage.Region{regionOf(city), regionOf(far)},
			Cells: []outage.CellWeight{{Cell: city.Parent(5), Weight: 5}, {Cell: far.Parent(5), Weight: 1}},
		},
	}}})
	counts := memory{live(ten+1, city, 5), live(ten+1, far, 1)}
	reader := New(Config{Hot: counts, Now: func() time.Time { return (ten + 5).Time() }, View: func() *outage.View { return view }})
	for region, want := range map[outage.Region]int{"": 1, regionOf(city): 1, regionOf(far): 0, "GB-TLI": 0} {
		filter := outage.IncidentFilter{State: outage.StatePending, Region: region}
		found, _, err := NewIncidents(noRecords{}, reader, flatMap{}).Incidents(context.Background(), filter, "", 2)
		if err != nil || len(found) != want {
			t.Errorf("%q: %d incidents, %v, want %d", region, len(found), err, want)
		}
	}
}
