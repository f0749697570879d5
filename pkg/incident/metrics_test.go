package incident

import (
	"context"
	"log/slog"
	"maps"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/outage"
)

// noOutbox is an outbox that stores nothing.
type noOutbox struct{}

func (noOutbox) Load(context.Context) ([]byte, error) { return nil, nil }
func (noOutbox) Store(context.Context, []byte) error  { return nil }

func TestIncidentsAreCountedByState(t *testing.T) {
	archive := &memoryArchive{records: map[string]outage.Record{}, unavailable: true}
	repository := NewRepository(archive, noOutbox{}, opened.Time, slog.New(slog.DiscardHandler))
	registry := prometheus.NewRegistry()
	registry.MustRegister(repository.Metrics()...)
	expect := func(want map[string]float64) {
		t.Helper()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				name := "unsaved"
				for _, label := range metric.GetLabel() {
					name = label.GetValue()
				}
				got[name] = metric.GetGauge().GetValue()
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	ctx := context.Background()
	if err := repository.Open(ctx); err != nil {
		t.Fatal(err)
	}
	expect(map[string]float64{"open": 0, "recovering": 0, "resolved": 0, "unsaved": 0})
	changes := []outage.Incident{{ID: "a", State: outage.StateOpen}, {ID: "b", State: outage.StateOpen}, {ID: "c", State: outage.StatePending}}
	if err := repository.Append(ctx, opened.Time(), changes); err != nil {
		t.Fatal(err)
	}
	expect(map[string]float64{"open": 2, "recovering": 0, "resolved": 0, "unsaved": 2})
	archive.unavailable = false
	if err := repository.Append(ctx, opened.Time(), []outage.Incident{{ID: "a", State: outage.StateResolved}}); err != nil {
		t.Fatal(err)
	}
	if err := repository.sync(ctx); err != nil {
		t.Fatal(err)
	}
	expect(map[string]float64{"open": 1, "recovering": 0, "resolved": 1, "unsaved": 0})
}
