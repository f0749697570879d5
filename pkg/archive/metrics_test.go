package archive

import (
	"context"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// value reads a counter by the value of its label.
func value(t *testing.T, counter *prometheus.CounterVec, label string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(counter)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range families[0].GetMetric() {
		if metric.GetLabel()[0].GetValue() == label {
			return metric.GetCounter().GetValue()
		}
	}
	t.Fatalf("no counter with label %s", label)
	return 0
}

func TestErrorsAreCounted(t *testing.T) {
	before := value(t, errorsTotal, operationPing)
	away := errors.New("away")
	for _, err := range []error{nil, away, context.Canceled} {
		if got := countError(operationPing, err); got != err { //nolint:errorlint // the very same error must come back
			t.Errorf("counting %v returns %v", err, got)
		}
	}
	if got := value(t, errorsTotal, operationPing) - before; got != 1 {
		t.Errorf("%v errors, want 1: a caller that left is none", got)
	}
}

func TestLookupsOfTheLaneAreCounted(t *testing.T) {
	past := &slow{release: make(chan struct{})}
	close(past.release)
	lane := newLane(past, LaneConfig{})
	hits, misses := value(t, cacheLookupsTotal, lookupHit), value(t, cacheLookupsTotal, lookupMiss)
	for range 3 {
		if _, err := lane.Counts(context.Background(), window(1)); err != nil {
			t.Fatal(err)
		}
	}
	hits, misses = value(t, cacheLookupsTotal, lookupHit)-hits, value(t, cacheLookupsTotal, lookupMiss)-misses
	if hits != 2 || misses != 1 {
		t.Errorf("%v hits and %v misses of the same query three times", hits, misses)
	}
}
