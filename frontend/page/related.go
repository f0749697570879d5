package page

import (
	"context"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// related is the related services that have more reports than usual, those that
// have not, and the probable cause.
type related struct {
	Heading    string
	Blame      []blame
	Affected   []link
	Unaffected []link
}

// blame names another service as the probable cause, with the evidence.
type blame struct {
	Text, Path string // of the incident
	Reasons    []string
}

// Any reports whether there is anything to show.
func (r related) Any() bool { return len(r.Blame)+len(r.Affected)+len(r.Unaffected) > 0 }

// related reads the status of related services. Those of unknown status are not
// listed, because no reports do not prove that a service works.
func (page *servicePage) related(ctx context.Context, service outage.Service) related {
	found := related{Heading: page.T("related.heading", "service", page.Name)}
	for _, v := range page.Verdicts {
		if in := v.health.Incident; in != nil && in.Blamed() != "" {
			found.Blame = append(found.Blame, page.words.blame(*in))
		}
	}
	for _, neighbour := range page.builder.config.Services.Services() {
		if !near(service, neighbour) {
			continue
		}
		for _, v := range page.verdicts(ctx, neighbour) {
			name := page.ServiceName(neighbour)
			if page.At.Country == "" {
				name = page.T("incident.of.service", "service", name, "in", page.InCountry(v.Country))
			}
			to := link{Path: v.Path, Text: name, Lang: page.LangOf(neighbour.Names)}
			switch {
			case v.Notable():
				found.Affected = append(found.Affected, to)
			case v.Status == outage.StatusNormal:
				found.Unaffected = append(found.Unaffected, to)
			}
		}
	}
	return found
}

// near reports whether two services are related: by family, provider or
// dependency.
func near(a, b outage.Service) bool {
	return a.Slug != b.Slug && (a.Family != "" && a.Family == b.Family ||
		a.Provider != "" && a.Provider == b.Provider ||
		slices.Contains(a.DependsOn, b.Slug) || slices.Contains(b.DependsOn, a.Slug))
}

// blame formats the verdict on an incident.
func (w *wording) blame(in public.Incident) blame {
	name, cause := w.serviceNamed(in.Service), w.serviceNamed(in.Cause)
	result := blame{Text: w.T("incident.cause", "service", name, "cause", cause), Path: w.incidentPath(in.ID)}
	for _, reason := range in.Reasons {
		if key := "reason." + string(reason); w.Has(key) {
			result.Reasons = append(result.Reasons, w.T(key, "service", name, "cause", cause))
		}
	}
	return result
}
