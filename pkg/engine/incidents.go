package engine

import (
	"cmp"
	"slices"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/outage"
)

// mostIncidents is how many incidents of a service may be open in a country at once.
// The next one covers the whole country, and the others are merged into it.
const mostIncidents = 64

// incidents are the open incidents of a series, whose footprints are disjoint, the
// recently resolved ones, in order of opening, and the changes of the current minute.
type incidents struct {
	list    []*placedIncident
	muted   bool // opened before Config.AlertFrom, not returned
	changes []outage.Incident
}

// placedIncident is an incident and the node that alarmed.
type placedIncident struct {
	*incident.Lifecycle
	anchor int32
	// narrowed is the part of a country or regions in which its excess was found later;
	// nil where it is all of it.
	narrowed []int32
}

// claimed is the part of the footprint whose counts belong to the incident, by handles.
func (p *placedIncident) claimed() []int32 {
	if p.narrowed != nil {
		return p.narrowed
	}
	return p.Handles()
}

// emit records changes, unless the incidents are muted.
func (l *incidents) emit(changes ...outage.Incident) {
	if !l.muted {
		l.changes = append(l.changes, changes...)
	}
}

// open are the incidents that are open or recovering.
func (l *incidents) open() (open []*placedIncident) {
	for _, in := range l.list {
		if in.Active() {
			open = append(open, in)
		}
	}
	return open
}

// active reports whether any incident is open or recovering.
func (l *incidents) active() bool {
	return slices.ContainsFunc(l.list, func(in *placedIncident) bool { return in.Active() })
}

// public reports whether an incident that is not muted is open or recovering.
func (l *incidents) public() bool { return !l.muted && l.active() }

// footprints are what the open incidents claim, except one of them.
func (l *incidents) footprints(except *placedIncident) (all [][]int32) {
	for _, in := range l.list {
		if in != except && in.Active() {
			all = append(all, in.claimed())
		}
	}
	return all
}

// leading is the open incident that represents the service: the widest, then the one
// with the largest ratio; nil where there is none.
func leading(open []*placedIncident) *placedIncident {
	if len(open) == 0 {
		return nil
	}
	return slices.MaxFunc(open, func(a, b *placedIncident) int {
		x, y := a.Incident(), b.Incident()
		return cmp.Or(
			cmp.Compare(width(x.Footprint.Scope), width(y.Footprint.Scope)),
			cmp.Compare(x.Ratio, y.Ratio), cmp.Compare(y.ID, x.ID))
	})
}

func width(scope outage.Scope) int {
	return slices.Index([]outage.Scope{outage.ScopeCell, outage.ScopeRegion, outage.ScopeCountry}, scope)
}

// number is the ordinal, from 1, of the next incident that opens in a minute.
func (l *incidents) number(minute outage.Minute) int {
	n := 1
	for _, in := range l.list {
		if in.Incident().OpenedAt.Equal((minute + 1).Time()) {
			n++
		}
	}
	return n
}

// forget drops incidents that were resolved more than after minutes ago.
func (l *incidents) forget(minute outage.Minute, after int) {
	l.list = slices.DeleteFunc(l.list, func(in *placedIncident) bool {
		return !in.Active() && int(minute-in.Closed()) > after
	})
}

// renumber gives places new handles.
func (l *incidents) renumber(moved []int32) {
	for _, in := range l.list {
		in.Renumber(moved)
		in.anchor = max(baseline.Whole, moved[in.anchor])
		in.narrowed = renumbered(in.narrowed, moved)
	}
}

// renumbered are the new handles of places that are still there, nil where none is.
func renumbered(handles, moved []int32) (remaining []int32) {
	for _, h := range handles {
		if moved[h] >= 0 {
			remaining = append(remaining, moved[h])
		}
	}
	return remaining
}

// changed reports whether an incident changed in this minute.
func (l *incidents) changed(id string) bool {
	return slices.ContainsFunc(l.changes, func(in outage.Incident) bool { return in.ID == id })
}

// amend copies the attribution and parent of an incident into its changes of this
// minute. Where it has no change, and news is set, it adds one.
func (l *incidents) amend(in *placedIncident, news bool) {
	now, known := in.Incident(), false
	for i := range l.changes {
		if change := &l.changes[i]; change.ID == now.ID {
			known = true
			change.Verdict, change.Cause, change.Reasons, change.Parent = now.Verdict, now.Cause, now.Reasons, now.Parent
		}
	}
	if news && !known {
		l.emit(now)
	}
}

// attribution is the current one.
func (p *placedIncident) attribution() incident.Attribution {
	in := p.Incident()
	if in.Verdict == "" {
		return incident.Attribution{Verdict: outage.LikelyCause}
	}
	return incident.Attribution{Verdict: in.Verdict, Cause: in.Cause, Reasons: in.Reasons, Access: in.Access}
}

// merge resolves incidents that lie within what another claims into it.
func (l *incidents) merge(t *tree, minute outage.Minute) {
	open := l.open()
	if len(open) < 2 {
		return
	}
	cells := make([][]int32, len(open))
	for i, in := range open {
		cells[i] = t.cellsOf(in.claimed())
	}
	for i, part := range open {
		for j, whole := range open {
			if i != j && part.Active() && whole.Active() && lies(part, whole, cells[i], cells[j]) {
				l.emit(part.Merge(whole.Incident().ID, minute))
			}
		}
	}
}

// lies reports whether one incident lies within another, given their metro cells,
// ascending. Of equal footprints the later lies within the earlier.
func lies(part, whole *placedIncident, inPart, inWhole []int32) bool {
	later := part.Incident().ID > whole.Incident().ID
	national := func(in *placedIncident) bool { return slices.Contains(in.claimed(), baseline.Whole) }
	switch {
	case national(whole):
		return later || !national(part)
	case national(part), len(inPart) == 0:
		return false
	}
	for _, h := range inPart {
		if _, found := slices.BinarySearch(inWhole, h); !found {
			return false
		}
	}
	return later || len(inPart) < len(inWhole)
}
