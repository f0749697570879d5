package public

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Group is the incidents of one service in one country that go on, or went on, at
// the same time: one event to a reader. The largest comes first. A group has at
// least one incident.
type Group []Incident

// GroupsOf divides a list into groups. They are in the order in which the list first
// names them, but each that another service probably caused stands behind that.
func GroupsOf(list []Incident) []Group {
	var groups []Group
	for _, in := range list {
		at := slices.IndexFunc(groups, func(g Group) bool { return g.takes(in) })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], in)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, bySize)
	}
	return Behind(groups, func(g, cause Group) bool { return g.Lead().CausedBy(cause.Lead()) })
}

// takes reports whether an incident belongs to a group: those that go on do, and
// of the ended ones those that overlap with one of it.
func (g Group) takes(in Incident) bool {
	return slices.ContainsFunc(g, func(of Incident) bool {
		return of.Service == in.Service && of.Country == in.Country && of.Over() == in.Over() && of.overlaps(in)
	})
}

// Lead is the largest incident of a group.
func (g Group) Lead() Incident { return g[0] }

// Whole is what a group amounts to as one incident: the largest of them, from the
// first beginning to the last end, with the worst severity and the highest ratio.
// It goes on while any of them does not fall.
func (g Group) Whole() Incident {
	whole := g.Lead()
	for _, in := range g[1:] {
		whole.Since, whole.Peak = min(whole.Since, in.Since), max(whole.Peak, in.Peak)
		if in.OpenedAt.Before(whole.OpenedAt) {
			whole.OpenedAt = in.OpenedAt
		}
		if whole.Over() && in.ClosedAt.After(whole.ClosedAt) {
			whole.ClosedAt = in.ClosedAt
		}
		if in.State == outage.StateOpen {
			whole.State = in.State
		}
		if severities[in.Severity] < severities[whole.Severity] {
			whole.Severity = in.Severity
		}
	}
	return whole
}

// severities orders them, the worst first.
var severities = map[outage.Severity]int{outage.SeverityCritical: 0, outage.SeverityMajor: 1, outage.SeverityMinor: 2}

// EventsOf names the event that each incident of a list belongs to, by the id of
// the incident: its wider event where it has one; else, of incidents that one
// service has in a country at the same time, the one that opened first. One that
// stands alone has none. Ids stay while incidents end and others open.
func EventsOf(list []Incident) map[string]string {
	opened := slices.Clone(list)
	slices.SortStableFunc(opened, func(a, b Incident) int { return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID)) })
	first := map[string]string{} // by incident, the one that opened first
	members := map[string]int{}
	for i, in := range opened {
		first[in.ID] = in.ID
		before := slices.IndexFunc(opened[:i], func(of Incident) bool {
			return of.Service == in.Service && of.Country == in.Country && of.end().After(in.OpenedAt)
		})
		if before >= 0 {
			first[in.ID] = first[opened[before].ID]
		}
		members[first[in.ID]]++
	}
	events := map[string]string{}
	for _, in := range list {
		if in.Parent != "" {
			events[in.ID] = in.Parent
		} else if members[first[in.ID]] > 1 {
			events[in.ID] = first[in.ID]
		}
	}
	return events
}

// BySeverity orders incidents by severity, then by the present ratio, the worst
// first.
func BySeverity(a, b Incident) int {
	return cmp.Or(cmp.Compare(severities[a.Severity], severities[b.Severity]), cmp.Compare(b.Ratio, a.Ratio))
}

// bySize orders incidents by the reporters beyond the expected in their footprints,
// the largest first; one of the whole country is larger than any other.
func bySize(a, b Incident) int {
	whole := func(in Incident) int {
		return map[bool]int{true: 0, false: 1}[in.Footprint.Scope == outage.ScopeCountry]
	}
	return cmp.Or(
		cmp.Compare(whole(a), whole(b)),
		cmp.Compare(b.Footprint.weight(), a.Footprint.weight()),
		cmp.Compare(b.Observed, a.Observed),
		cmp.Compare(a.ID, b.ID),
	)
}

func (f Footprint) weight() float64 {
	sum := 0.
	for _, cell := range f.Cells {
		sum += cell.Weight
	}
	return sum
}

// CausedBy reports whether an incident is probably the consequence of another: of
// the service that it names as the cause, in the same country, at the same time.
func (i Incident) CausedBy(other Incident) bool {
	return i.Blamed() != "" && i.Blamed() == other.Service && i.Country == other.Country && i.overlaps(other)
}

// overlaps reports whether two incidents shared a minute.
func (i Incident) overlaps(other Incident) bool {
	return i.Since.Time().Before(other.end()) && other.Since.Time().Before(i.end())
}

// end is when an incident ended, an instant far away while it lasts.
func (i Incident) end() time.Time {
	if i.ClosedAt.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return i.ClosedAt
}

// InOrder puts each incident of a list that another service probably caused behind
// the incident of that service.
func InOrder(list []Incident) []Incident { return Behind(list, Incident.CausedBy) }

// Behind keeps the order of a list, but moves each item that has a cause in it right
// behind that, with what it has caused itself.
func Behind[T any](items []T, causedBy func(item, cause T) bool) []T {
	ordered := make([]T, 0, len(items))
	placed := make([]bool, len(items))
	var place func(i int)
	place = func(i int) {
		if placed[i] {
			return
		}
		placed[i] = true
		ordered = append(ordered, items[i])
		for j, other := range items {
			if j != i && causedBy(other, items[i]) {
				place(j)
			}
		}
	}
	for i, item := range items {
		caused := false
		for j, other := range items {
			caused = caused || j != i && causedBy(item, other)
		}
		if !caused {
			place(i)
		}
	}
	for i := range items { // those that name each other as the cause
		place(i)
	}
	return ordered
}
