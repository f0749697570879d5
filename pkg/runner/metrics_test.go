package runner

import (
	"maps"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestLagOfTheDetector(t *testing.T) {
	now := (morning + 1).Time()
	live := NewLive(LiveConfig{Now: func() time.Time { return now }})
	registry := prometheus.NewRegistry()
	registry.MustRegister(live.Metrics()...)
	expect := func(want map[string]float64) {
		t.Helper()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, family := range families {
			got[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
		}
		if !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	expect(map[string]float64{"downpour_runner_leader": 0}) // no minute was processed yet
	live.view.Store(outage.NewView(morning, nil))
	live.leads.Store(true)
	now = now.Add(75 * time.Second) // after the end of the minute
	expect(map[string]float64{"downpour_runner_leader": 1, "downpour_runner_lag_seconds": 75})
}
