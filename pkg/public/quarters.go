package public

import (
	"context"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// quarter is one quarter hour of one service in one country, as counted.
type quarter struct {
	service string
	country outage.Country
	start   outage.Minute
	counts  []outage.Count
	open    bool // the quarter hour is under way
}

type quarterKey struct {
	start   outage.Minute
	service string
	country outage.Country
}

// quarters reads the query's span, a run of whole quarter hours, and gives
// them one by one, oldest first.
func (s *Snapshot) quarters(ctx context.Context, query outage.Query, each func(quarter)) error {
	opens := outage.MinuteOf(s.at).Floor(outage.Quarter)
	query.Step = outage.Quarter
	counts, err := s.counts(ctx, query)
	if err != nil {
		return err
	}
	for _, q := range splitQuarters(counts) {
		// A clock ahead of ours may have begun the next quarter hour.
		q.open = q.start >= opens
		each(q)
	}
	return nil
}

func splitQuarters(counts []outage.Count) []quarter {
	parts := map[quarterKey]*quarter{}
	for _, count := range counts {
		key := quarterKey{count.Start.Floor(outage.Quarter), count.Service, count.Country}
		part, ok := parts[key]
		if !ok {
			part = &quarter{service: key.service, country: key.country, start: key.start}
			parts[key] = part
		}
		part.counts = append(part.counts, count)
	}
	quarters := make([]quarter, 0, len(parts))
	for _, part := range parts {
		quarters = append(quarters, *part)
	}
	slices.SortFunc(quarters, func(a, b quarter) int { return int(a.start - b.start) })
	return quarters
}
