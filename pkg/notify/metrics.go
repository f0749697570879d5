package notify

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	eventsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_notify_events_total",
		Help: "Events of incidents that this server derived, by kind.",
	}, []string{"kind"})
	deliveriesTotal = newDeliveriesTotal()
	// deliveryDuration is from the derivation of an event, with its waits and repetitions.
	deliveryDuration = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "downpour_notify_delivery_duration_seconds",
		Help:    "From an event to the answer of the webhook that took it, repetitions included.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2, 5, 10, 60, 600, 3600, 86400},
	})
)

// newDeliveriesTotal starts every series at 0, so that its first increase is seen.
func newDeliveriesTotal() *prometheus.CounterVec {
	total := promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_notify_deliveries_total",
		Help: "Events that a webhook has taken (delivered), or that were given up after a day or in a full queue (dead).",
	}, []string{"outcome"})
	for _, how := range []outcome{delivered, dead} {
		total.WithLabelValues(string(how))
	}
	return total
}
