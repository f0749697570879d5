package page

import (
	"testing"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// A place has the worst status of the incidents that it is part of, and is above the
// usual for those that its headline calls nearby.
func TestStatusOfAPlace(t *testing.T) {
	page := &placePage{request: severalOpen(t).request(address.Address{Lang: "en", Country: countrytest.IN})}
	of := func(service string, country outage.Country) []public.Incident {
		return []public.Incident{{Service: service, Country: country}}
	}
	storm, calm := of("whatsapp", countrytest.IN), of("whatsapp", countrytest.GB)
	for name, c := range map[string]struct {
		own, nearby, country []public.Incident
		want                 outage.Status
	}{
		"of the country":        {nil, nil, storm, outage.StatusOutage},
		"nearby":                {nil, storm, nil, outage.StatusElevated},
		"its own, and calm":     {calm, nil, nil, outage.StatusElevated},
		"its own and a country": {calm, nil, storm, outage.StatusOutage},
	} {
		if got := page.statusOf(t.Context(), c.own, c.nearby, c.country); got != c.want {
			t.Errorf("%s: %s instead of %s", name, got, c.want)
		}
	}
}
