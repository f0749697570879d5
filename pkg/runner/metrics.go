package runner

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var tickDuration = promauto.NewHistogram(prometheus.HistogramOpts{
	Name:    "downpour_runner_tick_duration_seconds",
	Help:    "Judging one closed minute of all services in the live detector.",
	Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
})

var (
	lagDesc = prometheus.NewDesc("downpour_runner_lag_seconds",
		"Time since the end of the last minute that was judged: 20 to 80 in normal operation. Absent before the first minute.", nil, nil)
	leaderDesc = prometheus.NewDesc("downpour_runner_leader",
		"1 on the server that detects, 0 on those that follow it.", nil, nil)
)

// Metrics are the metrics of the live detector.
func (l *Live) Metrics() []prometheus.Collector { return []prometheus.Collector{liveMetrics{l}} }

type liveMetrics struct{ live *Live }

// Describe lists the metrics.
func (liveMetrics) Describe(descs chan<- *prometheus.Desc) {
	descs <- lagDesc
	descs <- leaderDesc
}

// Collect reads the state of the detector.
func (m liveMetrics) Collect(metrics chan<- prometheus.Metric) {
	leader := 0.
	if m.live.Leads() {
		leader = 1
	}
	metrics <- prometheus.MustNewConstMetric(leaderDesc, prometheus.GaugeValue, leader)
	if view := m.live.View(); view != nil {
		lag := m.live.config.Now().Sub((view.Minute + 1).Time()).Seconds()
		metrics <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, lag)
	}
}
