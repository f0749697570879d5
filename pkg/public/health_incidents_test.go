package public

import (
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Several incidents of a service in a country are all there, the leading one first,
// and none tells where it is.
func TestHealthHasAllIncidents(t *testing.T) {
	open := func(id string) *outage.Incident {
		return &outage.Incident{ID: id, State: outage.StateOpen, Footprint: outage.Footprint{Scope: outage.ScopeRegion, Regions: []outage.Region{"IN-WB"}}}
	}
	view := outage.NewView(ten, []outage.Watch{
		{Service: "whatsapp", Country: countrytest.IN, Incident: open("leading"), Others: []*outage.Incident{open("second"), open("third")}},
		{Service: "jio", Country: countrytest.IN},
	})
	reader := New(Config{Hot: memory{}, Now: func() time.Time { return ten.Time() }, View: func() *outage.View { return view }})
	health, err := reader.Health(t.Context(), "whatsapp", countrytest.IN)
	if err != nil || len(health.Incidents) != 3 || health.Incident.ID != "leading" {
		t.Fatalf("%+v, %v", health, err)
	}
	for i, id := range []string{"leading", "second", "third"} {
		if in := health.Incidents[i]; in.ID != id || len(in.Footprint.Regions) > 0 {
			t.Errorf("incident %d is %s, in %v", i, in.ID, in.Footprint.Regions)
		}
	}
	if calm, err := reader.Health(t.Context(), "jio", countrytest.IN); err != nil || calm.Incident != nil || calm.Incidents != nil {
		t.Errorf("%+v, %v", calm, err)
	}
}
