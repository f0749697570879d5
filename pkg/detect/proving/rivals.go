package proving

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Rivals are rules that others use, as far as they are published, on the counts
// of a whole country: none of them looks at places. They alert from the given
// minute on. What the first two ask for was set, on other seeds than the
// table's, so that plain streams give less than one false alarm in ten
// service-weeks; the third has the three deviations, the floor of five and the
// two minutes in a row that are usual.
func Rivals(alertFrom outage.Minute) []*Entrant {
	entrant := func(name string, rule func() rule) *Entrant {
		return &Entrant{Name: name, Detector: &rival{alertFrom: alertFrom, rule: rule, watched: map[watchedKey]*watched{}}}
	}
	return []*Entrant{
		entrant("15-minute time of day", func() rule { return &timeOfDay{} }),
		entrant("EARS C2, 5 min", func() rule { return &ears{} }),
		entrant("EWMA, three sigma", func() rule { return &ewma{} }),
	}
}

// rule says each minute whether the count of a series is out of the ordinary.
type rule interface {
	unusual(m outage.Minute, reporters float64) bool
}

// rival runs a rule for each service and country. Its incident ends after half
// an hour without anything unusual.
type rival struct {
	alertFrom outage.Minute
	rule      func() rule
	watched   map[watchedKey]*watched
	order     []watchedKey
}

type watchedKey struct {
	service string
	country outage.Country
}

type watched struct {
	rule      rule
	reporters int
	incident  outage.Incident
	unusual   outage.Minute // the last one
}

// Tick takes in one minute.
func (r *rival) Tick(m outage.Minute, counts []outage.Judged) ([]outage.Incident, error) {
	for _, c := range counts {
		key := watchedKey{c.Service, c.Country}
		if r.watched[key] == nil {
			r.watched[key] = &watched{rule: r.rule()}
			r.order = append(r.order, key)
		}
		r.watched[key].reporters += c.Reporters
	}
	var changes []outage.Incident
	for _, key := range r.order {
		w := r.watched[key]
		unusual := w.rule.unusual(m, float64(w.reporters)) && m >= r.alertFrom
		w.reporters = 0
		changes = w.live(key, m, unusual, changes)
	}
	return changes, nil
}

func (w *watched) live(key watchedKey, m outage.Minute, unusual bool, changes []outage.Incident) []outage.Incident {
	const calm = 30
	active, at := w.incident.State == outage.StateOpen, (m + 1).Time()
	if unusual {
		w.unusual = m
	}
	switch {
	case unusual && !active:
		w.incident = outage.Incident{
			ID: outage.IncidentID(key.service, key.country, at), Service: key.service, Country: key.country,
			State: outage.StateOpen, OpenedAt: at, Footprint: outage.Footprint{Scope: outage.ScopeCountry},
		}
	case active && m-w.unusual >= calm:
		w.incident.State, w.incident.ClosedAt = outage.StateResolved, at
	default:
		return changes
	}
	return append(changes, w.incident)
}

// timeOfDay compares a quarter of an hour with the mean of that time of day on
// all days before.
type timeOfDay struct {
	sum   [96]float64
	days  float64
	count float64
	hot   bool
}

func (r *timeOfDay) unusual(m outage.Minute, reporters float64) bool {
	r.count += reporters
	if (m+1)%15 != 0 {
		return r.hot
	}
	slot := int(m%1440) / 15
	mean := r.sum[slot] / math.Max(1, r.days)
	r.hot = r.days > 7 && r.count >= 6 && r.count >= 2.4*mean+4*math.Sqrt(mean)
	r.sum[slot] += r.count
	r.count = 0
	if slot == 95 {
		r.days++
	}
	return r.hot
}

// ears is C2 of the Early Aberration Reporting System: five minutes against
// the mean and deviation of a window of the past that ends two counts before.
type ears struct {
	past  [14]float64
	next  int
	count float64
	hot   bool
}

func (r *ears) unusual(m outage.Minute, reporters float64) bool {
	r.count += reporters
	if (m+1)%5 != 0 {
		return r.hot
	}
	const guard = 2
	n := len(r.past) - guard
	mean, squares := 0., 0.
	for i := range n { // the oldest are those that come next in the ring
		x := r.past[(r.next+i)%len(r.past)]
		mean += x / float64(n)
		squares += x * x / float64(n)
	}
	deviation := math.Sqrt(math.Max(0, squares-mean*mean))
	r.hot = r.count >= 6 && r.count >= mean+9*math.Max(deviation, math.Sqrt(mean+.2))
	r.past[r.next] = r.count
	r.next = (r.next + 1) % len(r.past)
	r.count = 0
	return r.hot
}

// ewma keeps an exponentially weighted mean and variance of single minutes and
// asks for five reporters, three deviations and two minutes in a row.
type ewma struct {
	mean, variance float64
	passed         int
	seen           int
}

func (r *ewma) unusual(_ outage.Minute, reporters float64) bool {
	const weight, least, sigma, inARow, young = .05, 5, 3, 2, 1440
	r.seen++
	off := reporters - r.mean
	if r.seen > young && reporters >= least && off > sigma*math.Sqrt(r.variance) {
		r.passed++
	} else {
		r.passed = 0
	}
	if r.passed == 0 { // what passes is not taken for normal
		r.mean += weight * off
		r.variance = (1 - weight) * (r.variance + weight*off*off)
	}
	return r.passed >= inARow
}
