package archive

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/open-downpour/downpour/pkg/metrics"
)

// Values of the label "operation".
const (
	operationQuery     = "query"
	operationInsert    = "insert"
	operationStatement = "statement"
	operationPing      = "ping"
)

// Values of the label "result" of repairs.
const (
	repairMade   = "made"
	repairFailed = "failed"
)

var (
	rowsTotal = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_archive_rows_total",
		Help: "Reports and retractions that this server moved from the report log into ClickHouse.",
	})
	insertDuration = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "downpour_archive_insert_duration_seconds",
		Help:    "Inserts of one batch of the report log into ClickHouse, failed ones included.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	})
	repairsTotal = metrics.NewCounters(
		"downpour_archive_repairs_total",
		"Tries to make tables again that ClickHouse has lost, with its disk or its database, by result: made (empty: the rows that they had are missing), failed.",
		"result", repairMade, repairFailed)
	errorsTotal = metrics.NewCounters(
		"downpour_archive_errors_total",
		"Errors of ClickHouse, by operation: query, insert, statement, ping (a trial read).",
		"operation", operationQuery, operationInsert, operationStatement, operationPing)
	cacheLookupsTotal = metrics.NewCounters(
		"downpour_archive_cache_lookups_total",
		"Reads of the past by result: hit (answered from the cache), shared (waited for the same query of another reader), miss (ran a query, or was refused).",
		"result", lookupHit, lookupShared, lookupMiss)
)

// Values of the label "result".
const (
	lookupHit    = "hit"
	lookupShared = "shared"
	lookupMiss   = "miss"
)

// countError counts an error of ClickHouse, and returns it. A caller that left is
// none.
func countError(operation string, err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		errorsTotal.WithLabelValues(operation).Inc()
	}
	return err
}

// timeInsert starts a clock; the function that it returns stops it.
func timeInsert() (stop func()) {
	began := time.Now()
	return func() { insertDuration.Observe(time.Since(began).Seconds()) }
}

// Metrics are those of an archiver.
func (a *Archiver) Metrics() []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "downpour_archive_failing",
			Help: "1 while the last try to move a batch from the report log into ClickHouse failed, else 0.",
		}, func() float64 {
			if a.Failing() != nil {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "downpour_archive_damaged_parts",
			Help: "Parts of tables that ClickHouse could not read and put aside; their rows are missing from answers.",
		}, func() float64 { return float64(a.Damaged()) }),
	}
}
