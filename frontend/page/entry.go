package page

import (
	"cmp"
	"context"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// namedRegions is the maximum number of regions that a line names.
const namedRegions = 3

// entry is an incident in a list.
type entry struct {
	Title    string // of the service and the country
	Country  string
	Path     string
	Where    string
	State    outage.State
	Word     string // the state in a few words
	Severity string
	Drops    string // the status whose drops stand for the severity
	Status   outage.Status
	Opened   locale.Time
	Lasted   string // "" while it lasts
	Numbers  string // how much was reported, or what it was opened on while that is not known
	Caused   bool   // another service is the probable cause
	Count    string // how many incidents the entry stands for, "" for one
	Each     places // them
	Peak     string // the highest ratio
	Width    int    // of its bar, in percent
}

// Class is the style of an entry: the status of an open one, and whether it stands
// under its cause.
func (e entry) Class() string {
	var classes []string
	if e.Status != "" {
		classes = append(classes, "s-"+string(e.Status))
	}
	if e.Caused {
		classes = append(classes, "caused")
	}
	return strings.Join(classes, " ")
}

// marks are the statuses whose drops stand for a severity.
var marks = map[outage.Severity]outage.Status{
	outage.SeverityCritical: outage.StatusOutage, outage.SeverityMajor: outage.StatusElevated, outage.SeverityMinor: outage.StatusNormal,
}

// entry formats a group of incidents for a list.
func (q *request) entry(ctx context.Context, group public.Group) entry {
	result := q.words.entry(group.Whole())
	result.Numbers = cmp.Or(q.extent(ctx, group), result.Numbers)
	if len(group) < 2 {
		return result
	}
	lead := group.Lead()
	result.Path = address.Address{Lang: q.At.Lang, Country: lead.Country, Service: lead.Service}.Path()
	result.Where, result.Each = q.words.placesOf(group), q.words.places(group)
	result.Count = q.T("incidents.count", "n", int64(len(group)))
	return result
}

// extent is how much was reported during a group of incidents, "" where that is not
// known.
func (q *request) extent(ctx context.Context, group public.Group) string {
	if len(group) == 0 {
		return ""
	}
	whole := group.Whole()
	extent, ok := q.read.extent(ctx, whole)
	if !ok || !extent.Any() {
		return ""
	}
	key := "extent"
	if !whole.Over() {
		key += ".open"
	}
	return q.T(key, "n", extent.Total, "lasted", q.Duration(extent.Duration()), "peak", q.Int(extent.Worst.Reports))
}

// entry formats an incident for a list.
func (w *wording) entry(in public.Incident) entry {
	result := entry{
		Title:   w.T("incident.of.service", "service", w.serviceNamed(in.Service), "in", w.InCountry(in.Country)),
		Country: w.CountryName(in.Country), Path: w.incidentPath(in.ID), Where: w.where(in, namedRegions),
		State: in.State, Word: w.because(w.state(in), in), Caused: in.Blamed() != "",
		Severity: w.T("severity." + string(in.Severity)), Drops: string(marks[in.Severity]),
		Opened: w.Instant(in.OpenedAt, in.Country), Numbers: w.summary(in), Peak: w.T("incidents.peak", "times", w.ratioNumber(in.Peak)),
	}
	if in.Over() {
		result.Lasted = w.Duration(in.Duration(in.ClosedAt))
	}
	return result
}

// state is the state of an incident in a few words.
func (w *wording) state(in public.Incident) string {
	if in.EndUnknown {
		return w.T("state.unknown")
	}
	return w.T("state." + string(in.State))
}

// ratioNumber writes a ratio without a unit, capped at mostRatio.
func (w *wording) ratioNumber(ratio float64) string {
	if ratio > mostRatio {
		return ">" + w.Int(mostRatio)
	}
	return w.Amount(ratio)
}

// summary is what an incident was opened on: observed, expected, threshold.
func (w *wording) summary(in public.Incident) string {
	return w.T("incident.brief", "n", in.Observed, "expected", w.Amount(in.Expected), "threshold", w.Amount(in.Threshold))
}

// pastIncidents is the maximum number of ended incidents on a page of a service.
const pastIncidents = 5

// past lists the last incidents of a service that are over.
func (q *request) past(ctx context.Context, service string) []entry {
	return q.ended(ctx, outage.IncidentFilter{Service: service, Country: q.At.Country, State: outage.StateResolved})
}

// ended lists the last incidents of a filter that are over.
func (q *request) ended(ctx context.Context, filter outage.IncidentFilter) []entry {
	records, _, err := q.read.incidents.Incidents(ctx, filter, "", listedIncidents)
	if err != nil {
		q.read.miss(err, "incidents")
	}
	groups := public.GroupsOf(records)
	var entries []entry
	for _, group := range groups[:min(len(groups), pastIncidents)] {
		entries = append(entries, q.entry(ctx, group))
	}
	return entries
}
