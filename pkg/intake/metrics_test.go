package intake

import (
	"context"
	"maps"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/outage"
)

// counters are the counters of the intake by their labels, in order of their names.
func counters(t *testing.T) map[string]float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(reportsTotal, refusalsTotal)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := ""
			for _, label := range metric.GetLabel() {
				name += label.GetValue() + " "
			}
			values[name] = metric.GetCounter().GetValue()
		}
	}
	return values
}

// counts lists what act adds to the counters.
func counts(t *testing.T, act func()) map[string]float64 {
	t.Helper()
	before := counters(t)
	act()
	grown := map[string]float64{}
	for name, value := range counters(t) {
		if value != before[name] {
			grown[name] = value - before[name]
		}
	}
	return grown
}

func TestReportsAreCountedByOutcome(t *testing.T) {
	service, _, _ := newService(t)
	ctx := context.Background()
	for name, c := range map[string]struct {
		act  func()
		want map[string]float64
	}{
		"a report": {func() { _, _ = service.Take(ctx, somebody, plain, "") }, map[string]float64{"counted report ": 1}},
		"an unknown service": {func() { _, _ = service.Take(ctx, somebody, outage.Submission{Service: "nosuch"}, "") },
			map[string]float64{"unknown report ": 1}},
		"broken JSON": {func() { _, _ = service.Decode([]byte("{")) }, map[string]float64{"invalid report ": 1}},
		"a batch": {func() { _, _ = service.TakeBatch(ctx, "importer", []byte(goodLine+"\n"+goodLine+"\n{}"), "") },
			map[string]float64{"counted line ": 1, "duplicate line ": 1, "invalid line ": 1}},
		"an empty batch": {func() { _, _ = service.TakeBatch(ctx, "importer", nil, "") }, map[string]float64{"invalid batch ": 1}},
	} {
		if got := counts(t, c.act); !maps.Equal(got, c.want) {
			t.Errorf("%s adds %v, want %v", name, got, c.want)
		}
	}
}
