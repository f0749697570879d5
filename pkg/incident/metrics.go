package incident

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Metrics are the metrics of the repository.
func (r *Repository) Metrics() []prometheus.Collector {
	collectors := []prometheus.Collector{prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "downpour_incident_unsaved_incidents",
		Help: "Incidents with a change that is not in the archive yet.",
	}, func() float64 {
		r.mutex.RLock()
		defer r.mutex.RUnlock()
		return float64(len(r.unflushed))
	})}
	for _, state := range []outage.State{outage.StateOpen, outage.StateRecovering, outage.StateResolved} {
		collectors = append(collectors, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "downpour_incident_incidents",
			Help:        "Known incidents, by state: open, recovering, resolved.",
			ConstLabels: prometheus.Labels{"state": string(state)},
		}, func() float64 { return float64(r.count(state)) }))
	}
	return collectors
}

// count is the number of incidents in a state.
func (r *Repository) count(state outage.State) (n int) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	for _, record := range r.records {
		if record.State == state {
			n++
		}
	}
	return n
}
