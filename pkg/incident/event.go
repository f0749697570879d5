package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Within these times of each other, incidents that belong together make one
// wider event.
const (
	familyWithin = 10 * time.Minute // siblings of a family
	globalWithin = 15 * time.Minute // a service, or a family, in both countries
	causedWithin = time.Hour        // what broke and what is named because of it
)

// Events gives the id of the wider event, by id of incident, to those incidents
// that belong to one: a service in both countries, siblings of a family, a
// service and those that are only named because of it. The id derives from what
// they have in common and the first opening, so a replay gives the same. The
// order of the incidents does not matter.
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

// linked says whether two incidents, the earlier first, are of one event. A
// sibling that is only named because something else broke is no sick sibling:
// it belongs to its cause's event.
func linked(relations Relations, a, b *outage.Incident) bool {
	apart := b.OpenedAt.Sub(a.OpenedAt)
	if a.Country != b.Country {
		return apart <= globalWithin && a.Cause == "" && b.Cause == "" && (a.Service == b.Service || sameFamily(relations, a.Service, b.Service))
	}
	if a.Cause == b.Service || b.Cause == a.Service {
		return apart <= causedWithin
	}
	if a.Cause != "" && a.Cause == b.Cause { // what broke may be no incident itself
		return apart <= causedWithin
	}
	return apart <= familyWithin && a.Cause == "" && b.Cause == "" && sameFamily(relations, a.Service, b.Service)
}

// sameFamily says whether two services are siblings of one family.
func sameFamily(relations Relations, a, b string) bool {
	of, _ := relations.Service(a)
	other, _ := relations.Service(b)
	return a != b && of.Family != "" && of.Family == other.Family
}

// eventID names a group after the one service that broke in it, or after its
// family, and after its country where it has but one. A country's group of one
// broken service and what is named with it says so, or it would be taken for
// the incident of that service.
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
