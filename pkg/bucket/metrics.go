package bucket

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/open-downpour/downpour/pkg/metrics"
)

// Values of the label "script".
const (
	scriptAdd   = "add"
	scriptUndo  = "undo"
	scriptMove  = "move"
	scriptProbe = "probe"
)

var scriptDuration = newScriptDuration()

// newScriptDuration starts every series at 0, so that its first increase is seen.
func newScriptDuration() *prometheus.HistogramVec {
	duration := promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "downpour_bucket_script_duration_seconds",
		Help:    "Round trips to Redis that run a script, by script: add (one batch of reports), undo, move, probe (a trial write).",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"script"})
	for _, script := range []string{scriptAdd, scriptUndo, scriptMove, scriptProbe} {
		duration.WithLabelValues(script)
	}
	return duration
}

// Values of the label "reason".
const (
	readUnknown = "unknown"
	readDiffers = "differs"
)

var windowReads = metrics.NewCounters(
	"downpour_bucket_window_reads_total",
	"Minutes whose counters were read as a whole into the live window, by reason: unknown (the report log did not have all of their changes), differs (they were other than the log said, as after a failover of Redis).",
	"reason", readUnknown, readDiffers)

// timeScript starts a clock; the function that it returns stops it.
func timeScript(script string) (stop func()) {
	began := time.Now()
	return func() { scriptDuration.WithLabelValues(script).Observe(time.Since(began).Seconds()) }
}

// oldestEvery is how often the oldest record of the log is read. The reply contains its
// rows, which may be many.
const oldestEvery = 5 * time.Second

// measureLog stores the length of the log and, every oldestEvery, the time of its oldest
// record.
func (s *Store) measureLog(ctx context.Context, length int64) {
	s.logLength.Store(length)
	if length == 0 {
		s.logOldest.Store(0)
		return
	}
	now := time.Now().UnixMilli()
	if s.logOldest.Load() != 0 && now-s.logRead.Load() < oldestEvery.Milliseconds() {
		return
	}
	if oldest, err := s.Redis.oldest(ctx); err == nil { // an error of Redis is counted by its client
		s.logRead.Store(now)
		s.logOldest.Store(oldest)
	}
}

// Metrics are the metrics of the queue and the log, as last measured, so that a scrape
// costs no round trip.
func (s *Store) Metrics() []prometheus.Collector {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	return []prometheus.Collector{
		gauge("downpour_bucket_queue_reports", "Reports that wait in this server for a round trip to Redis.",
			func() float64 { return float64(s.queued()) }),
		gauge("downpour_bucket_queue_limit_reports", "Reports that may wait; beyond it they are refused.",
			func() float64 { return float64(s.Queue) }),
		gauge("downpour_bucket_log_records", "Records of the report log in Redis that are not archived yet. All servers on one Redis show the same log.",
			func() float64 { return float64(s.logLength.Load()) }),
		gauge("downpour_bucket_log_limit_records", "Records that the report log may hold; beyond it reports are refused.",
			func() float64 { return float64(s.LogLimit) }),
		gauge("downpour_bucket_log_oldest_age_seconds", "Archive lag: age of the oldest record of the report log that is not archived yet, 0 without one.", s.oldestAge),
	}
}

// oldestAge is in seconds. The record has the time of Redis, compared with this server's
// clock.
func (s *Store) oldestAge() float64 {
	oldest := s.logOldest.Load()
	if oldest == 0 {
		return 0
	}
	return max(0, time.Since(time.UnixMilli(oldest)).Seconds())
}
