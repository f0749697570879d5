package catalog

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// need is a line that says that a service depends on another.
type need struct {
	entry
	slug, on string
}

// dependencies checks the needs that were read, once all services are known: a
// service may stand below the one that depends on it. Of a circle the line that
// closes it is the fault.
func (r *reader) dependencies(services []outage.Service) {
	known := make(map[string][]string, len(services)) // what each service depends on, as far as it is sound
	for _, service := range services {
		known[service.Slug] = service.DependsOn
	}
	for _, need := range r.needs {
		known[need.slug] = nil
	}
	for _, need := range r.needs {
		_, exists := known[need.on]
		back := way(known, need.on, need.slug, make(map[string]bool))
		switch {
		case need.on == need.slug:
			r.add(need.line, need.path, "%s cannot depend on itself", need.slug)
		case !exists:
			r.add(need.line, need.path, "there is no service %q", need.on)
		case slices.Contains(known[need.slug], need.on):
			r.add(need.line, need.path, "%s stands twice", need.on)
		case back != nil:
			r.add(need.line, need.path, "closes a circle: %s", strings.Join(append([]string{need.slug}, back...), ", "))
		default:
			known[need.slug] = append(known[need.slug], need.on)
		}
	}
}

// way is the services passed when dependencies are followed from one to
// another, both included, nil when that is not possible. The services in tried
// are known not to lead there.
func way(known map[string][]string, from, to string, tried map[string]bool) []string {
	if from == to {
		return []string{to}
	}
	tried[from] = true
	for _, next := range known[from] {
		if tried[next] {
			continue
		}
		if rest := way(known, next, to, tried); rest != nil {
			return append([]string{from}, rest...)
		}
	}
	return nil
}
