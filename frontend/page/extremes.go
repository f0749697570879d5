package page

import (
	"context"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// extremes are where a service is hit most and least over a span; none while that
// cannot be read. All that a page says of worst places is from here.
func (r *reader) extremes(ctx context.Context, service string, country outage.Country, span outage.Span) public.Extremes {
	found, err := r.readings.Extremes(ctx, service, country, span)
	if err != nil {
		r.fresh.partial = true
		r.log.Warn("reading for a page", "what", "worst places", "error", err)
	}
	return found
}

// worstOf are those of an incident.
func (r *reader) worstOf(ctx context.Context, in public.Incident) public.Extremes {
	return r.extremes(ctx, in.Service, in.Country, in.WorstIn(r.asOf))
}

// extremeTexts name the towns where a map shows most and least.
func (q *request) extremeTexts(where public.Extremes) (worst, spared string) {
	if len(where.Worst) == 0 {
		return "", ""
	}
	if len(where.Least) > 0 {
		spared = q.T("map.spared", "places", q.townNames(where.Least))
	}
	return q.T("map.worst", "places", q.townNames(where.Worst)), spared
}

func (q *request) townNames(towns []outage.Town) string {
	var names []string
	for _, town := range towns {
		names = append(names, town.NameIn(q.Lang()))
	}
	return strings.Join(names, ", ")
}
