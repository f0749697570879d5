package page

import (
	"context"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// verdict is the status of a service in one country, in words and numbers.
type verdict struct {
	Country  outage.Country
	Name     string // of the country
	Path     string // the service's page for this country
	Status   outage.Status
	Word     string // the status in a few words
	Sentence string
	Numbers  string
	Open     string // since when an incident is open, or how many are; "" without one
	OpenPath string // where it stands, "" for several
	Extent   string // how much was reported since, after addOpen
	Places   string // where several are open, in a line
	Each     places // several open incidents
	Official official
	as       string // the status in the keys of texts
	health   public.Health
}

// wording formats verdicts and incidents for one page.
type wording struct {
	names
	links
	asOf time.Time
}

func (w *wording) verdict(service outage.Service, country outage.Country, health public.Health) verdict {
	if !public.Known(health.Status) {
		health.Status = outage.StatusUnknown
	}
	as := string(health.Status)
	switch {
	case health.Expected == nil && health.Status == outage.StatusUnknown:
		as = "new" // no expected count to compare reports with
	case health.KnownIn > 0 && health.Status == outage.StatusUnknown:
		as = "learning"
	case health.Incident != nil && health.Incident.State == outage.StateRecovering:
		as = "falling"
	case health.Rising():
		as = "rising"
	}
	result := w.verdictAs(as, service, country, health)
	result.Numbers = w.numbers(health)
	if in := health.Incident; in != nil {
		result.Word = w.because(result.Word, *in)
		result.Open, result.OpenPath = w.T("card.since", "time", w.since(*in)), w.incidentPath(in.ID)
	}
	return result
}

// verdictAs is a verdict without numbers, in the words of a status.
func (w *wording) verdictAs(as string, service outage.Service, country outage.Country, health public.Health) verdict {
	return verdict{
		Country:  country,
		Name:     w.CountryName(country),
		Path:     w.At.WithCountry(country).WithService(service.Slug).Path(),
		Status:   health.Status,
		Word:     w.T("status." + as),
		Sentence: w.T("verdict."+as, "service", w.ServiceName(service), "in", w.InCountry(country), "n", int64(health.KnownIn)),
		as:       as,
		health:   health,
	}
}

// because adds the probable cause to a text about an incident, if it is another
// service.
func (w *wording) because(what string, in public.Incident) string {
	if cause := in.Blamed(); cause != "" {
		return w.T("because", "what", what, "cause", w.serviceNamed(cause))
	}
	return what
}

// since is when an incident opened. It has a date unless that is today.
func (w *wording) since(in public.Incident) string {
	at := w.TimeOfDay(in.OpenedAt, in.Country).Text
	if locale.SameDay(in.OpenedAt, w.asOf, in.Country) {
		return at
	}
	return w.T("time.on", "date", w.Date(in.OpenedAt, in.Country), "time", at)
}

// recent is an instant of the last days, by its weekday unless it is today, and by its
// date when that is longer ago.
func (w *wording) recent(at time.Time, country outage.Country) string {
	clock := w.TimeOfDay(at, country).Text
	switch {
	case locale.SameDay(at, w.asOf, country):
		return clock
	case w.asOf.Sub(at) < 6*24*time.Hour:
		return w.T("time.on", "date", w.Weekday(at, country), "time", clock)
	}
	return w.T("time.on", "date", w.Date(at, country), "time", clock)
}

// Unusual reports whether the status is elevated or outage.
func (v verdict) Unusual() bool { return public.Troubled(v.Status) }

// Notable reports whether the number is unusual or rising.
func (v verdict) Notable() bool { return v.Unusual() || v.health.Rising() }

// numbers is the observed and the expected count. The ratio is that of judged
// reporters; against next to nothing it would say little. If the caps per network excluded most of the reports, the number of
// networks replaces it.
func (w *wording) numbers(health public.Health) string {
	switch times := health.Ratio(); {
	case health.Few():
		return w.T("numbers.few", "n", health.Reports, "networks", w.Int(max(1, health.Networks)), "judged", w.Int(health.Observed))
	case health.Expected == nil || health.KnownIn > 0 && health.Status == outage.StatusUnknown:
		return w.T("numbers.observed", "n", health.Reports)
	case *health.Expected < outage.LeastExpected:
		return w.T("numbers.against", "n", health.Reports, "expected", w.Amount(*health.Expected))
	case times > mostRatio:
		return w.T("numbers.most", "n", health.Reports, "times", w.Int(mostRatio), "expected", w.Amount(*health.Expected))
	case times >= worthRatio:
		return w.T("numbers.times", "n", health.Reports, "times", w.Amount(times), "expected", w.Amount(*health.Expected))
	}
	return w.T("numbers.against", "n", health.Reports, "expected", w.Amount(*health.Expected))
}

// addOpen adds the open incidents of a service, and what its vendor says, to the verdict
// on it.
func (q *request) addOpen(ctx context.Context, service string, v *verdict) {
	open := q.openGroup(ctx, v.health)
	v.Official = q.officialNow(service, *v, open)
	v.Extent = q.extent(ctx, open)
	if len(open) > 1 {
		v.Open, v.OpenPath = q.T("incidents.open", "n", int64(len(open))), ""
		v.Places, v.Each = q.words.placesOf(open), q.words.places(open)
	}
}

// openGroup is the open incidents of a service in a country with their places, nil
// where there are none.
func (q *request) openGroup(ctx context.Context, health public.Health) public.Group {
	open := health.Incidents
	if len(open) == 0 && health.Incident != nil {
		open = []public.Incident{*health.Incident}
	}
	var placed []public.Incident
	for _, bare := range open {
		in, err := q.read.incidents.Incident(ctx, bare.ID)
		if err != nil {
			q.read.miss(err, "incident")
			continue
		}
		placed = append(placed, in)
	}
	if groups := public.GroupsOf(placed); len(groups) > 0 {
		return groups[0]
	}
	return nil
}

const (
	worthRatio = 1.5 // from which the ratio is shown beside the two numbers
	mostRatio  = 100 // above which only this bound is shown
)

// verdicts is the verdict on a service for each country of the page. One that
// cannot be read is unknown.
func (q *request) verdicts(ctx context.Context, service outage.Service) []verdict {
	var result []verdict
	for _, country := range q.At.Countries(service) {
		health, err := q.read.readings.Health(ctx, service.Slug, country)
		if err != nil {
			q.read.miss(err, "health")
			result = append(result, q.words.verdictAs("missing", service, country, public.Health{Status: outage.StatusUnknown}))
			continue
		}
		result = append(result, q.words.verdict(service, country, health))
	}
	slices.SortStableFunc(result, func(a, b verdict) int { return public.ByTrouble(a.health, b.health) })
	return result
}
