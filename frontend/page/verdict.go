package page

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// verdict is how a service is doing in one country, in words and numbers.
type verdict struct {
	Country  outage.Country
	Name     string // of the country
	Path     string // the service's page for this country
	Status   outage.Status
	Word     string // the status in a few words
	Sentence string
	Numbers  string
	Open     string // since when an incident is open, "" without one
	OpenPath string // where it stands
	health   outage.Health
}

// wording puts numbers and incidents into words, for one page.
type wording struct {
	names
	links
	asOf time.Time
}

// ranks orders statuses by trouble, the worst first.
var ranks = map[outage.Status]int{
	outage.StatusOutage: 0, outage.StatusElevated: 1, outage.StatusNormal: 2, outage.StatusUnknown: 3,
}

func (w *wording) verdict(service outage.Service, country outage.Country, health outage.Health) verdict {
	if _, known := ranks[health.Status]; !known {
		health.Status = outage.StatusUnknown
	}
	as := string(health.Status)
	switch {
	case health.Expected == nil && health.Status == outage.StatusUnknown:
		as = "new" // there may be many reports, but nothing to hold them against
	case health.Incident != nil && health.Incident.State == outage.StateRecovering:
		as = "falling"
	case Rising(health):
		as = "rising"
	}
	made := verdict{
		Country:  country,
		Name:     w.CountryName(country),
		Path:     w.At.WithCountry(country).WithService(service.Slug).Path(),
		Status:   health.Status,
		Word:     w.T("status." + as),
		Sentence: w.T("verdict."+as, "service", w.ServiceName(service), "in", w.InCountry(country)),
		Numbers:  w.numbers(health),
		health:   health,
	}
	if in := health.Incident; in != nil {
		made.Word = w.because(made.Word, *in)
		made.Open, made.OpenPath = w.T("card.since", "time", w.since(*in)), w.incidentPath(in.ID)
	}
	return made
}

// because adds to a few words about an incident what is probably its cause, where
// that is another service: the verdict belongs to the words.
func (w *wording) because(what string, in outage.Incident) string {
	if cause := in.Blamed(); cause != "" {
		return w.T("because", "what", what, "cause", w.serviceNamed(cause))
	}
	return what
}

// since is when an incident opened. The date stands there when it was another
// day.
func (w *wording) since(in outage.Incident) string {
	at := w.TimeOfDay(in.OpenedAt, in.Country).Text
	if locale.SameDay(in.OpenedAt, w.asOf, in.Country) {
		return at
	}
	return w.T("time.on", "date", w.Date(in.OpenedAt, in.Country), "time", at)
}

// Unusual reports whether the verdict is drawn with rain behind it.
func (v verdict) Unusual() bool { return ranks[v.Status] < ranks[outage.StatusNormal] }

// Notable reports whether there is something to look at: an unusual number, or one
// that may become so.
func (v verdict) Notable() bool { return v.Unusual() || Rising(v.health) }

// Rising reports whether far more reports came in ten minutes than is normal,
// though the minutes that were judged so far do not prove it: as usual would be
// a wrong word.
func Rising(health outage.Health) bool {
	judged := health.Status == outage.StatusOutage || health.Status == outage.StatusElevated
	return !judged && health.Ratio() >= risingRatio && health.Observed >= risingFrom
}

const (
	risingRatio = 3.
	risingFrom  = 10
)

// numbers states what was observed, and what is normal where that is known. The
// times are of judged reporters; where the caps per network took most of the
// reports away, it says from how many networks they came, and no times.
func (w *wording) numbers(health outage.Health) string {
	switch times := health.Ratio(); {
	case health.Few():
		return w.T("numbers.few", "n", health.Reports, "networks", w.Int(max(1, health.Networks)), "judged", w.Int(health.Observed))
	case health.Expected == nil:
		return w.T("numbers.observed", "n", health.Reports)
	case times > mostRatio:
		return w.T("numbers.most", "n", health.Reports, "times", w.Int(mostRatio), "expected", w.Amount(*health.Expected))
	case times >= worthRatio:
		return w.T("numbers.times", "n", health.Reports, "times", w.Amount(times), "expected", w.Amount(*health.Expected))
	}
	return w.T("numbers.against", "n", health.Reports, "expected", w.Amount(*health.Expected))
}

const (
	worthRatio = 1.5 // from which a ratio is told, beside its two numbers
	mostRatio  = 100 // above which it is told as more than this
)

// byTrouble orders the healths of two services or countries: status, then
// observed over expected, then observed alone.
func byTrouble(a, b outage.Health) int {
	return cmp.Or(
		cmp.Compare(ranks[a.Status], ranks[b.Status]),
		cmp.Compare(b.Ratio(), a.Ratio()),
		cmp.Compare(b.Observed, a.Observed),
	)
}

// verdicts says how a service does in each country of the page. What cannot be
// read counts as unknown.
func (q *request) verdicts(ctx context.Context, service outage.Service) []verdict {
	var made []verdict
	for _, country := range q.At.Countries(service) {
		health, err := q.read.readings.Health(ctx, service.Slug, country)
		if err != nil {
			q.read.miss(err, "health")
			health = outage.Health{Status: outage.StatusUnknown}
		}
		made = append(made, q.words.verdict(service, country, health))
	}
	slices.SortStableFunc(made, func(a, b verdict) int { return byTrouble(a.health, b.health) })
	return made
}
