package public

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// tick is how long what is told of all services together stands. The hot window
// moves on once a second, so this adds one.
const tick = 2 * time.Second

// moment is a reading of all services at once, which every page and every list
// needs parts of. It is made from memory, by the first who asks after a tick;
// who asks meanwhile waits for it.
type moment[T any] struct {
	mutex sync.Mutex
	made  time.Time
	value T
}

// at is the reading that stands now.
func (m *moment[T]) at(now time.Time, read func() (T, error)) (T, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if !m.made.IsZero() && !now.Before(m.made) && now.Sub(m.made) < tick {
		return m.value, nil
	}
	value, err := read()
	if err != nil {
		return value, err
	}
	m.made, m.value = now, value
	return value, nil
}

// observation is what came about a service in a country in the last minutes.
type observation struct {
	reports, networks int64
	judged            float64
}

// Health is a service in a country now.
func (r *Reader) Health(ctx context.Context, service string, country outage.Country) (outage.Health, error) {
	all, err := r.observed.at(r.now(), func() (map[serviceIn]observation, error) { return r.observe(ctx) })
	now := all[serviceIn{service, country}]
	health := outage.Health{
		Status: outage.StatusUnknown, Observed: int64(math.Round(now.judged)), Reports: now.reports, Networks: now.networks,
	}
	if watch, ok := r.view().Watch(service, country); ok {
		expected := watch.Baseline.Mean * outage.HealthMinutes
		health.Expected = &expected
		health.Status = watch.Status(health.Observed)
		health.Incident = watch.Incident
		if health.Status == outage.StatusNormal && r.outdated() {
			health.Status = outage.StatusUnknown
		}
	}
	return health, err
}

// observe counts the last minutes of every service in each country. A network is
// counted once in an aligned half hour, so those are counted from the beginning
// of the half hour in which the last minutes began.
func (r *Reader) observe(ctx context.Context) (map[serviceIn]observation, error) {
	now := outage.MinuteOf(r.now())
	from := now + 1 - outage.HealthMinutes
	const halfHour = outage.Minute(outage.HalfHour / time.Minute)
	observed := map[serviceIn]observation{}
	for _, span := range []outage.Span{{From: from.Floor(int(halfHour)), To: from}, {From: from, To: now + 1}} {
		counts, err := r.hot.Counts(ctx, outage.Query{Span: span})
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

// Day is the last day of a service in both countries.
func (r *Reader) Day(ctx context.Context, service string) (outage.Day, error) {
	days, err := r.days.at(r.now(), func() (map[string]outage.Day, error) { return r.readDays(ctx) })
	return days[service], err
}

// readDays reads the last day of every service. It asks for an hour at a time:
// the sums of a day by five minutes would take far more memory than its hours.
func (r *Reader) readDays(ctx context.Context) (map[string]outage.Day, error) {
	span := outage.DayOf(outage.MinuteOf(r.now()))
	days := map[string]outage.Day{}
	for hour := range outage.Hours {
		from := span.From + outage.Minute(hour*60)
		counts, err := r.counts(ctx, outage.Query{Span: outage.Span{From: from, To: from + 60}})
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
