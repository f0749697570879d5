package public

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The metrics are what Health gives, and many scrapes in a tick are one reading.
func TestMetricsAreTheHealthOfServices(t *testing.T) {
	hot := &counted{memory: memory{problems(ten-1, 0, 4), problems(ten-2, kolkata, 2), live(ten-1, london, 3)}}
	view := outage.NewView(ten-1, []outage.Watch{{Service: "whatsapp", Country: countrytest.IN, Baseline: outage.Baseline{Mean: .5}}})
	reader := New(Config{Hot: hot, Now: func() time.Time { return ten.Time() }, View: func() *outage.View { return view }})
	registry := prometheus.NewRegistry()
	registry.MustRegister(reader.Metrics([]outage.Service{{Slug: "whatsapp"}, {Slug: "upi", Country: []outage.Country{countrytest.IN}}})...)
	samples := map[string]float64{}
	for range 20 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				name := family.GetName()
				for _, label := range metric.GetLabel() {
					name += " " + label.GetValue()
				}
				samples[name] = metric.GetGauge().GetValue()
			}
		}
	}
	if hot.asked != 2 {
		t.Errorf("the counts were read %d times for 20 scrapes, want 2", hot.asked)
	}
	const ofSeries = 2 + 4 // reports, observed, and a status of four
	if want := 3*ofSeries + 1; len(samples) != want {
		t.Errorf("%d samples, want %d: %v", len(samples), want, samples)
	}
	for _, country := range outage.Countries() {
		health, err := reader.Health(context.Background(), "whatsapp", country)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{
			fmt.Sprintf("downpour_public_reports %s whatsapp", country):                  float64(health.Reports),
			fmt.Sprintf("downpour_public_observed %s whatsapp", country):                 float64(health.Observed),
			fmt.Sprintf("downpour_public_status %s whatsapp %s", country, health.Status): 1,
		}
		if health.Expected != nil {
			want[fmt.Sprintf("downpour_public_expected %s whatsapp", country)] = *health.Expected
		}
		for name, value := range want {
			if got, ok := samples[name]; !ok || got != value {
				t.Errorf("%s is %v, Health gives %v", name, got, value)
			}
		}
	}
	if samples["downpour_public_reports IN whatsapp"] != 6 {
		t.Errorf("%v reports in India, want 6", samples["downpour_public_reports IN whatsapp"])
	}
}
