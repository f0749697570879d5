package page

import (
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

func TestOpenIncidentsAreListedByPlace(t *testing.T) {
	q := testViews(t).request(address.Address{Lang: "en", Country: outage.IN, Service: "whatsapp"})
	var open []public.Incident
	for _, record := range (pagetest.Incidents{}).Records()[:2] {
		record.Footprint = outage.Footprint{}
		open = append(open, public.IncidentOf(record, nil))
	}
	got := q.openIncidents(t.Context(), public.Health{Incidents: open})
	if len(got) != 2 || got[0].Word != "Reports are falling, probably because of WhatsApp" || got[1].Path != "/incidents/"+pagetest.OpenIncident {
		t.Fatalf("%+v", got)
	}
	if want := "West Bengal, Bihar, Jharkhand and 2 more"; got[1].Where != want {
		t.Errorf("the place is %q, want %q", got[1].Where, want)
	}
	if one := q.openIncidents(t.Context(), public.Health{Incidents: open[:1]}); one != nil {
		t.Errorf("one incident is listed as %+v", one)
	}
}
