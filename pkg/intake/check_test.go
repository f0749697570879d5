package intake

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

func TestCheck(t *testing.T) {
	here := &outage.LatLng{Lat: 22.5, Lng: 88.3}
	cases := map[string]struct {
		sent  outage.Submission
		field string // at fault; "" where the report is taken
		want  func(outage.Report) bool
	}{
		"a country": {plain, "", func(r outage.Report) bool {
			return r.Country == countrytest.IN && r.Cell == 0 && r.Kind == outage.Problem
		}},
		"in small print": {outage.Submission{Service: "whatsapp", Country: "in"}, "", func(r outage.Report) bool { return r.Country == countrytest.IN }},
		"a location":     {outage.Submission{Service: "whatsapp", Location: here}, "", func(r outage.Report) bool { return r.Cell == someCell && r.Region == "IN-WB" }},
		"a place":        {outage.Submission{Service: "whatsapp", Place: "700001"}, "", func(r outage.Report) bool { return r.Cell == someCell }},
		"a place and its country": {outage.Submission{Service: "whatsapp", Place: "700001", Country: "IN"}, "",
			func(r outage.Report) bool { return r.Country == countrytest.IN }},
		"works, with the symptom of a form": {outage.Submission{Service: "whatsapp", Country: "IN", Kind: "works", Symptom: "send"}, "",
			func(r outage.Report) bool { return r.Kind == outage.Works && r.Symptom == "" }},
		"a network by its name": {outage.Submission{Service: "whatsapp", Country: "IN", Network: "জিও"}, "",
			func(r outage.Report) bool { return r.Network == "jio" }},
		"a network of the place": {outage.Submission{Service: "whatsapp", Place: "700001", Network: "Jio"}, "",
			func(r outage.Report) bool { return r.Network == "jio" }},
		"a network of another country": {outage.Submission{Service: "whatsapp", Country: "GB", Network: "Jio"}, "",
			func(r outage.Report) bool { return r.Network == "" }},
		"an unknown network": {outage.Submission{Service: "whatsapp", Country: "IN", Network: "my neighbour"}, "",
			func(r outage.Report) bool { return r.Network == "" }},
		"a long network": {outage.Submission{Service: "whatsapp", Country: "IN", Network: strings.Repeat("x", 41)}, "",
			func(r outage.Report) bool { return r.Network == "" }},
		"since, in local time": {outage.Submission{Service: "whatsapp", Country: "IN", Since: "2031-07-08T16:30:00+05:30"}, "",
			func(r outage.Report) bool { return r.Since.Equal(noon.Add(-time.Hour)) && r.At.Equal(noon) }},
		"since just now, by a clock ahead": {outage.Submission{Service: "whatsapp", Country: "IN", Since: "2031-07-08T12:01:30Z"}, "",
			func(r outage.Report) bool { return r.At.Equal(noon) }},
		"no service":      {outage.Submission{Country: "IN"}, "service", nil},
		"unknown service": {outage.Submission{Service: "nosuch", Country: "IN"}, "service", nil},
		"unknown symptom": {outage.Submission{Service: "whatsapp", Country: "IN", Symptom: "atm"}, "symptom", nil},
		"unknown kind":    {outage.Submission{Service: "whatsapp", Country: "IN", Kind: "Problem"}, "kind", nil},
		"nowhere":         {outage.Submission{Service: "whatsapp"}, "location", nil},
		"elsewhere":       {outage.Submission{Service: "whatsapp", Location: &outage.LatLng{}}, "location", nil},
		"two places":      {outage.Submission{Service: "whatsapp", Location: here, Place: "7"}, "place", nil},
		"a place of which only the language tells": {outage.Submission{Service: "whatsapp", Place: "x"}, "",
			func(r outage.Report) bool { return r.Country == countrytest.GB }},
		"a place not in its country": {outage.Submission{Service: "whatsapp", Place: "700001", Country: "GB"}, "",
			func(r outage.Report) bool { return r.Country == countrytest.GB && r.Region == "" && r.Cell == 0 }},
		"a place that is not understood": {outage.Submission{Service: "whatsapp", Place: "kolkatta"}, "",
			func(r outage.Report) bool { return r.Country == countrytest.IN && r.Region == "IN-WB" && r.Cell == 0 }},
		"unknown country":   {outage.Submission{Service: "whatsapp", Country: "UK"}, "country", nil},
		"another country":   {outage.Submission{Service: "whatsapp", Location: here, Country: "GB"}, "country", nil},
		"since yesterday":   {outage.Submission{Service: "whatsapp", Country: "IN", Since: "yesterday"}, "since", nil},
		"since last week":   {outage.Submission{Service: "whatsapp", Country: "IN", Since: "2031-07-01T11:59:59Z"}, "since", nil},
		"since tomorrow":    {outage.Submission{Service: "whatsapp", Country: "IN", Since: "2031-07-09T12:00:00Z"}, "since", nil},
		"long token":        {outage.Submission{Service: "whatsapp", Country: "IN", Token: strings.Repeat("x", 129)}, "token", nil},
		"a token in Bangla": {outage.Submission{Service: "whatsapp", Country: "IN", Token: strings.Repeat("ক", 128)}, "", func(outage.Report) bool { return true }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			service, behind, _ := newService(t)
			_, err := service.Take(context.Background(), somebody, c.sent, "")
			if c.field == "" {
				if err != nil || len(behind.reports) != 1 || !c.want(behind.reports[0]) {
					t.Errorf("accepted as %+v, %v", behind.reports, err)
				}
				return
			}
			if known := outage.AsError(err); known == nil || known.Field != c.field || len(behind.reports) != 0 {
				t.Errorf("%v with %d reports, want an error on %s", err, len(behind.reports), c.field)
			}
		})
	}
}

