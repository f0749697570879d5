package live

import (
	"maps"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestStreamsAreMeasured(t *testing.T) {
	h := NewHub(began, 2)
	registry := prometheus.NewRegistry()
	registry.MustRegister(h.Metrics()...)
	for open := range 3 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, family := range families {
			got[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
		}
		if want := map[string]float64{"downpour_live_streams": float64(open), "downpour_live_limit_streams": 2}; !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if _, _, err := h.Subscribe("", "", ""); (err != nil) != (open == 2) {
			t.Errorf("with %d streams open, another gets %v", open, err)
		}
	}
}
