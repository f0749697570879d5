package locale

import (
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Services names services.
type Services interface {
	Service(slug string) (outage.Service, bool)
}

// Regions names regions.
type Regions interface {
	RegionName(region outage.Region, lang string) string
}

// IncidentFormatter writes the arithmetic of an incident as a sentence that can
// be quoted: when, how many, where, and against what. A sentence holds nothing
// but what the incident holds. It is safe for concurrent use.
type IncidentFormatter struct {
	services Services
	regions  Regions
}

// NewIncidentFormatter makes a formatter that takes names from these.
func NewIncidentFormatter(services Services, regions Regions) *IncidentFormatter {
	return &IncidentFormatter{services, regions}
}

// All is the sentence in every language.
func (f *IncidentFormatter) All(in public.Incident) map[string]string {
	all := map[string]string{}
	for _, lang := range Languages() {
		all[lang] = f.Describe(lang, in)
	}
	return all
}

// Describe is the arithmetic of an incident, and a second sentence where the
// service is probably not at fault. A language that is not there is English.
func (f *IncidentFormatter) Describe(lang string, in public.Incident) string {
	l := New(lang, in.Country)
	service := f.service(l, in.Service)
	text := l.T("narrative.sentence", "when", when(l, in), "n", in.Observed, "service", service, "where", f.where(l, in),
		"expected", l.Amount(in.Expected), "threshold", l.Amount(in.Threshold))
	return text + f.blame(l, in)
}

// Totals is the text to quote, which leads: how many reported during an incident, for
// how long, the worst 15 minutes, how many it would be on an ordinary day and where it
// was worst: while it goes on, in the last hour. It is "" where nobody did.
func (f *IncidentFormatter) Totals(lang string, in public.Incident, extent public.Extent, where public.Extremes) string {
	l := New(lang, in.Country)
	if !extent.Any() {
		return ""
	}
	key := "incident.totals"
	if !in.Over() {
		key += ".open"
	}
	text := l.T(key, "n", extent.Total, "service", f.service(l, in.Service), "in", l.InCountry(in.Country),
		"since", l.Instant(in.Since.Time(), in.Country).Text, "lasted", l.Duration(extent.Duration()),
		"peak", l.Int(extent.Worst.Reports), "time", l.TimeOfDay(extent.Worst.Start.Time(), in.Country).Text)
	if extent.Expected > 0 {
		text += " " + l.T("incident.ordinary", "expected", l.Amount(extent.Expected))
	}
	if len(where.Worst) > 0 {
		key := "incident.worst"
		if !in.Over() {
			key += ".open"
		}
		text += " " + l.T(key, "place", where.Worst[0].NameIn(l.lang))
	}
	return text
}

// Summary is the totals of an incident and the probable cause, where that is
// another service; without totals it is the arithmetic.
func (f *IncidentFormatter) Summary(lang string, in public.Incident, extent public.Extent, where public.Extremes) string {
	if totals := f.Totals(lang, in, extent, where); totals != "" {
		return totals + f.blame(New(lang, in.Country), in)
	}
	return f.Describe(lang, in)
}

// Headline is a title in English. It includes the place of a local incident, because a
// service may have several.
func (f *IncidentFormatter) Headline(in public.Incident) string {
	l := New(Default, in.Country)
	where := "in " + in.Country.Names(Default).Full
	if in.Footprint.Scope != outage.ScopeCountry && len(in.Footprint.Regions) > 0 {
		where = f.where(l, in)
	}
	title := fmt.Sprintf("%s %s: %s, %s", f.service(l, in.Service), where, in.State, in.Severity)
	if cause := in.Blamed(); cause != "" {
		title += ", probably because of " + f.service(l, cause)
	}
	return title
}

// blame is a sentence about the probable cause, after a space, "" where that is the
// service itself.
func (f *IncidentFormatter) blame(l *Localizer, in public.Incident) string {
	cause := in.Blamed()
	if cause == "" {
		return ""
	}
	return " " + l.T("incident.cause", "service", f.service(l, in.Service), "cause", f.service(l, cause))
}

// service names a service that may have left the catalogue since.
func (f *IncidentFormatter) service(l *Localizer, slug string) string {
	if service, ok := f.services.Service(slug); ok {
		return l.ServiceName(service)
	}
	return slug
}

// Where names the country of an incident and, for less than all of it, its first
// regions.
func (f *IncidentFormatter) Where(lang string, in public.Incident) string {
	return f.where(New(lang, in.Country), in)
}

// where names the country and, for less than all of it, its first regions.
func (f *IncidentFormatter) where(l *Localizer, in public.Incident) string {
	country, regions := l.InCountry(in.Country), in.Footprint.Regions
	if in.Footprint.Scope == outage.ScopeCountry || len(regions) == 0 {
		return country
	}
	const most = 3
	var names []string
	for _, region := range regions[:min(len(regions), most)] {
		names = append(names, f.regions.RegionName(region, l.lang))
	}
	list := strings.Join(names, ", ")
	if more := len(regions) - len(names); more > 0 {
		list = l.T("regions.more", "regions", list, "n", int64(more))
	}
	if in.Footprint.Scope == outage.ScopeCell {
		list = l.T("narrative.part", "regions", list)
	}
	return l.T("narrative.where", "in", country, "regions", list)
}

// when writes the run that opened an incident in local time and in UTC, each
// with its dates where one date does not serve for all.
func when(l *Localizer, in public.Incident) string {
	since, opened := in.Since.Time(), in.OpenedAt
	utc := l.Clock(since, "") + "–" + l.Clock(opened, "")
	day, start := l.Date(opened, in.Country), l.Date(since, in.Country)
	if of := l.Date(since, ""); of != day {
		utc = l.onDate(of, utc)
	}
	key := "narrative.when"
	if start != day {
		key = "narrative.when.over"
	}
	return l.T(key, "since", start, "date", day, "from", l.Clock(since, in.Country), "to", l.Clock(opened, in.Country),
		"zone", l.Zone(in.Country), "utc", utc)
}
