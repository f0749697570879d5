package page

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// firstPlaces is the number of incidents of a group that are not collapsed.
const firstPlaces = 4

// place is one of several incidents of a service, in a line. Word is its state
// where that is not the one of the group, else how far it is above normal.
type place struct{ Path, Where, Word, When string }

// places is the incidents of a group, the largest first.
type places struct {
	First, Rest []place
	More        string // the label of the rest
}

// places lists the incidents of a group by place; nothing for fewer than two.
func (w *wording) places(group public.Group) places {
	if len(group) < 2 {
		return places{}
	}
	whole := group.Whole()
	var all []place
	for _, in := range group {
		result := place{Path: w.incidentPath(in.ID), Where: w.where(in, namedRegions), When: w.T("incidents.since", "time", w.since(in))}
		if in.State == outage.StateOpen && in.Ratio >= worthRatio {
			result.Word = w.ratioText(in.Ratio)
		}
		if in.State != whole.State || in.EndUnknown != whole.EndUnknown || in.Blamed() != whole.Blamed() {
			result.Word = w.because(w.state(in), in)
		}
		if in.Over() {
			result.When = w.Duration(in.Duration(in.ClosedAt))
		}
		all = append(all, result)
	}
	first := min(len(all), firstPlaces)
	if len(all) == firstPlaces+1 {
		first = len(all) // a label would take the place of the line that it hides
	}
	return places{First: all[:first], Rest: all[first:], More: w.T("incidents.more", "n", int64(len(all)-first))}
}

// placesOf names the places of the largest incidents of a group in a line, each by
// its main region.
func (w *wording) placesOf(group public.Group) string {
	var names []string
	covered := 0
	for _, in := range group {
		where := w.where(in, 1)
		if in.Footprint.Scope != outage.ScopeCountry && len(in.Footprint.Regions) > 0 {
			where = w.regionName(in.Footprint.Regions[0])
		}
		switch {
		case slices.Contains(names, where):
		case len(names) < namedRegions:
			names = append(names, where)
		default:
			continue
		}
		covered++
	}
	list := strings.Join(names, ", ")
	if more := len(group) - covered; more > 0 {
		return w.T("regions.more", "regions", list, "n", int64(more))
	}
	return list
}