// TestLimits checks the rate limit of one sender by the test's clock.
func TestLimits(t *testing.T) {
	if DefaultPerMinute < 120 {
		t.Errorf("%d reports a minute are too few for people who share an address", DefaultPerMinute)
	}
	service, behind, clock := newService(t)
	wrong := outage.Submission{Service: "nosuch", Country: "IN"}
	for range 2 * DefaultPerMinute { // mistakes are free
		if _, err := service.Take(context.Background(), somebody, wrong, ""); outage.AsError(err).Code != outage.CodeUnknown {
			t.Fatalf("a mistake got %v", err)
		}
	}
	for range DefaultPerMinute {
		take(t, service, behind, somebody, plain)
	}
	spent := outage.Quota{Limit: DefaultPerMinute, Window: time.Minute, Reset: time.Minute}
	if got := service.Quota(somebody.Addr); got != spent {
		t.Errorf("with nothing left the quota is %+v", got)
	}
	id := outage.NewReportID(0, noon).String()
	if err := service.Undo(context.Background(), somebody.Addr, id, "token"); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeLimited {
		t.Errorf("another write got %v", err)
	}
	_, err := service.Take(context.Background(), somebody, plain, "")
	known := outage.AsError(err)
	if known == nil || known.Code != outage.CodeLimited || known.RetryAfter <= 0 {
		t.Fatalf("one report too many: %v", err)
	}
	other := somebody
	other.Addr = other.Addr.Next()
	take(t, service, behind, other, plain) // a neighbour is not limited
	if got := service.Quota(other.Addr); got.Remaining != DefaultPerMinute-1 || got.Reset <= 0 || got.Reset > time.Second {
		t.Errorf("after one report the quota is %+v", got)
	}
	*clock = clock.Add(known.RetryAfter)
	take(t, service, behind, somebody, plain)
	if _, err := service.Take(context.Background(), somebody, plain, ""); outage.AsError(err) == nil {
		t.Error("after the wait more than one report was accepted")
	}
}
