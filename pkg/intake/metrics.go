package intake

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Values of the label "source".
const (
	sourceReport = "report" // a request with one report
	sourceLine   = "line"   // a line of a batch
	sourceBatch  = "batch"  // a batch as a whole
)

// Values of the label "outcome".
const (
	outcomeCounted   = "counted"
	outcomeRepeat    = "repeat"
	outcomeDuplicate = "duplicate"
)

var (
	reportsTotal  = newReportsTotal()
	refusalsTotal = newRefusalsTotal()
)

// newReportsTotal starts every series at 0, so that its first increase is seen.
func newReportsTotal() *prometheus.CounterVec {
	total := promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_intake_reports_total",
		Help: "Reports that were accepted, by source (report, or line of a batch) and outcome: counted, repeat (within the half hour), duplicate (accepted before).",
	}, []string{"source", "outcome"})
	for _, source := range []string{sourceReport, sourceLine} {
		for _, outcome := range []string{outcomeCounted, outcomeRepeat, outcomeDuplicate} {
			total.WithLabelValues(source, outcome)
		}
	}
	return total
}

func newRefusalsTotal() *prometheus.CounterVec {
	total := promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "downpour_intake_refusals_total",
		Help: "Reports, lines of batches and whole batches that were refused, by source and problem code.",
	}, []string{"source", "code"})
	for _, code := range []outage.Code{
		outage.CodeInvalid, outage.CodeUnknown, outage.CodeLimited, outage.CodeConflict, outage.CodeTooLarge,
		outage.CodeUnavailable, outage.CodeOutcomeUnknown, outage.CodeInternal,
	} {
		total.WithLabelValues(sourceReport, string(code))
	}
	return total
}

// countRefusal counts an error, which may be nil.
func countRefusal(source string, err error) {
	if err == nil {
		return
	}
	code := outage.CodeInternal
	if known := outage.AsError(err); known != nil {
		code = known.Code
	}
	refusalsTotal.WithLabelValues(source, string(code)).Inc()
}

func countReport(counted bool) {
	outcome := outcomeRepeat
	if counted {
		outcome = outcomeCounted
	}
	reportsTotal.WithLabelValues(sourceReport, outcome).Inc()
}

func countBatch(receipt outage.BatchReceipt) {
	for outcome, n := range map[string]int{
		outcomeCounted: receipt.Counted, outcomeRepeat: receipt.Accepted - receipt.Counted, outcomeDuplicate: receipt.Duplicate,
	} {
		reportsTotal.WithLabelValues(sourceLine, outcome).Add(float64(n))
	}
	for _, rejected := range receipt.Rejected {
		countRefusal(sourceLine, rejected)
	}
}
