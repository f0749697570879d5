package live

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	refusedTotal = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_live_refused_streams_total",
		Help: "Streams that were refused because the server held as many as it may.",
	})
	cutOffTotal = promauto.NewCounter(prometheus.CounterOpts{
		Name: "downpour_live_cut_off_streams_total",
		Help: "Streams that were closed because their reader was too slow.",
	})
)

// Metrics are the metrics of a hub.
func (h *Hub) Metrics() []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "downpour_live_streams", Help: "Open streams of events.",
		}, func() float64 {
			h.mutex.Lock()
			defer h.mutex.Unlock()
			return float64(len(h.streams))
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "downpour_live_limit_streams", Help: "Streams that may be open at a time.",
		}, func() float64 { return float64(h.most) }),
	}
}
