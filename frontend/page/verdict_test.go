package page

import (
	"context"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

func TestOpenIncidentsAreListedByPlace(t *testing.T) {
	q := testViews(t).request(address.Address{Lang: "en", Country: countrytest.IN, Service: "whatsapp"})
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

// several has two open incidents of each service.
type several struct{ pagetest.Readings }

func (several) Health(context.Context, string, outage.Country) (public.Health, error) {
	health := public.Health{Status: outage.StatusElevated}
	for _, record := range (pagetest.Incidents{}).Records()[:2] {
		health.Incidents = append(health.Incidents, public.IncidentOf(record, nil))
	}
	health.Incident = &health.Incidents[0]
	return health, nil
}

func TestServicePageLinksAllOpenIncidents(t *testing.T) {
	site := testViews(t)
	site.Readings = func() Readings { return several{} }
	name, page, err := site.Page(t.Context(), address.Address{Lang: "en", Country: countrytest.IN, Service: "whatsapp", Leaf: address.LeafStatus})
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := site.Render(name, page)
	if want := `<a href="/incidents/` + pagetest.OpenIncident + `">West Bengal, Bihar, Jharkhand and 2 more</a> · Going on · `; err != nil || !strings.Contains(string(body), want) {
		t.Errorf("%v, no %s in %s", err, want, body)
	}
}
