// Package metrics makes metrics of the process in the way that all packages do.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// NewCounters registers a counter with one label, whose series of the given values start at 0,
// so that their first increase is seen.
func NewCounters[Value ~string](name, help, label string, values ...Value) *prometheus.CounterVec {
	counters := promauto.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, value := range values {
		counters.WithLabelValues(string(value))
	}
	return counters
}
