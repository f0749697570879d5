package wanted

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Values of the label "outcome".
const (
	outcomeCounted = "counted"
	outcomeRepeat  = "repeat"
	outcomeIgnored = "ignored"
	outcomeLimited = "limited"
	outcomeFull    = "full"
)

var requestsTotal = newRequestsTotal()

// newRequestsTotal starts every series at 0, so that its first increase is seen.
func newRequestsTotal() *prometheus.CounterVec {
	total := promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_wanted_requests_total",
		Help: "Requests for services that the catalogue lacks, by outcome: counted, repeat (of a network that day), ignored (no name), limited, full (too many texts that day).",
	}, []string{"outcome"})
	for _, outcome := range []string{outcomeCounted, outcomeRepeat, outcomeIgnored, outcomeLimited, outcomeFull} {
		total.WithLabelValues(outcome)
	}
	return total
}
