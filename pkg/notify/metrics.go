package notify

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/open-downpour/downpour/pkg/metrics"
)

var (
	eventsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_notify_events_total",
		Help: "Events of incidents that this server derived, by kind.",
	}, []string{"kind"})
	deliveriesTotal = metrics.NewCounters(
		"downpour_notify_deliveries_total",
		"Events that a webhook has taken (delivered), or that were given up after a day or in a full queue (dead).",
		"outcome", delivered, dead)
	// deliveryDuration is from the derivation of an event, with its waits and repetitions.
	deliveryDuration = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "downpour_notify_delivery_duration_seconds",
		Help:    "From an event to the answer of the webhook that took it, repetitions included.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2, 5, 10, 60, 600, 3600, 86400},
	})
)
