package locale

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Official is what the vendor of the service said about an incident, and how long after the
// first reports; "" where no notice is known. Times have a date unless that is the day of
// today.
func (f *IncidentFormatter) Official(lang string, in public.Incident, today time.Time) string {
	if in.Official == nil {
		return ""
	}
	l := New(lang, in.Country)
	service, what := f.service(l, in.Service), l.notice(in.Official.Notice, in.Country, today)
	text := l.T("official.says", "service", service, "what", what)
	if after := in.Official.AfterReports; after != nil {
		key, lag := "official.after", *after
		if lag < 0 {
			key, lag = "official.before", -lag
		}
		text = l.T(key, "service", service, "what", what, "lag", l.Duration(lag))
	}
	if !in.Over() && !in.Official.Open() {
		text += " " + l.T("official.goes_on")
	}
	return text
}

// OfficialNow is what the vendor of a service says now, whatever people report.
func (f *IncidentFormatter) OfficialNow(lang, service string, country outage.Country, now outage.Official, today time.Time) string {
	l := New(lang, country)
	name := f.service(l, service)
	switch {
	case now.State == outage.OfficialOperational:
		return l.T("official.calm", "service", name)
	case now.State == outage.OfficialUnknown || len(now.Notices) == 0:
		return l.T("official.unknown", "service", name)
	}
	return l.T("official.says", "service", name, "what", l.notice(now.Notices[0], country, today))
}

// notice is the phase of a notice, or its state where it has none, and its time.
func (l *Localizer) notice(n outage.Notice, country outage.Country, today time.Time) string {
	at := n.PublishedAt
	if at.IsZero() {
		at = n.SeenAt
	}
	key := string(n.Phase)
	if key == "" || n.State == outage.OfficialMaintenance && n.Open() {
		key = string(n.State)
	}
	return l.T("official."+key, "time", l.DateUnlessSameDay(l.TimeOfDay(at, country).Text, at, today, country))
}
