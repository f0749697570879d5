package httpcache

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var lookups = promauto.NewCounterVec(prometheus.CounterOpts{
	Name: "downpour_httpcache_lookups_total",
	Help: "Answers that were asked of a response cache: hit was there, miss was made or waited for.",
}, []string{"cache", "result"})

// results are the series of a cache. Finding them by their labels for each lookup would take
// as long as the lookup.
type results struct{ hits, misses prometheus.Counter }

func newResults(cache string) results {
	return results{lookups.WithLabelValues(cache, "hit"), lookups.WithLabelValues(cache, "miss")}
}
