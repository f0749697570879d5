package public

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/open-downpour/downpour/pkg/outage"
)

var (
	ofCountry   = []string{"service", "country"}
	reportsDesc = prometheus.NewDesc("downpour_public_reports",
		"Counted problem reports of the last 10 minutes, as the public API shows them.", ofCountry, nil)
	observedDesc = prometheus.NewDesc("downpour_public_observed",
		"Judged reporters of the last 10 minutes, after the caps per network, as the public API shows them.", ofCountry, nil)
	expectedDesc = prometheus.NewDesc("downpour_public_expected",
		"Reporters that are normal for the last 10 minutes. Absent while no baseline is known.", ofCountry, nil)
	statusDesc = prometheus.NewDesc("downpour_public_status",
		"1 for the present status, 0 for the others: outage, elevated, normal, unknown.", append(ofCountry, "status"), nil)
)

var statuses = []outage.Status{outage.StatusOutage, outage.StatusElevated, outage.StatusNormal, outage.StatusUnknown}

// Metrics are the public numbers of services by country. A scrape reads what Health
// gives, which is made at most once in a tick for all who ask; it holds nothing
// below country level.
func (r *Reader) Metrics(services []outage.Service) []prometheus.Collector {
	return []prometheus.Collector{healthMetrics{r, services}}
}

type healthMetrics struct {
	reader   *Reader
	services []outage.Service
}

// Describe lists the metrics.
func (healthMetrics) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{reportsDesc, observedDesc, expectedDesc, statusDesc} {
		descs <- desc
	}
}

// Collect reads the health of every service in the countries where it is used.
func (m healthMetrics) Collect(metrics chan<- prometheus.Metric) {
	for _, service := range m.services {
		used := service.Country
		if len(used) == 0 {
			used = outage.Countries()
		}
		for _, country := range used {
			health, err := m.reader.Health(context.Background(), service.Slug, country)
			if err != nil {
				return // the others are of the same reading
			}
			gauges(metrics, health, service.Slug, string(country))
		}
	}
}

func gauges(metrics chan<- prometheus.Metric, health Health, labels ...string) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(reportsDesc, float64(health.Reports), labels...)
	gauge(observedDesc, float64(health.Observed), labels...)
	if health.Expected != nil {
		gauge(expectedDesc, *health.Expected, labels...)
	}
	for _, status := range statuses {
		value := 0.
		if status == health.Status {
			value = 1
		}
		gauge(statusDesc, value, append(labels[:2:2], string(status))...)
	}
}
