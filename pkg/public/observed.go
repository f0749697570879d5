package public

import (
	"context"
	"math"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// observation is what came about a service in a country in the last minutes.
type observation struct {
	reports, networks int64
	judged            float64
}

// Health is a service in a country now.
func (s *Snapshot) Health(ctx context.Context, service string, country outage.Country) (Health, error) {
	all, err := s.observed.get(func() (map[serviceIn]observation, error) { return s.observe(ctx) })
	now := all[serviceIn{service, country}]
	health := Health{
		AsOf: s.AsOf(), Window: outage.HealthMinutes * time.Minute, Status: outage.StatusUnknown,
		Observed: int64(math.Round(now.judged)), Reports: now.reports, Networks: now.networks,
	}
	if watch, ok := s.view.Watch(service, country); ok {
		expected := watch.Baseline.Mean * outage.HealthMinutes
		health.Expected = &expected
		health.Status, health.KnownIn = watch.Status(health.Observed), watch.KnownIn
		if watch.Incident != nil {
			for _, in := range append([]*outage.Incident{watch.Incident}, watch.Others...) {
				health.Incidents = append(health.Incidents, withoutPlaces(in))
			}
			health.Incident = &health.Incidents[0]
		}
		if health.Status == outage.StatusNormal && s.outdated {
			health.Status = outage.StatusUnknown
		}
	}
	return health, err
}

// observe counts the last minutes of every service in each country. A network is
// counted once in an aligned half hour, so those are counted from the beginning
// of the half hour in which the last minutes began.
func (s *Snapshot) observe(ctx context.Context) (map[serviceIn]observation, error) {
	now := outage.MinuteOf(s.at)
	from := now + 1 - outage.HealthMinutes
	const halfHour = outage.Minute(outage.HalfHour / time.Minute)
	observed := map[serviceIn]observation{}
	for _, span := range []outage.Span{{From: from.Floor(int(halfHour)), To: from}, {From: from, To: now + 1}} {
		counts, err := s.hot.Counts(ctx, outage.Query{Span: span})
		if err != nil {
			return observed, err
		}
		for _, count := range counts {
			if count.Kind != outage.Problem {
				continue
			}
			key := serviceIn{count.Service, count.Country}
			sum := observed[key]
			sum.networks += count.Prefixes
			if span.From == from {
				sum.reports, sum.judged = sum.reports+count.N, sum.judged+count.Judged
			}
			observed[key] = sum
		}
	}
	return observed, nil
}

// Day is the last day of a service in all countries.
func (s *Snapshot) Day(ctx context.Context, service string) (Day, error) {
	days, err := s.days.get(func() (map[string]Day, error) { return s.readDays(ctx) })
	return days[service], err
}

// readDays reads the last day of every service. It asks for an hour at a time:
// the sums of a day by five minutes would take far more memory than its hours.
func (s *Snapshot) readDays(ctx context.Context) (map[string]Day, error) {
	span := DayOf(outage.MinuteOf(s.at))
	days := map[string]Day{}
	for hour := range Hours {
		from := span.From + outage.Minute(hour*60)
		counts, err := s.counts(ctx, outage.Query{Span: outage.Span{From: from, To: from + 60}})
		if err != nil {
			return nil, err
		}
		for _, count := range counts {
			if count.Kind == outage.Problem {
				day := days[count.Service]
				day[hour] += count.N
				days[count.Service] = day
			}
		}
	}
	return days, nil
}
