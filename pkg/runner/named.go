package runner

import (
	"context"

	"github.com/open-downpour/downpour/pkg/outage"
)

// addNamed adds who named which access network and which symptom to the counts of a
// span, by minute: to the first count of each service and country that has reporters.
func addNamed(ctx context.Context, source Source, span outage.Span, minutes map[outage.Minute][]outage.Judged) error {
	first := firstCounts(minutes)
	for _, query := range []outage.Query{{Span: span, Step: 1, ByNetwork: true}, {Span: span, Step: 1, BySymptom: true}} {
		counts, err := source.Counts(ctx, query)
		if err != nil {
			return err
		}
		for _, c := range counts {
			to := first[servicePlace{c.Service, c.Country, c.Start}]
			if to == nil || c.Kind != outage.Problem || c.Judged <= 0 {
				continue
			}
			switch {
			case query.ByNetwork && c.Network != "":
				to.Access = append(to.Access, outage.AccessCount{Network: c.Network, Reporters: c.Judged})
			case query.BySymptom && c.Symptom != "":
				to.Symptoms = append(to.Symptoms, outage.SymptomCount{Symptom: c.Symptom, Reporters: c.Judged})
			}
		}
	}
	return nil
}

// servicePlace is a service in a country in one minute.
type servicePlace struct {
	service string
	country outage.Country
	minute  outage.Minute
}

func firstCounts(minutes map[outage.Minute][]outage.Judged) map[servicePlace]*outage.Judged {
	first := map[servicePlace]*outage.Judged{}
	for minute, counts := range minutes {
		for i := range counts {
			at := servicePlace{counts[i].Service, counts[i].Country, minute}
			if first[at] == nil && counts[i].Reporters > 0 {
				first[at] = &counts[i]
			}
		}
	}
	return first
}
