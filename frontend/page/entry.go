package page

import (
	"context"

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
	Numbers  string
	Peak     string // the highest ratio
	Width    int    // of its bar, in percent
}

// marks are the statuses whose drops stand for a severity.
var marks = map[outage.Severity]outage.Status{
	outage.SeverityCritical: outage.StatusOutage, outage.SeverityMajor: outage.StatusElevated, outage.SeverityMinor: outage.StatusNormal,
}

// entry formats an incident for a list.
func (w *wording) entry(record public.Incident) entry {
	in := record
	result := entry{
		Title:   w.T("incident.of.service", "service", w.serviceNamed(in.Service), "in", w.InCountry(in.Country)),
		Country: w.CountryName(in.Country), Path: w.incidentPath(in.ID), Where: w.where(in, namedRegions),
		State: in.State, Word: w.because(w.T("state."+string(in.State)), in),
		Severity: w.T("severity." + string(in.Severity)), Drops: string(marks[in.Severity]),
		Opened: w.Instant(in.OpenedAt, in.Country), Numbers: w.summary(in), Peak: w.T("incidents.peak", "times", w.ratioNumber(in.Peak)),
	}
	if in.Over() {
		result.Lasted = w.Duration(in.Duration(in.ClosedAt))
	}
	return result
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
	filter := outage.IncidentFilter{Service: service, Country: q.At.Country, State: outage.StateResolved}
	records, _, err := q.read.incidents.Incidents(ctx, filter, "", pastIncidents)
	if err != nil {
		q.read.miss(err, "incidents")
	}
	return q.words.entries(records)
}

func (w *wording) entries(records []public.Incident) []entry {
	var entries []entry
	for _, record := range records {
		entries = append(entries, w.entry(record))
	}
	return entries
}
