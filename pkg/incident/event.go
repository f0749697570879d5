package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Maximum times between the openings of incidents of one wider event.
const (
	familyWithin = 10 * time.Minute // siblings of a family
	globalWithin = 15 * time.Minute // a service, or a family, in several countries
	causedWithin = time.Hour        // a cause and its collateral incidents
)

// Events returns the ids of wider events by the ids of the incidents that are part of
// one: a service in several countries, siblings of a family, a service and its collateral
// incidents. An event id derives from what its incidents have in common and the first
// opening, so that a replay gives the same. The order of the incidents does not matter.
func Events(relations Relations, incidents []outage.Incident) map[string]string {
	sorted := slices.Clone(incidents)
	slices.SortFunc(sorted, func(a, b outage.Incident) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	groups := make([]int, len(sorted)) // by incident, the first of its group
	for i := range sorted {
		groups[i] = i
		for k := range i {
			if groups[k] != groups[i] && linked(relations, &sorted[k], &sorted[i]) {
				from, to := max(groups[i], groups[k]), min(groups[i], groups[k])
				for at := range groups[:i+1] {
					if groups[at] == from {
						groups[at] = to
					}
				}
			}
		}
	}
	members := map[int][]*outage.Incident{}
	for i, group := range groups {
		members[group] = append(members[group], &sorted[i])
	}
	events := map[string]string{}
	for _, group := range members {
		if len(group) < 2 {
			continue
		}
		id := eventID(relations, group)
		for _, in := range group {
			events[in.ID] = id
		}
	}
	return events
}

// linked reports whether two incidents, the earlier first, are of one event. A collateral
// incident belongs to the event of its cause, not to that of its siblings.
func linked(relations Relations, a, b *outage.Incident) bool {
	apart := b.OpenedAt.Sub(a.OpenedAt)
	if a.Country != b.Country {
		return apart <= globalWithin && a.Cause == "" && b.Cause == "" && (a.Service == b.Service || sameFamily(relations, a.Service, b.Service))
	}
	if a.Cause == b.Service || b.Cause == a.Service {
		return apart <= causedWithin
	}
	if a.Cause != "" && a.Cause == b.Cause { // the cause may have no incident
		return apart <= causedWithin
	}
	return apart <= familyWithin && a.Cause == "" && b.Cause == "" && sameFamily(relations, a.Service, b.Service)
}

// sameFamily reports whether two services are siblings of one family.
func sameFamily(relations Relations, a, b string) bool {
	of, _ := relations.Service(a)
	other, _ := relations.Service(b)
	return a != b && of.Family != "" && of.Family == other.Family
}

// eventID is made of the one service that failed in a group, or its family, the country
// where there is only one, and the first opening. A group of one failed service and its
// collateral incidents in one country has a suffix, because its id would otherwise be
// that of the service's incident.
func eventID(relations Relations, group []*outage.Incident) string {
	name, country, siblings := "", group[0].Country, false
	for _, in := range group {
		if in.Country != country {
			country = ""
		}
		switch {
		case in.Cause != "" && name == "":
			name = in.Cause
		case in.Cause == "" && !siblings && sameFamily(relations, name, in.Service):
			of, _ := relations.Service(in.Service)
			name, siblings = of.Family, true
		case in.Cause == "" && !siblings:
			name = in.Service
		}
	}
	if country != "" {
		if !siblings {
			name += "-and-others"
		}
		name += "-" + strings.ToLower(string(country))
	}
	return name + "-" + group[0].OpenedAt.UTC().Format("20060102T1504Z")
}
