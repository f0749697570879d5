package engine

import (
	"fmt"
	"sort"
	"strings"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Engine runs the detector of every service and country. It is not safe for
// concurrent use; it starts goroutines within Tick only.
type Engine struct {
	config    Config
	codes     []outage.Country // of the countries, in the order in which they are shown
	countries map[outage.Country]*country
	series    map[key]*series
	ordered   []*series // by service, then country
	last      outage.Minute
	started   bool
	known     knownLevels // as of the beginning of the minute known.minute
}

type key struct {
	service string
	country outage.Country
}

// MostReporters is the most reporters in one minute, of all services together, so that
// no sum over the retained minutes overflows.
const MostReporters = 1 << 26

// New is an engine without any counts.
func New(config Config) *Engine {
	e := &Engine{
		config:    config,
		countries: make(map[outage.Country]*country),
		series:    make(map[key]*series),
		codes:     outage.Countries(),
	}
	for _, code := range e.codes {
		e.countries[code] = newCountry(code, &e.config)
	}
	return e
}

// Last is the last minute processed; false while there is none.
func (e *Engine) Last() (outage.Minute, bool) { return e.last, e.started }

// Tick processes the counts of one minute, in any order, and returns the changed
// incidents, each as it is after its change, by service and country. Minutes between
// the last one and this are processed as empty. It returns an error, and changes
// nothing, for a minute that is over and for invalid counts.
func (e *Engine) Tick(minute outage.Minute, counts []outage.Judged) ([]outage.Incident, error) {
	if e.started && minute <= e.last {
		return nil, fmt.Errorf("processing minute %s: it is not after %s", stamp(minute), stamp(e.last))
	}
	total := 0
	for i := range counts {
		if err := e.check(&counts[i]); err != nil {
			return nil, fmt.Errorf("processing minute %s: %w", stamp(minute), err)
		}
		if total += counts[i].Reporters; total > MostReporters {
			return nil, fmt.Errorf("processing minute %s: more than %d reporters", stamp(minute), MostReporters)
		}
	}
	var changes []outage.Incident
	if e.started {
		for e.last+1 < minute {
			changes = e.step(e.last+1, nil, changes)
		}
	}
	return e.step(minute, counts, changes), nil
}

func (e *Engine) check(count *outage.Judged) error {
	if _, ok := e.countries[count.Country]; !ok {
		return fmt.Errorf("country %q is not covered", count.Country)
	}
	const longest, most = 255, MostReporters
	if count.Service == "" || len(count.Service) > longest {
		return fmt.Errorf("service name of %d bytes", len(count.Service))
	}
	for _, n := range []int{count.Reporters, count.Capped, count.Works, count.Back} {
		if n < 0 || n > most {
			return fmt.Errorf("%s in %s has %d reporters", count.Service, count.Country, n)
		}
	}
	return nil
}

// step processes one minute. State that series share is read before and written after
// the part that runs in parallel.
func (e *Engine) step(minute outage.Minute, counts []outage.Judged, changes []outage.Incident) []outage.Incident {
	e.last, e.started = minute, true
	turning := minute.Floor(baseline.BlockMinutes) == minute
	for _, code := range e.codes {
		e.countries[code].begin(minute, turning)
	}
	const hour = 60
	if minute.Floor(hour) == minute {
		e.updatePriors(minute)
	}
	for i := range counts {
		e.deliver(minute, &counts[i])
	}
	for _, code := range e.codes {
		e.countries[code].detectGap(e.config.GapReporters)
	}
	e.share(func(s *series) { s.tick(minute, turning) })
	for _, code := range e.codes {
		e.countries[code].endAccess(minute)
		e.countries[code].attribute(minute, turning)
	}
	e.setEvents()
	for _, s := range e.ordered {
		s.country.learn(s.poolCounts)
		s.poolCounts = nil
		changes = append(changes, s.incidents.changes...)
		s.incidents.changes = s.incidents.changes[:0]
	}
	return changes
}

// deliver adds a count to its series, which it creates where needed.
func (e *Engine) deliver(minute outage.Minute, count *outage.Judged) {
	s, ok := e.series[key{count.Service, count.Country}]
	if !ok {
		if count.Reporters == 0 { // a series begins with its first problem report
			return
		}
		c := e.countries[count.Country]
		s = newSeries(strings.Clone(count.Service), c, &e.config, minute)
		s.base.SetPrior(e.levels(minute).prior(s))
		e.insert(s)
	}
	s.add(count)
}

func (e *Engine) insert(s *series) {
	e.series[key{s.service, s.country.code}] = s
	e.ordered = inserted(e.ordered, s)
	s.country.series = inserted(s.country.series, s)
}

func inserted(list []*series, s *series) []*series {
	at := sort.Search(len(list), func(i int) bool { return s.before(list[i]) })
	list = append(list, nil)
	copy(list[at+1:], list[at:])
	list[at] = s
	return list
}

// stamp formats a minute for errors.
func stamp(minute outage.Minute) string { return minute.Time().Format("2006-01-02T15:04Z") }
