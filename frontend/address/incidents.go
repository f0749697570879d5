package address

import (
	"net/url"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// IncidentQuery is the filter of the list of incidents, besides the country.
type IncidentQuery struct {
	Service string
	State   outage.State
	Cursor  string
}

// ListedStates are those that the form offers.
var ListedStates = []outage.State{outage.StateOpen, outage.StateRecovering, outage.StateResolved}

// ParseIncidentQuery reads the query of a list. The error names the parameter.
func ParseIncidentQuery(services Services, of parameter) (IncidentQuery, error) {
	filter := IncidentQuery{State: outage.State(of("state")), Cursor: of("cursor")}
	if filter.State != "" && !slices.Contains(ListedStates, filter.State) {
		return filter, outage.Invalid("state", "It must be open, recovering or resolved.")
	}
	if slug := of("service"); slug != "" {
		service, ok := services.Service(slug)
		if !ok {
			return filter, outage.Unknown("service", "There is no such service.")
		}
		filter.Service = service.Slug
	}
	return filter, nil
}

// Query is the list's part of an address, "" for all incidents.
func (q IncidentQuery) Query() string {
	values := url.Values{}
	for name, value := range map[string]string{"service": q.Service, "state": string(q.State), "cursor": q.Cursor} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

func (q IncidentQuery) WithCursor(cursor string) IncidentQuery { q.Cursor = cursor; return q }
