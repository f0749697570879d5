package status

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	pollsTotal = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_status_polls_total",
		Help: "Requests of this server for status pages of vendors.",
	})
	failuresTotal = newFailuresTotal()
	lastReads     = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "downpour_status_last_read_timestamp_seconds",
		Help: "When the status page of a service was last read and understood, on the server that polls, as Unix time.",
	}, []string{"service"})
)

// newFailuresTotal starts every series at 0, so that its first increase is seen.
func newFailuresTotal() *prometheus.CounterVec {
	total := promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_status_failures_total",
		Help: "Requests for status pages that gave none, by reason: unreachable, changed (the page has another form).",
	}, []string{"reason"})
	total.WithLabelValues(reasonUnreachable)
	total.WithLabelValues(reasonChanged)
	return total
}
