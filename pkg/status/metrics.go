package status

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/open-downpour/downpour/pkg/metrics"
)

var (
	pollsTotal = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_status_polls_total",
		Help: "Requests of this server for status pages of vendors.",
	})
	failuresTotal = metrics.NewCounters(
		"downpour_status_failures_total",
		"Requests for status pages that gave none, by reason: unreachable, changed (the page has another form).",
		"reason", reasonUnreachable, reasonChanged)
	lastReads = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "downpour_status_last_read_timestamp_seconds",
		Help: "When the status page of a service was last read and understood, on the server that polls, as Unix time.",
	}, []string{"service"})
)
