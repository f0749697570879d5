package public

import (
	"context"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// flatMap puts the center of a cell where its index says, and knows the regions of
// the cells of these tests.
type flatMap struct{}

func (flatMap) Land(outage.Country, int) []outage.Cell {
	return []outage.Cell{kolkata.Parent(3), west.Parent(3)}
}
func (flatMap) RegionOf(cell outage.Cell) outage.Region { return regionOf(cell) }
func (flatMap) Center(cell outage.Cell) outage.LatLng {
	if cell.Parent(3) == west.Parent(3) {
		return outage.LatLng{Lat: 22, Lng: 80}
	}
	return outage.LatLng{Lat: 22.5, Lng: 88}
}

// TestAnIncidentNamesNoPlaceOfAFew opens an incident on reports of one city and a
// single one far away, which neither regions nor centroid may reveal.
func TestAnIncidentNamesNoPlaceOfAFew(t *testing.T) {
	city, far := below(kolkata, 0, 0, 0), below(west, 0, 0, 0)
	incident := outage.Incident{
		ID: "i", Service: "whatsapp", Country: countrytest.IN, Since: ten,
		Footprint: outage.Footprint{
			Scope: outage.ScopeCountry, Regions: []outage.Region{regionOf(city), regionOf(far)},
			Cells:    []outage.CellWeight{{Cell: city.Parent(5), Weight: 5}, {Cell: far.Parent(5), Weight: 1}},
			Centroid: outage.LatLng{Lat: 22.4, Lng: 86.7},
		},
		Recoveries: []outage.Recovery{{Region: regionOf(city), Reports: 5}, {Region: regionOf(far), Reports: 1}},
		Why: outage.Explanation{
			Alarming: []outage.Signal{{Scope: outage.ScopeCountry}, {Scope: outage.ScopeCell, Cell: far.Parent(5), Observed: 1}, {Scope: outage.ScopeRegion, Region: regionOf(city), Observed: 5}},
			History:  []outage.Step{{Node: outage.Signal{Scope: outage.ScopeRegion, Region: regionOf(far), Observed: 1}}},
		},
	}
	r := readAt(ten+5, live(ten+1, city, 5), live(ten+1, far, 1))
	got, err := r.Publish(context.Background(), flatMap{}, incident)
	if err != nil {
		t.Fatal(err)
	}
	only := []outage.Region{regionOf(city)}
	if !slices.Equal(got.Footprint.Regions, only) || len(got.Footprint.Cells) != 1 || got.Footprint.Centroid != (outage.LatLng{Lat: 22.5, Lng: 88}) {
		t.Errorf("the footprint is %+v", got.Footprint)
	}
	if len(got.Recoveries) != 1 || got.Recoveries[0].Region != regionOf(city) {
		t.Errorf("recoveries of %+v", got.Recoveries)
	}
	if len(got.Why.Alarming) != 2 || got.Why.History[0].Node != (outage.Signal{Scope: outage.ScopeRegion}) {
		t.Errorf("why: %+v", got.Why)
	}
	if len(incident.Footprint.Regions) != 2 || len(incident.Recoveries) != 2 || len(incident.Why.Alarming) != 3 || incident.Why.History[0].Node.Region == "" {
		t.Error("publishing changed the exact incident")
	}
	// Where no place may be named, it is an incident of the country.
	lonely := readAt(ten+5, live(ten+1, city, 2), live(ten+1, far, 1))
	if got, err = lonely.Publish(context.Background(), flatMap{}, incident); err != nil {
		t.Fatal(err)
	}
	if f := got.Footprint; len(f.Regions) > 0 || len(f.Cells) > 0 || f.Scope != outage.ScopeCountry || f.Centroid != (outage.LatLng{Lat: 22.25, Lng: 84}) {
		t.Errorf("the footprint of a few is %+v", f)
	}
}
