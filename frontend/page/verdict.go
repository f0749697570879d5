package page

import (
	"cmp"

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

// ranks orders statuses by trouble, the worst first.
var ranks = map[outage.Status]int{
	outage.StatusOutage: 0, outage.StatusElevated: 1, outage.StatusNormal: 2, outage.StatusUnknown: 3,
}

func (f *frame) verdict(service outage.Service, country outage.Country, health outage.Health) verdict {
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
		Name:     f.CountryName(country),
		Path:     f.At.WithCountry(country).WithService(service.Slug).Path(),
		Status:   health.Status,
		Word:     f.T("status." + as),
		Sentence: f.T("verdict."+as, "service", f.ServiceName(service), "in", f.InCountry(country)),
		Numbers:  f.numbers(health),
		health:   health,
	}
	if in := health.Incident; in != nil {
		made.Word = f.because(made.Word, *in)
		made.Open, made.OpenPath = f.T("card.since", "time", f.since(*in)), f.incidentPath(in.ID)
	}
	return made
}

// because adds to a few words about an incident what is probably its cause, where
// that is another service: the verdict belongs to the words.
func (f *frame) because(what string, in outage.Incident) string {
	if cause := in.Blamed(); cause != "" {
		return f.T("because", "what", what, "cause", f.serviceNamed(cause))
	}
	return what
}

// since is when an incident opened. The date stands there when it was another
// day.
func (f *frame) since(in outage.Incident) string {
	at := f.TimeOfDay(in.OpenedAt, in.Country).Text
	if locale.SameDay(in.OpenedAt, f.builder.AsOf(), in.Country) {
		return at
	}
	return f.T("time.on", "date", f.Date(in.OpenedAt, in.Country), "time", at)
}

// Rains reports whether the verdict is drawn with rain behind it.
func (v verdict) Rains() bool { return ranks[v.Status] < ranks[outage.StatusNormal] }

// Stirs reports whether there is something to look at: an unusual number, or one
// that may become so.
func (v verdict) Stirs() bool { return v.Rains() || Rising(v.health) }

// rising reports whether far more reports came in ten minutes than is normal,
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
func (f *frame) numbers(health outage.Health) string {
	switch times := health.Ratio(); {
	case health.Few():
		return f.T("numbers.few", "n", health.Reports, "networks", f.Int(max(1, health.Networks)), "judged", f.Int(health.Observed))
	case health.Expected == nil:
		return f.T("numbers.observed", "n", health.Reports)
	case times > mostTimes:
		return f.T("numbers.most", "n", health.Reports, "times", f.Int(mostTimes), "expected", f.Amount(*health.Expected))
	case times >= tellRatio:
		return f.T("numbers.times", "n", health.Reports, "times", f.Amount(times), "expected", f.Amount(*health.Expected))
	}
	return f.T("numbers.against", "n", health.Reports, "expected", f.Amount(*health.Expected))
}

const (
	tellRatio = 1.5 // from which a ratio is told, beside its two numbers
	mostTimes = 100 // above which it is told as more than this
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
