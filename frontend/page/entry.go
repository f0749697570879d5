package page

import (
	"context"
	"strings"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// namedRegions is how many regions of a footprint are named in a line.
const namedRegions = 3

// entry is an incident as a line of a list.
type entry struct {
	Title    string // of the service and the country
	Country  string
	Path     string
	Where    string
	State    outage.State
	Word     string // the state in a few words
	Severity string
	Drops    string // the mark of the severity
	Status   outage.Status
	Opened   locale.Time
	Lasted   string // "" while it lasts
	Numbers  string
	Peak     string // how bad it was at its worst
	Width    int    // of its bar, in percent
}

// marks are the drops that stand for a severity.
var marks = map[outage.Severity]outage.Status{
	outage.SeverityCritical: outage.StatusOutage, outage.SeverityMajor: outage.StatusElevated, outage.SeverityMinor: outage.StatusNormal,
}

// entry words an incident.
func (f *frame) entry(record outage.Record) entry {
	in := record.Incident
	made := entry{
		Title:   f.T("incident.of.service", "service", f.serviceNamed(in.Service), "in", f.InCountry(in.Country)),
		Country: f.CountryName(in.Country), Path: f.incidentPath(in.ID), Where: f.where(in, namedRegions),
		State: in.State, Word: f.because(f.T("state."+string(in.State)), in),
		Severity: f.T("severity." + string(in.Severity)), Drops: string(marks[in.Severity]),
		Opened: f.Instant(in.OpenedAt, in.Country), Numbers: f.brief(in), Peak: f.T("incidents.peak", "times", f.multiple(in.Peak)),
	}
	if over(in) {
		made.Lasted = f.Duration(in.ClosedAt.Sub(in.OpenedAt))
	}
	return made
}

// multiple is a ratio before a times sign.
func (f *frame) multiple(ratio float64) string {
	if ratio > mostTimes {
		return ">" + f.Int(mostTimes)
	}
	return f.Amount(ratio)
}

func over(in outage.Incident) bool { return in.State == outage.StateResolved && !in.ClosedAt.IsZero() }

// incidentPath is the one address of an incident in the language of the page.
func (f *frame) incidentPath(id string) string {
	return address.Address{Lang: f.At.Lang, Leaf: address.LeafIncidents, ID: id}.Path()
}

// serviceNamed names a service that may have left the catalogue since.
func (f *frame) serviceNamed(slug string) string {
	if service, ok := f.builder.Services.Service(slug); ok {
		return f.ServiceName(service)
	}
	return slug
}

// where says how far an incident reaches within its country, and names so many
// of its regions.
func (f *frame) where(in outage.Incident, most int) string {
	regions := f.regionNames(in.Footprint.Regions, most)
	switch {
	case in.Footprint.Scope == outage.ScopeCountry:
		return f.T("scope.country")
	case regions == "":
		return f.T("scope." + string(in.Footprint.Scope))
	case in.Footprint.Scope == outage.ScopeCell:
		return f.T("scope.part", "regions", regions)
	}
	return regions
}

// regionNames lists regions, the main one first; "" where there are none.
func (f *frame) regionNames(regions []outage.Region, most int) string {
	var names []string
	for _, region := range regions[:min(len(regions), most)] {
		names = append(names, f.builder.Shapes.RegionName(region, f.At.Lang))
	}
	list := strings.Join(names, ", ")
	if more := len(regions) - len(names); more > 0 {
		return f.T("regions.more", "regions", list, "n", int64(more))
	}
	return list
}

// brief is the arithmetic of an incident in a few words.
func (f *frame) brief(in outage.Incident) string {
	return f.T("incident.brief", "n", in.Observed, "expected", f.Amount(in.Expected), "threshold", f.Amount(in.Threshold))
}

// pastIncidents is how many ended incidents a page of a service lists.
const pastIncidents = 5

// past lists the last incidents of a service that are over.
func (f *frame) past(ctx context.Context, service string) []entry {
	filter := outage.IncidentFilter{Service: service, Country: f.At.Country, State: outage.StateResolved}
	records, _, err := f.builder.Incidents.Incidents(ctx, filter, "", pastIncidents)
	if err != nil {
		f.miss(err, "incidents")
	}
	return f.entries(records)
}

func (f *frame) entries(records []outage.Record) []entry {
	var entries []entry
	for _, record := range records {
		entries = append(entries, f.entry(record))
	}
	return entries
}

// spanOf is the stretch of an incident, from the first minute of its run to its
// end, or to now while it lasts.
func spanOf(in outage.Incident, now time.Time) outage.Span {
	span := outage.Span{From: in.Since, To: outage.MinuteOf(now) + 1}
	if over(in) {
		span.To = outage.MinuteOf(in.ClosedAt)
	}
	span.To = max(span.To, span.From+1)
	return span
}

func (f *frame) regionName(region outage.Region) string {
	return f.builder.Shapes.RegionName(region, f.At.Lang)
}
